"""The trace of one update: all intermediate results from its batch to its step.

They come from the readable loops of `numerics.loops`; the kernels give the same bits.
"""

from dataclasses import dataclass, field
from math import inf

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import costs_and_gradient_sum, remembered
from training.network import Array
from training.numerics import loops
from training.numerics.gradient_rule import (
    ParameterRule,
    parameter_rules,
    penalizes,
    penalty_cost,
    used_gradient,
)
from training.numerics.optimizers import Rates
from training.numerics.overflow import allow_overflow
from training.numerics.sums import sum_in_order
from training.passes import Pass, Passes
from training.update_rule import gradient_norm, limited_gradients


def _nothing() -> Array:
    return np.empty(0)


@dataclass(frozen=True, slots=True)
class ExampleTrace:
    """The trace of one example in a batch.

    `position` is its position in the batch, `number` its index in the training set, both from 0.
    `logits`, `activations` and `deltas` (∂C/∂z) have a vector for each layer after the inputs; the
    logits of softmax outputs are ln a. `factors`, by which dropout multiplies activations, has a
    vector for each hidden layer, or none without dropout. `gradient` (parameters) is flat, like the
    parameters, or empty in a trace of vectors only. `weight` is that of the example, a factor of
    `cost`, `deltas` and `gradient`; None without weights.
    """

    position: int
    number: int
    inputs: Array
    targets: Array
    logits: tuple[Array, ...]
    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]
    factors: tuple[Array, ...]
    cost: float
    gradient: Array
    weight: float | None


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of one update; all vectors are flat, like the parameters.

    `examples` are the requested ones. `gradient_sum` is G, summed over the whole batch in order,
    `gradient` is G/n, `decayed_gradient` is the g that the optimizer uses: G/n after the penalty,
    clipping and weight decay. `step` is subtracted from the parameters: after = before − step, to
    the bit. `cost` is the mean cost of the whole batch, plus the penalty. With vectors only, there
    are `examples` and `cost`; everything else is empty.

    `limited_gradient` is between `gradient` and `decayed_gradient`: after the penalty and clipping
    by value, 0 for frozen parameters. `norm` is its norm N, by which it is clipped. They are empty
    and None without penalty and clipping, and without clipping by norm.
    """

    update: BatchUpdate
    examples: tuple[ExampleTrace, ...]
    cost: float
    gradient_sum: Array = field(default_factory=_nothing)
    gradient: Array = field(default_factory=_nothing)
    decayed_gradient: Array = field(default_factory=_nothing)
    step: Array = field(default_factory=_nothing)
    limited_gradient: Array = field(default_factory=_nothing)
    norm: float | None = None


@allow_overflow
def trace(
    update: BatchUpdate, positions: range | None = None, *, vectors_only: bool = False
) -> Trace:
    """Return the trace of an update, with the examples at these positions in its batch.

    None means all of them; the sums are always over the whole batch. `vectors_only` leaves out
    everything that has a number for each parameter.
    """
    wanted = range(len(update.numbers)) if positions is None else positions
    passes = Passes(update)
    examples = tuple(_example(update, passes[each], vectors_only=vectors_only) for each in wanted)
    costs, total = costs_and_gradient_sum(
        update.network, update.before.parameters, update.examples, update.dropout
    )
    if vectors_only:
        return Trace(update, examples, _cost(update, costs))
    n = float(len(update.numbers))
    gradient = total / n
    g = _used(update, gradient)
    limited, norm = _limited(update, gradient)
    return Trace(
        update,
        examples,
        _cost(update, costs),
        total,
        gradient,
        g,
        _step(update, gradient, g),
        limited,
        norm,
    )


def _example(update: BatchUpdate, through: Pass, *, vectors_only: bool) -> ExampleTrace:
    position = through.position
    return ExampleTrace(
        position,
        update.numbers[position],
        update.examples.inputs[position],
        update.examples.targets[position],
        _vectors(through.logits),
        _vectors(through.activations),
        _vectors(through.deltas),
        _vectors(through.factors),
        through.cost,
        _nothing() if vectors_only else np.array(through.gradient),
        through.weight,
    )


def _vectors(units: loops.Units) -> tuple[Array, ...]:
    return tuple(np.array(layer) for layer in units)


def _parameter_rules(update: BatchUpdate, gradient: Array, rates: Rates) -> list[ParameterRule]:
    """Return the settings of each parameter, given G/n and the rates of the step."""
    rule = update.rule
    if not rule.groups:
        return [ParameterRule(rates)] * len(gradient)
    parameters: list[float] = update.before.parameters.tolist()
    return parameter_rules(rule.gradient_rule, rule.groups, rates, parameters, gradient.tolist())


def _cost(update: BatchUpdate, costs: Array) -> float:
    """Return the mean cost of the examples, plus the penalty."""
    cost = sum_in_order(costs) / float(len(costs))
    rule = update.rule
    if not penalizes(rule.gradient_rule):
        return cost
    return cost + penalty_cost(rule.gradient_rule, rule.groups, update.before.parameters.tolist())


def _used(update: BatchUpdate, gradient: Array) -> Array:
    """Return the gradient that the optimizer uses."""
    rules = _parameter_rules(update, gradient, update.rates)
    parameters: list[float] = update.before.parameters.tolist()
    return np.array(list(map(used_gradient, gradient.tolist(), parameters, rules)))


def _limited(update: BatchUpdate, gradient: Array) -> tuple[Array, float | None]:
    """Return the gradient after the penalty and clipping by value, and its norm."""
    rule = update.rule.gradient_rule
    clips_norm = rule.clip_norm < inf
    if not (penalizes(rule) or clips_norm or rule.clip_value < inf):
        return _nothing(), None
    rules = _parameter_rules(update, gradient, update.rates)
    parameters: list[float] = update.before.parameters.tolist()
    limited = limited_gradients(rules, parameters, gradient.tolist())
    return np.array(limited), gradient_norm(limited) if clips_norm else None


def _step(update: BatchUpdate, gradient: Array, g: Array) -> Array:
    """Return what the optimizer subtracts from the parameters, given G/n and the g that it uses."""
    optimizer = update.run.settings.optimizer.completed()
    table = optimizer.kind.definition
    parameters: list[float] = update.before.parameters.tolist()
    memory: list[float] = remembered(update.before, optimizer).tolist()
    v, s, _, rates = loops.before_step(table, memory, len(parameters), update.rates)
    rules = _parameter_rules(update, gradient, rates)
    each = zip(parameters, g.tolist(), v, s, rules, strict=True)
    return np.array(
        [
            0.0 if rule.frozen else table.step(w, g_p, v_p, s_p, rule.rates)[0]
            for w, g_p, v_p, s_p, rule in each
        ]
    )
