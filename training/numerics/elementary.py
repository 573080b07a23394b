"""Powers of e, logarithms, tanh, sine and cosine, from + − × ÷, comparisons and bit operations.

The functions of the C library differ in the last bit between systems.  These give the same bits
everywhere, in plain Python and compiled, with errors below one unit in the last place: the largest
errors over about 10⁸ numbers were 0.75 (exp), 0.87 (log), 0.85 (log1p) and 0.94 (tanh), and over
3·10⁶ numbers 0.89 (sinpi and cospi) and 0.76 (expm1).

None returns early: special values are computed like ordinary ones, and their results are selected
at the end, so that a compiler can vectorise the functions.

Sources: the reductions are those of Sun's fdlibm (e_exp.c, e_log.c, s_log1p.c); compensation of
rounding errors: Dekker (Numerische Mathematik 18, 1971); grouping of series, so that a processor
can compute several terms at once: Estrin (1960).
"""

from training.numerics.bits import bits_of, float_of
from training.numerics.jit import shared

INFINITY = float("inf")
NAN = float("nan")

LOG2_E = float.fromhex("0x1.71547652b82fep+0")
# ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
LN2_HIGH = float.fromhex("0x1.62e42feep-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")

# The sum of this and a number below 2⁵¹ has no bits for a fraction: the last bits of the sum are
# the nearest integer.  AVX2 has no instruction that converts several numbers at once.
SHIFT = 1.5 * 2.0**52
SHIFT_BITS = bits_of(SHIFT)

# A float is sign, exponent (11 bits, 1023 more than it means) and fraction (52 bits).
FRACTION_BITS = 52
FRACTION_MASK = (1 << FRACTION_BITS) - 1
EXPONENT_OF_ONE = 1023
SIGN_BIT = bits_of(-0.0)
SMALLEST_NORMAL = float.fromhex("0x1p-1022")

# Below the first e^x rounds to 0, above the second it is infinite.
EXP_LOWEST = -746.0
EXP_HIGHEST = 710.0


@shared
def _nearest_whole(x: float) -> float:
    """Return the integer nearest to x, |x| < 2⁵¹; the even one from halfway."""
    return (x + SHIFT) - SHIFT


@shared
def _power_of_two(k: int) -> float:
    """Return 2^k for −1022 ≤ k ≤ 1023."""
    return float_of((k + EXPONENT_OF_ONE) << FRACTION_BITS)


@shared
def _exp_series(r: float) -> float:
    """Return e^r − 1 − r = r²/2! + r³/3! + … + r¹³/13!, for |r| ≤ ½·ln 2.

    The terms left out are less than 0.02 units in the last place of e^r.
    """
    r2 = r * r
    r4 = r2 * r2
    a = (1 / 2 + r * (1 / 6)) + r2 * (1 / 24 + r * (1 / 120))
    b = (1 / 720 + r * (1 / 5040)) + r2 * (1 / 40320 + r * (1 / 362880))
    c = (1 / 3628800 + r * (1 / 39916800)) + r2 * (1 / 479001600 + r * (1 / 6227020800))
    return r2 * (a + r4 * (b + r4 * c))


@shared
def exp(x: float) -> float:
    """Return e^x: 0 at −∞, ∞ at ∞ and if the result overflows, NaN at NaN."""
    inside = x if x > EXP_LOWEST else EXP_LOWEST  # also where x is NaN
    inside = inside if inside < EXP_HIGHEST else EXP_HIGHEST

    # e^x = 2^k·e^(r + lost), where x = k·ln 2 + r + lost and r is as near to 0 as it can be.
    shifted = inside * LOG2_E + SHIFT
    k = shifted - SHIFT
    high = inside - k * LN2_HIGH  # exact
    low = k * LN2_LOW
    r = high - low
    lost = (high - r) - low

    # 1 + r + (what adding r to 1 loses) + (r²/2! + …), the largest first, added the smallest first.
    one_and_r = 1.0 + r
    lost = lost + ((1.0 - one_and_r) + r)
    e_to_r = one_and_r + (lost + _exp_series(r))

    # 2^k in two steps: it may be too large or too small for a float where e^x is not.
    half = bits_of(0.5 * k + SHIFT) - SHIFT_BITS
    rest = bits_of(shifted) - SHIFT_BITS - half
    result = e_to_r * _power_of_two(half) * _power_of_two(rest)
    return result if x == x else x


