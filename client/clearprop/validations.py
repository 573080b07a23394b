"""Validations of runs: evaluations on held-out examples after some updates."""

from collections.abc import Iterator
from dataclasses import dataclass

from clearprop.v1.run_pb2 import Validated
from clearprop.v1.update_pb2 import State, Update, UpdateColumns


@dataclass(frozen=True, slots=True)
class Validation:
    """The results of an evaluation on held-out examples, after update number `update`.

    `cost` is the mean cost of the examples, `accuracy` the fraction of them that is classified
    correctly, None if their targets are not classes.
    """

    update: int
    cost: float
    accuracy: float | None


def validated(message: Validated) -> Validation:
    """Return the validation of a run."""
    accuracy = message.accuracy if message.HasField("accuracy") else None
    return Validation(message.update, message.cost, accuracy)


def validation_of(message: Update | State) -> Validation | None:
    """Return the validation after an update; None if there is none."""
    if not message.HasField("validation"):
        return None
    result = message.validation
    accuracy = result.accuracy if result.HasField("accuracy") else None
    return Validation(message.update, result.cost, accuracy)


def validations_of(message: UpdateColumns) -> Iterator[Validation]:
    """Yield the validations after some of the updates, in order."""
    for update, cost, accuracy in zip(
        message.validation_updates,
        message.validation_costs,
        message.validation_accuracies,
        strict=True,
    ):
        has_accuracy = accuracy == accuracy  # noqa: PLR0124 - not NaN
        yield Validation(update, cost, accuracy if has_accuracy else None)
