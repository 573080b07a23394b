"""How parameters take a step, compiled: from the old ones to new ones beside them."""

from math import sqrt
from typing import NamedTuple

from training.numerics.jit import shared
from training.numerics.optimizers import Rates
from training.numerics.pointwise import EXACT, step
from training.numerics.vectors import Pointer, beyond


class Vectors(NamedTuple):
    """The parameters, and what the optimizer remembers for each of them."""

    w: Pointer
    v: Pointer
    s: Pointer


class Stepping(NamedTuple):
    """How steps are taken."""

    optimizer: int
    rates: Rates
    finite: Pointer
    """Becomes 0 where a parameter does not stay finite."""


@shared
def corrected(rates: Rates, power1: float, power2: float) -> Rates:
    """Return the rates with Adam's corrections, for β₁^t and β₂^t."""
    return Rates(
        rates.learning_rate,
        rates.weight_decay,
        rates.momentum,
        rates.beta1,
        rates.beta2,
        rates.epsilon,
        1.0 - power1,
        sqrt(1.0 - power2),
    )


@shared
def take_step(
    stepping: Stepping,
    n: int,
    first: int,
    count: int,
    gradient: Pointer,
    old: Vectors,
    new: Vectors,
) -> None:
    """Take a step with the parameters from `first` on, whose G `gradient` is."""
    exact = n & (n - 1) == 0  # a power of two
    step(
        stepping.optimizer + EXACT if exact else stepping.optimizer,
        stepping.finite,
        1.0 / n if exact else float(n),
        stepping.rates,
        count,
        gradient,
        beyond(old.w, first),
        beyond(old.v, first),
        beyond(old.s, first),
        beyond(new.w, first),
        beyond(new.v, first),
        beyond(new.s, first),
    )
