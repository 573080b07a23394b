"""The trace of one update: all intermediate results from its batch to its step.

They come from the readable loops of `numerics.loops`; the kernels give the same bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import costs_and_gradient_sum, remembered
from training.network import Array
from training.numerics import loops
from training.numerics.optimizers import decayed
from training.numerics.overflow import allow_overflow
from training.numerics.sums import sum_in_order
from training.passes import Pass, Passes


@dataclass(frozen=True, slots=True)
class ExampleTrace:
    """The trace of one example in a batch.

    `position` is its position in the batch, `number` its index in the training set, both from 0.
    `logits`, `activations` and `deltas` (∂C/∂z) have a vector for each layer after the inputs; the
    logits of softmax outputs are ln a. `factors`, by which dropout multiplies activations, has a
    vector for each hidden layer, or none without dropout. `gradient` (parameters) is flat, like the
    parameters.
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


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of one update; all vectors are flat, like the parameters.

    `examples` are the requested ones. `gradient_sum` is G, summed over the whole batch in order,
    `gradient` is G/n, `decayed_gradient` is g = G/n + λ·w, or G/n without weight decay. `step` is
    subtracted from the parameters: after = before − step, to the bit. `cost` is the mean cost of
    the whole batch.
    """

    update: BatchUpdate
    examples: tuple[ExampleTrace, ...]
    cost: float
    gradient_sum: Array
    gradient: Array
    decayed_gradient: Array
    step: Array


@allow_overflow
def trace(update: BatchUpdate, positions: range | None = None) -> Trace:
    """Return the trace of an update, with the examples at these positions in its batch.

    None means all of them; the sums are always over the whole batch.
    """
    wanted = range(len(update.numbers)) if positions is None else positions
    passes = Passes(update)
    examples = {position: _example(update, passes[position]) for position in wanted}
    costs, total = costs_and_gradient_sum(
        update.network, update.before.parameters, update.examples, update.dropout
    )
    n = float(len(update.numbers))
    gradient = total / n
    g = _decayed(update, gradient)
    return Trace(
        update,
        tuple(examples.values()),
        sum_in_order(costs) / n,
        total,
        gradient,
        g,
        _step(update, g),
    )


def _example(update: BatchUpdate, through: Pass) -> ExampleTrace:
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
        np.array(through.gradient),
    )


def _vectors(units: loops.Units) -> tuple[Array, ...]:
    return tuple(np.array(layer) for layer in units)


def _decayed(update: BatchUpdate, gradient: Array) -> Array:
    rates = update.rates
    parameters: Sequence[float] = update.before.parameters.tolist()
    return np.array(
        [decayed(g, w, rates) for g, w in zip(gradient.tolist(), parameters, strict=True)]
    )


def _step(update: BatchUpdate, g: Array) -> Array:
    """Return what the optimizer subtracts from the parameters, given the decayed gradient."""
    settings = update.run.settings
    optimizer = settings.optimizer.completed()
    table = optimizer.kind.definition
    parameters: list[float] = update.before.parameters.tolist()
    memory: list[float] = remembered(update.before, optimizer).tolist()
    v, s, _, rates = loops.before_step(table, memory, len(parameters), update.rates)
    values = zip(parameters, g.tolist(), v, s, strict=True)
    return np.array([table.step(*each, rates)[0] for each in values])