# Below this, e^x − 1 rounds to −1.
EXPM1_LOWEST = -50.0


@shared
def expm1(x: float) -> float:
    """Return e^x − 1 for x ≤ 0, accurate also where e^x is so near to 1 that most digits are lost.

    ±0 at ±0, −1 at −∞, NaN at NaN; above 0 it returns 0.
    """
    inside = x if x > EXPM1_LOWEST else EXPM1_LOWEST  # also where x is NaN
    inside = inside if inside < 0.0 else 0.0

    # As in `exp`, with 2^k − 1 and 2^k·r, which are exact, in place of 1 and r.
    shifted = inside * LOG2_E + SHIFT
    k = shifted - SHIFT
    high = inside - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    lost = (high - r) - low
    power = _power_of_two(bits_of(shifted) - SHIFT_BITS)
    first, second = power - 1.0, power * r
    total = first + second
    lost = power * (lost + _exp_series(r)) + ((first - total) + second)
    result = total + lost
    result = result if x < 0.0 else 0.0
    return result if x == x and x != 0.0 else x


@shared
def _log_series(q: float) -> float:
    """Return 2/3·q + 2/5·q² + … + 2/21·q¹⁰, for 0 ≤ q ≤ (√2 − 1)²/(√2 + 1)².

    The terms left out are less than 0.01 units in the last place of the logarithm.
    """
    q2 = q * q
    q4 = q2 * q2
    a = (2 / 3 + q * (2 / 5)) + q2 * (2 / 7 + q * (2 / 9))
    b = (2 / 11 + q * (2 / 13)) + q2 * (2 / 15 + q * (2 / 17))
    c = 2 / 19 + q * (2 / 21)
    return q * (a + q4 * (b + q4 * c))


@shared
def _log_of_parts(k: float, f: float, rest: float) -> float:
    """Return ln(2^k·(1 + f)) + rest, for √½ − 1 ≤ f ≤ √2 − 1 and a tiny rest.

    With s = f / (2 + f) it is ln(1 + f) = ln(1 + s) − ln(1 − s) = 2·(s + s³/3 + s⁵/5 + …), which
    equals f − (f²/2 − s·(f²/2 + series)): written so, its largest part f is exact.
    """
    s = f / (2.0 + f)
    half_square = 0.5 * f * f
    small = half_square - (s * (half_square + _log_series(s * s)) + (k * LN2_LOW + rest))
    return k * LN2_HIGH - (small - f)


SQRT_HALF_BITS = bits_of(float.fromhex("0x1.6a09e667f3bcdp-1"))
ABOVE_SQRT_HALF = bits_of(1.0) - SQRT_HALF_BITS


@shared
def _split(x: float) -> tuple[float, float]:
    """Return k and m with x = 2^k·m and √½ ≤ m < √2, for a normal x > 0."""
    # Moved up so far, the exponent begins to count at √½ where it began at 1.
    bits = bits_of(x) + ABOVE_SQRT_HALF
    k = float_of(SHIFT_BITS + ((bits >> FRACTION_BITS) - EXPONENT_OF_ONE)) - SHIFT
    m = float_of((bits & FRACTION_MASK) + SQRT_HALF_BITS)
    return k, m


@shared
def log(x: float) -> float:
    """Return ln x: −∞ at ±0, ∞ at ∞, NaN below 0 and at NaN."""
    inside = x if 0.0 < x < INFINITY else 1.0
    # A subnormal number has no exponent of its own until it is made larger.
    subnormal = inside < SMALLEST_NORMAL
    k, m = _split(inside * 2.0**54 if subnormal else inside)
    result = _log_of_parts(k - 54.0 if subnormal else k, m - 1.0, 0.0)

    result = result if x > 0.0 else NAN
    result = result if x != 0.0 else -INFINITY
    return result if x < INFINITY else x


