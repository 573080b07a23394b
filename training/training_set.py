"""A training set: examples in a fixed order, immutable."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite

import numpy as np

from training.errors import Violations, validating
from training.generators import Generator
from training.image_shape import ImageShape
from training.network import Array, Network
from training.numerics.costs import CostFunction
from training.numerics.overflow import allow_overflow
from training.split import Indices
from training.tables.arrangement import arrangement, named
from training.tables.learning import learn
from training.tables.preparation import Preparation
from training.tables.table import Table


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
    to the uid. `table` are its columns, if they have names; its examples are then not prepared yet,
    and a missing number is NaN. Without a table, `class_names` are the names of its classes, one
    for each target, if they have names. `image_shape` is the shape of its inputs, if they are an
    image.
    `generator` is what made its examples, if the service did.
    """

    id: str
    uid: str
    input_count: int
    target_count: int
    example_count: int
    create_time: datetime
    built_in: bool = False
    table: Table | None = None
    image_shape: ImageShape | None = None
    class_names: tuple[str, ...] = ()
    generator: Generator | None = None


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


def fitted(
    violations: Violations,
    field: str,
    network: Network,
    training_set: TrainingSet,
    examples: Examples,
) -> Examples:
    """Return the examples of a training set as a network takes them: prepared, if it prepares.

    Everything that does not fit is added to the violations of `field`: columns, the numbers of
    inputs and targets, targets that the cost function does not allow.
    """
    found = _prepared(violations, field, network, training_set, examples)
    if found is None:
        return examples
    inputs, outputs = network.layer_sizes[0], network.layer_sizes[-1]
    input_count, target_count = found.inputs.shape[1], found.targets.shape[1]
    violations.require(
        input_count == inputs,
        field,
        f"the examples of {training_set.id} have {input_count} inputs, but the network has"
        f" {inputs}",
    )
    violations.require(
        target_count == outputs,
        field,
        f"the examples of {training_set.id} have {target_count} targets, but the network has"
        f" {outputs} outputs",
    )
    cost_function = network.cost_function
    _check_targets(violations, field, cost_function, training_set.id, found.targets)
    if cost_function is CostFunction.CATEGORICAL_CROSS_ENTROPY:
        _check_sums(violations, field, training_set.id, found.targets)
    return found


def prepared(preparation: Preparation, training_set: TrainingSet, examples: Examples) -> Examples:
    """Return examples of a training set that fits, prepared."""
    with validating() as violations:
        found = _of_columns(violations, "training_set", preparation, training_set, examples)
    assert found is not None
    return found


def as_prepared(training_set: TrainingSet, examples: Examples) -> Examples:
    """Return the inputs of a training set as a network takes them that learns from all of them.

    The targets stay as they are, and so do columns from which nothing can be learned.
    """
    table = training_set.table
    if table is None or not table.is_learned:
        return examples
    uid = training_set.uid
    learned = learn(Violations(), "", table, examples.inputs, examples.targets, uid)
    return replace(examples, inputs=learned.inputs(examples.inputs))


def _prepared(
    violations: Violations,
    field: str,
    network: Network,
    training_set: TrainingSet,
    examples: Examples,
) -> Examples | None:
    """Return the prepared examples; None if their columns do not fit."""
    if network.preparation is not None:
        return _of_columns(violations, field, network.preparation, training_set, examples)
    if training_set.table is not None and training_set.table.is_learned:
        violations.add(
            field,
            f"the columns of {training_set.id} must be prepared, and network {network.id} has no"
            " preparation: it learns one in its first run, so train a new network on this"
            " training set first",
        )
        return None
    return examples


def _of_columns(
    violations: Violations,
    field: str,
    preparation: Preparation,
    training_set: TrainingSet,
    examples: Examples,
) -> Examples | None:
    if training_set.table is None:
        names = [column.name for column in preparation.table.inputs]
        violations.add(
            field,
            f"the examples of {training_set.id} have no named columns, but the network prepares"
            f" the columns {named(names)}",
        )
        return None
    with_its_id = Violations()
    places = arrangement(with_its_id, field, preparation.table, training_set.table)
    for found in with_its_id.found:
        violations.add(field, f"training set {training_set.id} {found.description}")
    if with_its_id:
        return None
    inputs = preparation.inputs(places.inputs(examples.inputs))
    targets = preparation.targets(places.targets(examples.targets))
    for what, numbers in (("inputs", inputs), ("targets", targets)):
        if not np.isfinite(numbers).all():
            example, place = np.argwhere(~np.isfinite(numbers))[0]
            violations.add(
                field,
                f"training set {training_set.id} has {what} that are too large to be scaled: number"
                f" {place} of example {example}",
            )
            return None
    return Examples(inputs, targets, examples.weights)


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
