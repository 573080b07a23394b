"""The update of parameters, compiled: new parameters are written to other memory than the old."""

from math import sqrt
from typing import NamedTuple

from training.numerics.blocks import BLOCK_ROWS
from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.gradient_rule import GradientRule
from training.numerics.jit import shared
from training.numerics.optimizers import Rates
from training.numerics.pointwise import EXACT, step
from training.numerics.teams import Share, Team, share_of
from training.numerics.vectors import Pointer, offset


class ParameterVectors(NamedTuple):
    """The parameters and their optimizer state."""

    w: Pointer
    v: Pointer
    s: Pointer


class UpdateRule(NamedTuple):
    """How gradients change parameters."""

    optimizer: int
    rates: Rates
    finite: Pointer
    """Set to 0 if a parameter is not finite."""
    gradient_rule: GradientRule
    frozen: Pointer
    """For the weights of each layer, and then for its biases: whether they are frozen."""
    is_plain: bool
    """Whether the gradient rule changes nothing, and nothing is frozen."""
    memories: int
    """The numbers in the optimizer state for each parameter."""


@shared
def group_size(network: NetworkPointers, layer: int, kind: int) -> int:
    """Return the number of weights of a layer for kind 0, of biases for kind 1."""
    units = size_of(network, layer)
    if kind == 0:
        return units * size_of(network, layer - 1)
    return units if network.bias else 0


@shared
def own_of_group(network: NetworkPointers, layer: int, kind: int, team: Team) -> Share:
    """Return which of the parameters of a group are those of this thread's units."""
    units = size_of(network, layer)
    own, of_unit = share_of(team, units, BLOCK_ROWS), group_size(network, layer, kind) // units
    return Share(own.first * of_unit, own.end * of_unit)


@shared
def corrected(
    rates: Rates, learning_rate: float, power1: float, power2: float, share: float
) -> Rates:
    """Return the rates with those of one update: learning rate, corrections of Adam, and share."""
    return Rates(
        learning_rate,
        rates.weight_decay,
        rates.momentum,
        rates.beta1,
        rates.beta2,
        rates.epsilon,
        1.0 - power1,
        sqrt(1.0 - power2),
        rates.decoupled_decay,
        rates.dampening,
        share,
    )


@shared
def update_parameters(
    rule: UpdateRule,
    n: int,
    first: int,
    count: int,
    gradient: Pointer,
    old: ParameterVectors,
    new: ParameterVectors,
) -> None:
    """Update the parameters from `first` on with G in `gradient`."""
    exact = n & (n - 1) == 0  # a power of two
    step(
        rule.optimizer + EXACT if exact else rule.optimizer,
        rule.finite,
        1.0 / n if exact else float(n),
        rule.rates,
        count,
        gradient,
        offset(old.w, first),
        offset(old.v, first),
        offset(old.s, first),
        offset(new.w, first),
        offset(new.v, first),
        offset(new.s, first),
    )
