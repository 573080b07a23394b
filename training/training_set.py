"""A training set: examples in a fixed order, immutable once stored."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from training.errors import Violations
from training.network import Array, CostFunction, Network
from training.network_rules import check_finite


@dataclass(frozen=True, slots=True)
class Examples:
    """The numbers of a training set: inputs (examples, inputs), targets (examples, outputs)."""

    inputs: Array
    targets: Array


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What a training set is, without its numbers.

    `id` is the client's name for it, `uid` an identity that is never used again, and what history
    refers to.
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
    # The uid is the same on every server: the examples are, too.
    training_set = TrainingSet(
        name, f"built-in-{name}", 2, 1, 4, datetime.fromtimestamp(0, UTC), built_in=True
    )
    return training_set, Examples(inputs, np.array(targets).reshape(4, 1))


#: The sets that come with the service.
BUILT_IN = (
    _built_in("and", [0.0, 0.0, 0.0, 1.0]),
    _built_in("or", [0.0, 1.0, 1.0, 1.0]),
    _built_in("xor", [0.0, 1.0, 1.0, 0.0]),
)


def check_rows(violations: Violations, rows: list[tuple[Array, Array]]) -> None:
    """Require at least one example, equal lengths of at least 1, and finite numbers.

    Each row is an example's inputs and targets, as they came; every bad example is named.
    """
    if not violations.require(bool(rows), "examples", "must be at least one"):
        return
    widths = [len(part) for part in rows[0]]
    for index, row in enumerate(rows):
        for part, values, width in zip(("inputs", "targets"), row, widths, strict=True):
            where = f"examples[{index}].{part}"
            violations.require(len(values) >= 1, where, "must have at least one number")
            violations.require(
                len(values) == width,
                where,
                f"must have {width} numbers like the first example, has {len(values)}",
            )
            check_finite(violations, where, values)


def check_fits(
    violations: Violations,
    field: str,
    network: Network,
    training_set: TrainingSet,
    examples: Examples,
) -> None:
    """Require that the network can be trained on the set: its sizes, and targets for its cost."""
    inputs, outputs = network.layer_sizes[0], network.layer_sizes[-1]
    violations.require(
        training_set.input_count == inputs,
        field,
        f"the examples of {training_set.id} have {training_set.input_count} inputs,"
        f" the network takes {inputs}",
    )
    violations.require(
        training_set.target_count == outputs,
        field,
        f"the examples of {training_set.id} have {training_set.target_count} targets,"
        f" the network has {outputs} outputs",
    )
    if network.cost_function is CostFunction.CROSS_ENTROPY:
        outside = (examples.targets < 0.0) | (examples.targets > 1.0)
        if outside.any():
            example, output = np.argwhere(outside)[0]
            violations.add(
                field,
                f"the cross-entropy takes targets in [0, 1]; target {output} of example {example}"
                f" of {training_set.id} is {examples.targets[example, output]}",
            )
