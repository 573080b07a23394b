"""The standard normal distribution, from + − × ÷, comparisons, bit operations and `exp`.

The probability of a number beyond x ≥ 0, ½·(1 − erf(x/√2)), is e^(−x²/2)·R(x) with a smooth R that
falls from ½ like 1/x: this keeps all digits of the tail, where 1 − erf would lose them.

Sources: that a polynomial in (x − k)/(x + k) gives (1 + c·x)·R(x) for all x ≥ 0: Shepherd and
Laframboise (Mathematics of Computation 36, 1981); a power of e from a rounded square and the rest:
Sun's fdlibm (s_erf.c).
"""

from training.numerics.bits import bits_of, float_of
from training.numerics.elementary import exp
from training.numerics.jit import shared

# 2·(1 + c·x)·R(x) in t = (x − k)/(x + k), −1 ≤ t ≤ 1: the polynomial of degree 25 that agrees with
# it at the 26 Chebyshev nodes.
TAIL_C = 1.25
TAIL_K = 5.0
TAIL_POLYNOMIAL = tuple(
    map(
        float.fromhex,
        (
            "0x1.1d864303d4c84p+0",
            "-0x1.41d8de9621f7ep-3",
            "0x1.402b0e173950fp-6",
            "0x1.0c13034c16868p-4",
            "-0x1.705abcaccf09dp-4",
            "0x1.2b35cdd1fb745p-4",
            "-0x1.5b84cd894a271p-5",
            "0x1.1ea0ee8f0139ap-6",
            "-0x1.19cd4b4d019a2p-8",
            "-0x1.8fcba004a4d37p-15",
            "0x1.fda8c894a1460p-12",
            "-0x1.1a1132347a857p-13",
            "-0x1.d6cd9e5d164ecp-16",
            "0x1.86ad9be2a0a38p-16",
            "0x1.5927378cf5787p-23",
            "-0x1.c7843af608fc0p-19",
            "0x1.2f7ce665feaf9p-22",
            "0x1.14c9ed06ea86dp-21",
            "-0x1.095388eaa7303p-24",
            "-0x1.6ef7ada148217p-24",
            "0x1.3ab7e0bc8ec51p-27",
            "0x1.f4c50736051efp-27",
            "-0x1.0419b86323cb1p-30",
            "-0x1.264e30a1d9ca5p-29",
            "0x1.bd1be0e5c6441p-35",
            "0x1.96d282f2d4fcap-33",
        ),
    )
)
(
    P0,
    P1,
    P2,
    P3,
    P4,
    P5,
    P6,
    P7,
    P8,
    P9,
    P10,
    P11,
    P12,
    P13,
    P14,
    P15,
    P16,
    P17,
    P18,
    P19,
    P20,
    P21,
    P22,
    P23,
    P24,
    P25,
) = TAIL_POLYNOMIAL

# The square of a number of 26 bits is exact.
UPPER_26_BITS = ~((1 << 27) - 1)

# Beyond, e^(−x²/2) is 0.
BELL_END = 40.0


@shared
def bell(x: float) -> float:
    """Return e^(−x²/2), accurate also where x² has more digits than a float: NaN at NaN.

    With x = h + l, where h has 26 bits, it is e^(−h²/2)·e^d: h² is exact, and d = −l·(h + x)/2 is
    so small that e^d is 1 + d + d²/2 + d³/6.
    """
    size = abs(x)
    inside = size if size < BELL_END else BELL_END
    h = float_of(bits_of(inside) & UPPER_26_BITS)
    d = -0.5 * (inside - h) * (h + inside)
    power = exp(-0.5 * (h * h))
    result = power + power * (d + d * d * (0.5 + d * (1 / 6)))
    return result if x == x else x


@shared
def tail_ratio(x: float) -> float:
    """Return R(x), for x ≥ 0; beyond 40, where `bell` is 0, it is that of 40."""
    inside = x if x < BELL_END else BELL_END
    t = (inside - TAIL_K) / (inside + TAIL_K)
    q = t * t
    even = P20 + q * (P22 + q * P24)
    even = P14 + q * (P16 + q * (P18 + q * even))
    even = P8 + q * (P10 + q * (P12 + q * even))
    even = P2 + q * (P4 + q * (P6 + q * even))
    odd = P19 + q * (P21 + q * (P23 + q * P25))
    odd = P13 + q * (P15 + q * (P17 + q * odd))
    odd = P7 + q * (P9 + q * (P11 + q * odd))
    odd = P1 + q * (P3 + q * (P5 + q * odd))
    polynomial = P0 + (t * odd + q * even)
    return 0.5 * polynomial / (1.0 + TAIL_C * inside)


@shared
def probability_below(x: float) -> float:
    """Return Φ(x), the probability of a number below x: 0 at −∞, 1 at ∞, NaN at NaN."""
    size = abs(x)
    beyond = bell(size) * tail_ratio(size)
    return 1.0 - beyond if x > 0.0 else beyond


# 1/√(2π)
DENSITY_AT_0 = float.fromhex("0x1.9884533d43651p-2")


@shared
def density(x: float) -> float:
    """Return φ(x) = e^(−x²/2)/√(2π)."""
    return DENSITY_AT_0 * bell(x)
