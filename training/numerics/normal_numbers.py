"""Normally distributed numbers from uniformly distributed ones, compiled."""

import math

from training.numerics.arguments import VECTOR, Floats
from training.numerics.elementary import cospi, log, sinpi
from training.numerics.jit import kernel, shared
from training.numerics.signatures import signature


@shared
def box_muller(u1: float, u2: float) -> tuple[float, float]:
    """Return two numbers of the standard normal distribution, from two in [0, 1).

    Source: Box and Muller (Annals of Mathematical Statistics 29, 1958).
    """
    r = math.sqrt(-2.0 * log(1.0 - u1))
    return r * cospi(2.0 * u2), r * sinpi(2.0 * u2)


@kernel(signature(VECTOR), "normal numbers")
def make_normal(numbers: Floats) -> None:
    """Replace each pair of an even count of numbers in [0, 1) by `box_muller` of it."""
    for place in range(0, numbers.size, 2):
        first, second = box_muller(numbers[place], numbers[place + 1])
        numbers[place] = first
        numbers[place + 1] = second
