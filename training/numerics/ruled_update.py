"""The update of all parameters by a gradient rule, compiled: two passes over the whole gradient."""

from math import sqrt

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.gradient_rule import (
    clipped,
    norm_factor,
    penalizes,
    penalty_gradient,
    penalty_of,
    without_decay,
)
from training.numerics.jit import part, shared
from training.numerics.parameter_update import ParameterVectors, UpdateRule
from training.numerics.pointwise import EXACT, step
from training.numerics.vectors import Pointer, at, copy, integer_at, offset, put


@shared
def _group_size(network: NetworkPointers, layer: int, kind: int) -> int:
    """Return the number of weights of a layer for kind 0, of biases for kind 1."""
    units = size_of(network, layer)
    if kind == 0:
        return units * size_of(network, layer - 1)
    return units if network.bias else 0


@part
def update_by_rule(
    network: NetworkPointers,
    rule: UpdateRule,
    n: int,
    gradient: Pointer,
    old: ParameterVectors,
    new: ParameterVectors,
) -> None:
    """Update all parameters with G in `gradient`, which is changed."""
    norm = _limit_gradients(network, rule, n, gradient, old.w)
    factor = norm_factor(norm, rule.gradient_rule.clip_norm)
    own = without_decay(rule.rates) if rule.gradient_rule.decays_biases == 0.0 else rule.rates
    first = 0
    for layer in range(1, network.layers):
        for kind in range(2):
            count = _group_size(network, layer, kind)
            w, v, s = offset(old.w, first), offset(old.v, first), offset(old.s, first)
            new_w, new_v, new_s = offset(new.w, first), offset(new.v, first), offset(new.s, first)
            if integer_at(rule.frozen, 2 * (layer - 1) + kind) != 0:
                copy(w, count, new_w)
                copy(v, count if rule.memories >= 1 else 0, new_v)
                copy(s, count if rule.memories == 2 else 0, new_s)
            else:
                g = offset(gradient, first)
                for p in range(count):
                    put(g, p, at(g, p) * factor)
                rates = rule.rates if kind == 0 else own
                number = rule.optimizer + EXACT
                step(number, rule.finite, 1.0, rates, count, g, w, v, s, new_w, new_v, new_s)
            first += count


@shared
def _limit_gradients(
    network: NetworkPointers, rule: UpdateRule, n: int, gradient: Pointer, w: Pointer
) -> float:
    """Divide by n, add the gradient of the penalty and clip by value; return the norm of all."""
    of_all = rule.gradient_rule
    penalty = penalizes(of_all)
    squares = 0.0
    first = 0
    for layer in range(1, network.layers):
        for kind in range(2):
            count = _group_size(network, layer, kind)
            if integer_at(rule.frozen, 2 * (layer - 1) + kind) == 0:
                for p in range(first, first + count):
                    g = at(gradient, p) / n
                    if kind == 0 and penalty:
                        g = g + penalty_gradient(at(w, p), of_all.l1, of_all.l2)
                    g = clipped(g, of_all.clip_value)
                    put(gradient, p, g)
                    squares = squares + g * g
            first += count
    return sqrt(squares)


@part
def cost_of_penalty(network: NetworkPointers, rule: UpdateRule, w: Pointer) -> float:
    """Return the cost of the penalty of all weights."""
    absolute, squares = 0.0, 0.0
    first = 0
    for layer in range(1, network.layers):
        count = _group_size(network, layer, 0)
        for p in range(first, first + count):
            w_p = at(w, p)
            absolute = absolute + abs(w_p)
            squares = squares + w_p * w_p
        first += count + _group_size(network, layer, 1)
    return penalty_of(absolute, squares, rule.gradient_rule)
