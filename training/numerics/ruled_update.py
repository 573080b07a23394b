"""The update of all parameters by a gradient rule, compiled: passes over the whole gradient."""

from math import inf, sqrt

from training.numerics.encoded_network import NetworkPointers
from training.numerics.gradient_rule import (
    clipped,
    norm_factor,
    penalizes,
    penalty_gradient,
    penalty_of,
    without_decay,
)
from training.numerics.jit import part, shared
from training.numerics.parameter_update import (
    ParameterVectors,
    UpdateRule,
    group_size,
    own_of_group,
)
from training.numerics.pointwise import EXACT, step
from training.numerics.teams import Team, meet
from training.numerics.vectors import Pointer, at, copy, integer_at, offset, put


@shared
def _is_frozen(rule: UpdateRule, layer: int, kind: int) -> bool:
    return integer_at(rule.frozen, 2 * (layer - 1) + kind) != 0  # type: ignore[no-any-return]


@part
def update_by_rule(
    network: NetworkPointers,
    rule: UpdateRule,
    n: int,
    gradient: Pointer,
    old: ParameterVectors,
    new: ParameterVectors,
    team: Team,
) -> None:
    """Update the parameters of this thread with their G in `gradient`, which is changed."""
    _limit_gradients(network, rule, n, gradient, old.w, team)
    factor = 1.0
    if rule.gradient_rule.clip_norm < inf:
        meet(team)
        factor = norm_factor(_norm(network, rule, gradient), rule.gradient_rule.clip_norm)
        meet(team)
    without = without_decay(rule.rates) if rule.gradient_rule.decays_biases == 0.0 else rule.rates
    begin = 0
    for layer in range(1, network.layers):
        for kind in range(2):
            own = own_of_group(network, layer, kind, team)
            first, count = begin + own.first, own.end - own.first
            w, v, s = offset(old.w, first), offset(old.v, first), offset(old.s, first)
            new_w, new_v, new_s = offset(new.w, first), offset(new.v, first), offset(new.s, first)
            if _is_frozen(rule, layer, kind):
                copy(w, count, new_w)
                copy(v, count if rule.memories >= 1 else 0, new_v)
                copy(s, count if rule.memories == 2 else 0, new_s)
            else:
                g = offset(gradient, first)
                for p in range(count):
                    put(g, p, at(g, p) * factor)
                rates = rule.rates if kind == 0 else without
                number = rule.optimizer + EXACT
                step(number, rule.finite, 1.0, rates, count, g, w, v, s, new_w, new_v, new_s)
            begin += group_size(network, layer, kind)


@shared
def _limit_gradients(
    network: NetworkPointers, rule: UpdateRule, n: int, gradient: Pointer, w: Pointer, team: Team
) -> None:
    """Divide by n, add the gradient of the penalty, and clip by value."""
    of_all = rule.gradient_rule
    penalty = penalizes(of_all)
    begin = 0
    for layer in range(1, network.layers):
        for kind in range(2):
            own = own_of_group(network, layer, kind, team)
            if not _is_frozen(rule, layer, kind):
                for p in range(begin + own.first, begin + own.end):
                    g = at(gradient, p) / n
                    if kind == 0 and penalty:
                        g = g + penalty_gradient(at(w, p), of_all.l1, of_all.l2)
                    put(gradient, p, clipped(g, of_all.clip_value))
            begin += group_size(network, layer, kind)


@shared
def _norm(network: NetworkPointers, rule: UpdateRule, gradient: Pointer) -> float:
    """Return the norm of the gradient of all parameters that are not frozen."""
    squares = 0.0
    begin = 0
    for layer in range(1, network.layers):
        for kind in range(2):
            end = begin + group_size(network, layer, kind)
            if not _is_frozen(rule, layer, kind):
                for p in range(begin, end):
                    squares = squares + at(gradient, p) * at(gradient, p)
            begin = end
    return sqrt(squares)


@part
def cost_of_penalty(network: NetworkPointers, rule: UpdateRule, w: Pointer) -> float:
    """Return the cost of the penalty of all weights."""
    absolute, squares = 0.0, 0.0
    first = 0
    for layer in range(1, network.layers):
        count = group_size(network, layer, 0)
        for p in range(first, first + count):
            w_p = at(w, p)
            absolute = absolute + abs(w_p)
            squares = squares + w_p * w_p
        first += count + group_size(network, layer, 1)
    return penalty_of(absolute, squares, rule.gradient_rule)