@shared
def log1p(x: float) -> float:
    """Return ln(1 + x), accurate also if x is so small that 1 + x would lose most of its digits.

    ±0 at ±0, −∞ at −1, ∞ at ∞, NaN below −1 and at NaN.
    """
    inside = x if -1.0 < x < INFINITY else 0.0
    # ln(1 + x) = ln(total) + ln(1 + lost/total), where total + lost = 1 + x exactly.
    total = 1.0 + inside
    lost = inside - (total - 1.0) if inside < 1.0 else 1.0 - (total - inside)
    k, m = _split(total)
    # Near 1, x itself is the f of the series, and nothing is lost.
    near = k == 0.0
    result = _log_of_parts(k, inside if near else m - 1.0, 0.0 if near else lost / total)

    result = result if x > -1.0 else NAN
    result = result if x != -1.0 else -INFINITY
    return result if x < INFINITY and x != 0.0 else x


# tanh(x)/x − 1 = x²·P(x²): the polynomial of degree 11 that agrees with it at the 12 Chebyshev
# nodes of |x| ≤ 9/16.  A Taylor series converges too slowly there.
TANH_0 = float.fromhex("-0x1.5555555555555p-2")
TANH_1 = float.fromhex("0x1.1111111111105p-3")
TANH_2 = float.fromhex("-0x1.ba1ba1ba19d5dp-5")
TANH_3 = float.fromhex("0x1.664f4881ec346p-6")
TANH_4 = float.fromhex("-0x1.226e352b6a427p-7")
TANH_5 = float.fromhex("0x1.d6d3c26abcbe7p-9")
TANH_6 = float.fromhex("-0x1.7da216499f72dp-10")
TANH_7 = float.fromhex("0x1.354431e18ea6cp-11")
TANH_8 = float.fromhex("-0x1.f3e303d937561p-13")
TANH_9 = float.fromhex("0x1.8b6e011d560bfp-14")
TANH_10 = float.fromhex("-0x1.1798f633d339fp-15")
TANH_11 = float.fromhex("0x1.002b1e55e95d8p-17")

# tanh(x) = C + (1 − C²)·t/(1 + C·t), where t = tanh(x − artanh C): with a C of few bits, all that
# is rounded is small beside it.  artanh C in two parts.
TANH_NEAR = 0.5625
TANH_FAR = 1.0625
TANH_C = 0.65625
ARTANH_C_HIGH = float.fromhex("0x1.9288961460abep-1")
ARTANH_C_LOW = float.fromhex("-0x1.9edb6a2e96a7ap-59")


@shared
def _tanh_series(x: float) -> float:
    """Return tanh x for |x| ≤ 9/16.

    The polynomial's largest term is added last, so that only one rounding is as large as it is.
    """
    q = x * x
    q2 = q * q
    q4 = q2 * q2
    a = (TANH_1 + q * TANH_2) + q2 * (TANH_3 + q * TANH_4)
    b = (TANH_5 + q * TANH_6) + q2 * (TANH_7 + q * TANH_8)
    c = (TANH_9 + q * TANH_10) + q2 * TANH_11
    return x + x * (q * (TANH_0 + q * (a + q4 * (b + q4 * c))))


@shared
def tanh(x: float) -> float:
    """Return the hyperbolic tangent of x: ±0 at ±0, ±1 at ±∞, NaN at NaN.

    Up to 9/16 it is a series, up to 17/16 the series around artanh C, above 1 − 2/(e^2x + 1).
    """
    size = abs(x)
    near = size < TANH_NEAR
    far = size >= TANH_FAR
    shifted = (size - ARTANH_C_HIGH) - ARTANH_C_LOW
    t = _tanh_series(size if near else (0.0 if far else shifted))
    above = -2.0 if far else (1.0 - TANH_C * TANH_C) * t
    below = exp(2.0 * size) + 1.0 if far else 1.0 + TANH_C * t
    result = (1.0 if far else TANH_C) + above / below
    result = t if near else result
    # Its sign is that of x, also where it is ±0.
    result = float_of(bits_of(result) | (bits_of(x) & SIGN_BIT))
    return result if x == x else x


