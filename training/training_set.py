"""A training set: examples in a fixed order, immutable."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite

import numpy as np

from training.errors import Violations
from training.network import Array, Network
from training.numerics.costs import CostFunction
from training.numerics.overflow import allow_overflow
from training.split import Indices


@dataclass(frozen=True, slots=True)
class Examples:
    """The numbers of a training set: inputs (examples, inputs), targets (examples, outputs).

    `weights` (examples) are the weights of the examples, ≥ 0; None if all are 1.
    """

    inputs: Array
    targets: Array
    weights: Array | None = None

    @property
    def nbytes(self) -> int:
        """The size of the arrays in bytes."""
        weights = 0 if self.weights is None else self.weights.nbytes
        return self.inputs.nbytes + self.targets.nbytes + weights

    @property
    def unweighted(self) -> "Examples":
        """The same examples with weights of 1, as evaluations see them."""
        return self if self.weights is None else replace(self, weights=None)

    def select(self, rows: slice | Indices) -> "Examples":
        """Return some of the examples."""
        weights = None if self.weights is None else self.weights[rows]
        return Examples(self.inputs[rows], self.targets[rows], weights)


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A training set without its examples.

    `id` is its name, chosen by the client, `uid` an identity that is never reused; history refers
    to the uid.
    """

    id: str
    uid: str
    input_count: int
    target_count: int
    example_count: int
    create_time: datetime
    built_in: bool = False


def _built_in(name: str, targets: list[float]) -> tuple[TrainingSet, Examples]:
    inputs = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    # The uid is the same on every server, as the examples are.
    training_set = TrainingSet(
        name, f"built-in-{name}", 2, 1, 4, datetime.fromtimestamp(0, UTC), built_in=True
    )
    return training_set, Examples(inputs, np.array(targets).reshape(4, 1))


#: The built-in training sets.
BUILT_IN = (
    _built_in("and", [0.0, 0.0, 0.0, 1.0]),
    _built_in("or", [0.0, 1.0, 1.0, 1.0]),
    _built_in("xor", [0.0, 1.0, 1.0, 0.0]),
)


#: The tolerance for the sum of the targets of one example, which must be 1 for probabilities.
_SUM_TOLERANCE = 1e-9


def check_fits(
    violations: Violations,
    field: str,
    network: Network,
    training_set: TrainingSet,
    examples: Examples,
) -> None:
    """Require a training set with the sizes of the network, and targets for its cost function."""
    inputs, outputs = network.layer_sizes[0], network.layer_sizes[-1]
    violations.require(
        training_set.input_count == inputs,
        field,
        f"the examples of {training_set.id} have {training_set.input_count} inputs,"
        f" but the network has {inputs}",
    )
    violations.require(
        training_set.target_count == outputs,
        field,
        f"the examples of {training_set.id} have {training_set.target_count} targets,"
        f" but the network has {outputs} outputs",
    )
    cost_function = network.cost_function
    _check_targets(violations, field, cost_function, training_set.id, examples.targets)
    if cost_function is CostFunction.CATEGORICAL_CROSS_ENTROPY:
        _check_sums(violations, field, training_set.id, examples.targets)


def _check_targets(
    violations: Violations, field: str, cost_function: CostFunction, set_id: str, targets: Array
) -> None:
    """Require targets that the cost function allows."""
    definition = cost_function.definition
    lowest, highest = definition.lowest_target, definition.highest_target
    allowed = f"targets in [{lowest:g}, {highest:g}]"
    if not isfinite(highest):
        allowed = f"targets of at least {lowest:g}"
    wrong = (targets < lowest) | (targets > highest)
    if definition.target_choices:
        allowed = "targets that are −1 or 1, or 0 in place of −1"
        wrong = ~np.isin(targets, definition.target_choices)
    if wrong.any():
        example, output = np.argwhere(wrong)[0]
        violations.add(
            field,
            f"{cost_function} needs {allowed}; target {output} of example {example} of"
            f" {set_id} is {targets[example, output]}",
        )


@allow_overflow
def _check_sums(violations: Violations, field: str, set_id: str, targets: Array) -> None:
    sums = targets.sum(axis=1)
    wrong = np.flatnonzero(np.abs(sums - 1.0) > _SUM_TOLERANCE)
    if wrong.size:
        violations.add(
            field,
            f"{CostFunction.CATEGORICAL_CROSS_ENTROPY} needs targets that add up to 1 in each"
            f" example; those of example {wrong[0]} of {set_id} add up to {sums[wrong[0]]}",
        )
