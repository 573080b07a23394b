"""The exponential function and logarithms, made of + − × ÷, comparisons and bit operations.

The C library's functions differ from system to system in the last bit; these give the same bits
everywhere, in plain Python and compiled, and err by less than one unit in the last place.  They
take no early exits: what a special value needs is selected at the end, so that a compiler can
work on several numbers at once.

Sources: the reductions are those of Sun's fdlibm (e_exp.c, e_log.c, s_log1p.c); the sums that
keep what rounding loses are Dekker's (Numerische Mathematik 18, 1971).  The polynomials are plain
Taylor series, long enough that what they leave out is far below the last bit.
"""

from training.numerics.bits import bits_of, float_of
from training.numerics.jit import shared

INFINITY = float("inf")
NAN = float("nan")

# ln 2 in two parts: the first has 32 bits, so that its product with an exponent is exact.
LN2_HIGH = float.fromhex("0x1.62e42feep-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
LOG2_E = float.fromhex("0x1.71547652b82fep+0")
SQRT_HALF_BITS = bits_of(float.fromhex("0x1.6a09e667f3bcdp-1"))

# Added to a number below 2^51 this leaves no room for a fraction: the sum's last bits are the
# nearest whole number.  A conversion would do the same, but AVX2 has none for vectors of doubles.
SHIFT = 1.5 * 2.0**52
SHIFT_BITS = bits_of(SHIFT)

ONE_BITS = bits_of(1.0)
FRACTION_MASK = (1 << 52) - 1
SMALLEST_NORMAL = float.fromhex("0x1p-1022")
TWO_54 = float.fromhex("0x1p54")

# Beyond these exp is 0 or infinite.
EXP_LOWEST = -746.0
EXP_HIGHEST = 710.0


@shared
def _nearest_whole(x: float) -> float:
    """Return the whole number next to x, |x| < 2^51 (halves go to the even one)."""
    return (x + SHIFT) - SHIFT


@shared
def _power_of_two(k: float) -> float:
    """Return 2^k for a whole k, −1022 ≤ k ≤ 1023."""
    return float_of((bits_of(k + SHIFT) - SHIFT_BITS + 1023) << 52)


@shared
def _exp_series(r: float) -> float:
    """Return e^r − 1 − r = r²/2! + r³/3! + … + r¹³/13! for |r| ≤ ½ ln 2."""
    r2 = r * r
    r4 = r2 * r2
    a = (1 / 2 + r * (1 / 6)) + r2 * (1 / 24 + r * (1 / 120))
    b = (1 / 720 + r * (1 / 5040)) + r2 * (1 / 40320 + r * (1 / 362880))
    c = (1 / 3628800 + r * (1 / 39916800)) + r2 * (1 / 479001600 + r * (1 / 6227020800))
    return r2 * (a + r4 * (b + r4 * c))


@shared
def exp(x: float) -> float:
    """Return e^x: 0 at −∞, ∞ at ∞ and where the result exceeds the largest float, NaN at NaN."""
    # A NaN fails the first comparison; it is put back at the end.
    inside = x if x > EXP_LOWEST else EXP_LOWEST
    inside = inside if inside < EXP_HIGHEST else EXP_HIGHEST

    # x = k·ln 2 + r, so e^x = 2^k·e^r; r + lost is the remainder to twice the precision.
    k = _nearest_whole(inside * LOG2_E)
    high = inside - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    lost = (high - r) - low

    one_and_r = 1.0 + r
    lost = lost + ((1.0 - one_and_r) + r)
    fraction = one_and_r + (lost + _exp_series(r))

    # In two steps, because 2^k itself may be too small or too large for a float.
    half = _nearest_whole(0.5 * k)
    result = fraction * _power_of_two(half) * _power_of_two(k - half)
    return result if x == x else x


@shared
def _log_of_product(k: float, f: float, lost: float) -> float:
    """Return ln(2^k·(1 + f)) + lost for √½ − 1 ≤ f ≤ √2 − 1.

    With s = f / (2 + f), ln(1 + f) = ln(1 + s) − ln(1 − s) = 2·(s + s³/3 + s⁵/5 + …); written as
    f − (f²/2 − s·(f²/2 + series)) its largest term is exact.
    """
    s = f / (2.0 + f)
    q = s * s
    q2 = q * q
    q4 = q2 * q2
    a = (2 / 3 + q * (2 / 5)) + q2 * (2 / 7 + q * (2 / 9))
    b = (2 / 11 + q * (2 / 13)) + q2 * (2 / 15 + q * (2 / 17))
    c = 2 / 19 + q * (2 / 21)
    series = q * (a + q4 * (b + q4 * c))
    half_square = 0.5 * f * f
    small = half_square - (s * (half_square + series) + (k * LN2_LOW + lost))
    return k * LN2_HIGH - (small - f)


@shared
def _exponent_and_fraction(x: float) -> tuple[float, float]:
    """Return k and m with x = 2^k·m, √½ ≤ m < √2, for a positive, finite, normal x."""
    bits = bits_of(x) + (ONE_BITS - SQRT_HALF_BITS)
    k = float_of(SHIFT_BITS + ((bits >> 52) - 1023)) - SHIFT
    m = float_of((bits & FRACTION_MASK) + SQRT_HALF_BITS)
    return k, m


@shared
def log(x: float) -> float:
    """Return ln x: −∞ at ±0, ∞ at ∞, NaN below 0 and at NaN."""
    inside = x if 0.0 < x < INFINITY else 1.0
    subnormal = inside < SMALLEST_NORMAL
    k, m = _exponent_and_fraction(inside * TWO_54 if subnormal else inside)
    result = _log_of_product(k - 54.0 if subnormal else k, m - 1.0, 0.0)

    result = result if x > 0.0 else NAN
    result = result if x != 0.0 else -INFINITY
    return result if x < INFINITY else x


@shared
def log1p(x: float) -> float:
    """Return ln(1 + x), exact to the last bit or one beside it also where x is tiny.

    −∞ at −1, ∞ at ∞, NaN below −1 and at NaN; ±0 stays ±0.
    """
    inside = x if -1.0 < x < INFINITY else 0.0
    total = 1.0 + inside
    # What the addition has lost (Dekker: exact when the larger number is taken away first).
    lost = inside - (total - 1.0) if total < 2.0 else 1.0 - (total - inside)
    k, m = _exponent_and_fraction(total)
    # Near 1 nothing needs to be added, and so nothing is lost.
    near = k == 0.0
    f = inside if near else m - 1.0
    result = _log_of_product(k, f, 0.0 if near else lost / total)

    result = result if x > -1.0 else NAN
    result = result if x != -1.0 else -INFINITY
    return result if x < INFINITY and x != 0.0 else x
