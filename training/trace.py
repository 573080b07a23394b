"""Everything inside one update: how the readable loops get from its batch to its step.

The numbers are those of `numerics.loops`, which say which bits are right; the kernels that made the
update give the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import (
    cost_and_gradient,
    outputs_and_costs,
    rates_of,
    remembered,
    structure_of,
)
from training.network import Array
from training.numerics import loops
from training.numerics.layout import Layer, to_flat, to_layers
from training.numerics.optimizers import decayed
from training.training_set import Examples


@dataclass(frozen=True, slots=True)
class ExampleTrace:
    """What one example of a batch goes through, and what comes of it.

    `position` is its place in the batch, `number` that in the training set, both from 0. `logits`,
    `activations` and `deltas` (∂C/∂z) are a vector for each layer after the inputs; the logits of
    softmax outputs are given as ln a. `gradient` (parameters) is flat, like the parameters.
    """

    position: int
    number: int
    inputs: Array
    targets: Array
    logits: tuple[Array, ...]
    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]
    cost: float
    gradient: Array


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything inside one update; all vectors are flat, like the parameters.

    `examples` are those that were asked for. `gradient_sum` is G, added up over the whole batch in
    its order, `gradient` G/n, `decayed_gradient` g = G/n + λ·w, which is G/n where there is no
    weight decay. `step` is what is taken from the parameters: after = before − step, to the bit.
    `cost` is the mean of the costs of the whole batch.
    """

    update: BatchUpdate
    examples: tuple[ExampleTrace, ...]
    cost: float
    gradient_sum: Array
    gradient: Array
    decayed_gradient: Array
    step: Array


def trace(update: BatchUpdate, positions: range | None = None) -> Trace:
    """Return what happens inside an update, with the examples at these places in its batch.

    None stands for all of them; the sums are over the whole batch in any case. `positions` has no
    gaps and begins at least at 0.
    """
    wanted = range(len(update.numbers)) if positions is None else positions
    passes = _Passes(update)
    examples = {position: passes.example(position) for position in wanted}
    _, costs = outputs_and_costs(update.network, update.before.parameters, update.examples)
    total = np.zeros(len(update.before.parameters))
    for position in range(len(update.numbers)):
        known = examples.get(position)
        with np.errstate(over="ignore", invalid="ignore"):
            # G = Σ ∂C/∂w, in the order of the batch
            total = total + (_gradient(update, position) if known is None else known.gradient)
    n = float(len(update.numbers))
    gradient = total / n
    g = _decayed(update, gradient)
    return Trace(
        update,
        tuple(examples.values()),
        loops.total(costs.tolist()) / n,
        total,
        gradient,
        g,
        _step(update, g),
    )


def _gradient(update: BatchUpdate, position: int) -> Array:
    """Return ∂C/∂w of an example that is not shown: the kernels have it sooner, the same bits."""
    alone = slice(position, position + 1)
    examples = Examples(update.examples.inputs[alone], update.examples.targets[alone])
    return cost_and_gradient(update.network, update.before.parameters, examples)[1]


class _Passes:
    """Takes the examples of a batch through the network, there and back."""

    def __init__(self, update: BatchUpdate) -> None:
        self._update = update
        self._structure = structure_of(update.network)
        self._layers: list[Layer] = to_layers(self._structure, update.before.parameters.tolist())

    def example(self, position: int) -> ExampleTrace:
        structure, layers, examples = self._structure, self._layers, self._update.examples
        x, y = examples.inputs[position].tolist(), examples.targets[position].tolist()
        logits, activations = loops.forward(structure, layers, x)
        deltas = loops.backward(structure, layers, logits, activations, y)
        gradient = to_flat(loops.gradient(structure, x, activations, deltas))
        return ExampleTrace(
            position,
            self._update.numbers[position],
            examples.inputs[position],
            examples.targets[position],
            _vectors(logits),
            _vectors(activations),
            _vectors(deltas),
            loops.example_cost(structure, logits, activations, y),
            np.array(gradient),
        )


def _vectors(units: loops.Units) -> tuple[Array, ...]:
    return tuple(np.array(layer) for layer in units)


def _decayed(update: BatchUpdate, gradient: Array) -> Array:
    rates = rates_of(update.run.settings)
    parameters: Sequence[float] = update.before.parameters.tolist()
    return np.array(
        [decayed(g, w, rates) for g, w in zip(gradient.tolist(), parameters, strict=True)]
    )


def _step(update: BatchUpdate, g: Array) -> Array:
    """Return what the optimizer takes from the parameters, given the gradient with its decay."""
    settings = update.run.settings
    optimizer = settings.optimizer.completed()
    memory = remembered(update.before, optimizer).tolist()
    # Every optimizer ends in w − step: from −0, and the decay being in g, that is −step to the bit,
    # with the sign of a step that is 0.
    rates = rates_of(settings)._replace(weight_decay=0.0)
    stepped, _ = loops.step(str(optimizer.kind), [-0.0] * len(g), g.tolist(), memory, rates)
    return -np.array(stepped)
