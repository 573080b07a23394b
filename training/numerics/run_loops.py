"""The updates of a whole run in plain, readable Python: the reference for the training kernel."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from training.numerics.dropout import NOTHING_DROPPED, DroppedUnits
from training.numerics.gradient_rule import (
    NO_RULE,
    GradientRule,
    ParameterGroup,
    groups_of,
    penalizes,
    penalty_cost,
)
from training.numerics.layout import Structure
from training.numerics.loops import Vector, batch_gradient, step, total
from training.numerics.optimizers import OptimizerKind, Rates
from training.numerics.random import epoch_order


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a run."""

    cost: float
    """The mean cost of the batch, measured with the parameters before the update."""
    gradient: list[float]
    """G/n, the mean gradient of the batch, computed with the parameters before the update."""
    parameters: list[float]
    """The parameters after the update."""
    memory: list[float]
    """The optimizer state after the update."""


@dataclass(frozen=True)
class Training:
    """The settings of a run; see `training.settings`."""

    rates: Rates
    batch_size: int
    epochs: int
    optimizer: str = "gradient-descent"
    shuffle_seed: int | None = None
    cost_below: float = field(default=-math.inf)
    learning_rates: Sequence[float] = ()
    """The learning rate of each update; none: all have that of `rates`."""
    epoch_examples: int | None = None
    """How many examples each epoch uses, the first in its order; None: all."""
    ends_with_epoch: bool = False
    """Whether a batch ends where its epoch ends, or goes on into the next."""
    dropout: DroppedUnits = NOTHING_DROPPED
    gradient_rule: GradientRule = NO_RULE
    frozen_layers: tuple[int, ...] = ()
    frozen_biases: bool = False

    def groups(self, structure: Structure) -> list[ParameterGroup]:
        """Return the groups of parameters, or none without a gradient rule."""
        if self.gradient_rule == NO_RULE and not (self.frozen_layers or self.frozen_biases):
            return []
        return groups_of(structure, self.frozen_layers, frozen_biases=self.frozen_biases)


def train(
    structure: Structure,
    parameters: Vector,
    inputs: Sequence[Vector],
    targets: Sequence[Vector],
    training: Training,
    weights: Vector = (),
) -> Iterator[Update]:
    """Yield the updates of a run in order.

    The run uses the examples in order, epoch after epoch, and the last batch has the examples that
    are left.  The run ends early if the next update would
    make a parameter infinite or NaN, and after the first update that ends an epoch in which the
    mean of the examples' costs, as trained, is below `training.cost_below`.

    Args:
        structure: the structure of the network.
        parameters: the flat parameters to start from.
        inputs: inputs[example][input].
        targets: targets[example][output].
        training: the settings; the optimizer starts in its initial state.
        weights: the weight of each example; empty if all are 1.
    """
    table, dampened = OptimizerKind(training.optimizer).definition, training.rates.dampening != 0.0
    memory = table.fresh(len(parameters), dampened=dampened).tolist()
    rule, groups = training.gradient_rule, training.groups(structure)
    epoch_cost = 0.0
    used = training.epoch_examples or len(inputs)
    for update, (batch, left) in enumerate(batches_of(len(inputs), training)):
        dropout = training.dropout._replace(update=update)
        x, y = [inputs[e] for e in batch], [targets[e] for e in batch]
        weights_of_batch = [weights[e] for e in batch] if weights else ()
        costs, mean_gradient = batch_gradient(
            structure, parameters, x, y, dropout, weights_of_batch
        )
        rates = training.rates
        if training.learning_rates:
            rates = rates._replace(learning_rate=training.learning_rates[update])
        before = parameters
        parameters, memory = step(
            training.optimizer, parameters, mean_gradient, memory, rates, rule, groups
        )
        if not all(map(math.isfinite, parameters)):
            return
        cost = total(costs) / float(len(batch))
        if penalizes(rule):
            cost = cost + penalty_cost(rule, groups, before)
        yield Update(cost, mean_gradient, list(parameters), memory)
        epoch_cost = total(costs[:left], epoch_cost)
        if len(batch) >= left:
            if epoch_cost / float(used) < training.cost_below:
                return
            epoch_cost = total(costs[left:])


def batches_of(examples: int, training: Training) -> Iterator[tuple[list[int], int]]:
    """Yield the examples of each batch, and how many its epoch has left from its first one on."""
    used = training.epoch_examples or examples
    places = list(_order(examples, used, training))
    start = 0
    while start < len(places):
        left = used - start % used
        end = start + training.batch_size
        if training.ends_with_epoch:
            end = min(end, start + left)
        yield places[start:end], left
        start = end


def _order(examples: int, used: int, training: Training) -> Iterator[int]:
    for epoch in range(1, training.epochs + 1):
        if training.shuffle_seed is None:
            yield from range(used)
        else:
            yield from epoch_order(training.shuffle_seed, epoch, examples)[:used]