# π in two parts; the first has so few bits that its product with a number of 27 bits is exact.
PI_HIGH = float.fromhex("0x1.921fb58000000p+1")
PI_LOW = float.fromhex("-0x1.dde973dcb3b3ap-26")
UPPER_27_BITS = ~((1 << 26) - 1)

# From the first on, all floats are integers; from the second on, even integers.
ALL_INTEGERS = 2.0**52
ALL_EVEN = 2.0**53

# Below this an angle is scaled up, so that no part of it is subnormal.
TINY_ANGLE = 2.0**-500


@shared
def _quarters(size: float) -> tuple[float, float]:
    """Return k, an integer from −2 to 2, and f, |f| ≤ ¼: ½·k + f is size minus an even integer."""
    inside = size if size < ALL_EVEN else 0.0  # also where it is NaN
    inside = inside - ALL_INTEGERS if inside >= ALL_INTEGERS else inside
    rest = inside - 2.0 * _nearest_whole(0.5 * inside)
    k = _nearest_whole(2.0 * rest)
    return k, rest - 0.5 * k


@shared
def _times_pi(f: float) -> tuple[float, float]:
    """Return π·f in two parts, the first of which is exact."""
    f_high = float_of(bits_of(f) & UPPER_27_BITS)
    return f_high * PI_HIGH, (f - f_high) * PI_HIGH + f * PI_LOW


@shared
def _sine(high: float, low: float) -> float:
    """Return the sine of x = high + low, |x| ≤ ¼·π: x − x³/3! + … + x¹⁷/17!, added from the end.

    The terms left out are less than 0.01 units in the last place.
    """
    x = high + low
    q = x * x
    q2 = q * q
    q4 = q2 * q2
    a = (1 / 120 - q * (1 / 5040)) + q2 * (1 / 362880 - q * (1 / 39916800))
    b = (1 / 6227020800 - q * (1 / 1307674368000)) + q2 * (1 / 355687428096000)
    return high + (low - x * (q * (1 / 6 - q * (a + q4 * b))))


@shared
def _cosine(high: float, low: float) -> float:
    """Return the cosine of x = high + low, |x| ≤ ¼·π: 1 − x²/2! + x⁴/4! − … + x¹⁶/16!.

    What the difference of the two largest terms loses, and the parts of x² with a factor of low,
    are added with the rest.  The terms left out are less than 0.02 units in the last place.
    """
    x = high + low
    q = x * x
    q2 = q * q
    q4 = q2 * q2
    a = (1 / 24 - q * (1 / 720)) + q2 * (1 / 40320 - q * (1 / 3628800))
    b = (1 / 479001600 - q * (1 / 87178291200)) + q2 * (1 / 20922789888000)
    half_square = 0.5 * (high * high)
    largest = 1.0 - half_square
    lost = (1.0 - largest) - half_square
    return largest + (lost + (q2 * (a + q4 * b) - low * (high + 0.5 * low)))


@shared
def sinpi(x: float) -> float:
    """Return sin(π·x), as in C23: ±0 at integers, with the sign of x; NaN at ±∞ and NaN.

    In half turns, the reduction of any angle to at most an eighth of a turn is exact.
    """
    size = abs(x)
    tiny = size < TINY_ANGLE
    k, f = _quarters(size)
    high, low = _times_pi(f * 2.0**200 if tiny else f)
    sine = _sine(high, low)
    sine = sine * 2.0**-200 if tiny else sine
    result = _cosine(high, low) if k * k == 1.0 else sine
    result = 0.0 - result if k == -1.0 or k * k == 4.0 else result
    result = float_of(bits_of(result) ^ (bits_of(x) & SIGN_BIT))
    return result if size < INFINITY else NAN


@shared
def cospi(x: float) -> float:
    """Return cos(π·x), as in C23: 0 halfway between integers; NaN at ±∞ and NaN."""
    size = abs(x)
    k, f = _quarters(size)
    high, low = _times_pi(f)
    result = _sine(high, low) if k * k == 1.0 else _cosine(high, low)
    result = 0.0 - result if k == 1.0 or k * k == 4.0 else result
    return result if size < INFINITY else NAN
