"""Validation of a run: its settings, when it happens, and its results."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

import numpy as np
from numpy.typing import NDArray

from training.batches import Batches
from training.errors import Violations
from training.network import Array
from training.split import Split, fold_count, held_out_count, split, split_fold


class ValidationUnit(StrEnum):
    """The unit of the interval between validations."""

    EPOCH = "epoch"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Validation:
    """Examples that a run does not train on, and when the network is evaluated on them.

    They are those of `training_set`, its id in the request, or a share of the run's own training
    set: `share` in (0, 1), see `split`, or one of its `folds` ≥ 2: `fold`, 1 to `folds`, see
    `split_fold`. Both are chosen with `seed`, 0 to 2^63 − 1. `every` ≥ 1 is the interval in epochs
    or updates.
    """

    training_set: str = ""
    share: float = 0.0
    seed: int = 0
    every: int = 1
    unit: ValidationUnit = ValidationUnit.EPOCH
    folds: int = 0
    fold: int = 0

    def split(self, targets: NDArray[np.float64]) -> Split:
        """Divide the run's own training set, with these targets, unless `training_set` is given."""
        if self.folds:
            return split_fold(targets, self.folds, self.fold, self.seed)
        return split(targets, self.share, self.seed)

    def held_out(self, examples: int) -> int:
        """Return how many examples of the run's own set are held out; 0 if that is invalid."""
        if self.folds:
            is_fold = 1 <= self.fold <= self.folds <= examples and self.folds > 1
            return fold_count(examples, self.folds, self.fold) if is_fold else 0
        is_split = 0.0 < self.share < 1.0 and examples > 1
        return held_out_count(examples, self.share) if is_split else 0


@dataclass(frozen=True, slots=True)
class ValidationPoints:
    """When a run is validated: a pure function of its settings.

    By epochs, after the first update that reaches the end of each `every`-th epoch; by updates,
    after each `every`-th update of the run; and always after the last update of all. Points are
    numbers of applied updates of the run.
    """

    batches: Batches
    every: int
    unit: ValidationUnit

    def next(self, updates_done: int) -> int:
        """Return the first point after this one; the last one of the run if there is no other."""
        if self.unit is ValidationUnit.UPDATE:
            following = (updates_done // self.every + 1) * self.every
            return min(following, self.batches.total_updates)
        interval = self.every * self.batches.epoch_examples
        intervals = self.batches.position(updates_done) // interval
        return self.batches.updates_reaching((intervals + 1) * interval)

    def between(self, first: int, last: int) -> Iterator[int]:
        """Yield the points from `first` to `last`; `first` is at least 1."""
        point = self.next(first - 1)
        while first <= point <= last:
            yield point
            first = point + 1
            point = self.next(point)


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """The mean cost of held-out examples, and the fraction of them that is classified correctly.

    The cost can be infinite or NaN; `accuracy` is None if the targets are not classes.
    """

    cost: float
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Validated:
    """A validation of a run, after update number `update`, and what it measured."""

    update: int
    result: ValidationResult


@dataclass(frozen=True, slots=True)
class Improvement:
    """A validation that improved by more than `min_delta`.

    `position` is the number of examples that the run had trained on, over all epochs.
    """

    cost: float
    position: int


@dataclass(frozen=True, slots=True)
class ValidationProgress:
    """What the validations of a run so far have shown.

    `best` is the first one with the lowest cost, `improvement` the last one that improved, from
    which patience counts; neither has a cost that is infinite or NaN. All are None before.
    """

    latest: Validated | None = None
    best: Validated | None = None
    improvement: Improvement | None = None

    def then(self, validated: Validated, position: int, min_delta: float) -> "ValidationProgress":
        """Return the progress after another validation at a position in the run's examples."""
        cost, best, improvement = validated.result.cost, self.best, self.improvement
        if cost < (inf if best is None else best.result.cost):
            best = validated
        if cost < (inf if improvement is None else improvement.cost - min_delta):
            improvement = Improvement(cost, position)
        return ValidationProgress(validated, best, improvement)

    def without_improvement(self, position: int) -> int:
        """Return how many examples the run has trained on since the last improvement."""
        return position - (self.improvement.position if self.improvement else 0)


#: The progress of a run without validations.
NOT_VALIDATED = ValidationProgress()


def _nothing() -> Array:
    return np.empty(0)


@dataclass(frozen=True, slots=True)
class Validations:
    """The results of validations after some updates of a history.

    `updates` (n), their numbers, ascending; `costs` (n); `accuracies` (n), NaN where there is none.
    """

    updates: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    costs: Array = field(default_factory=_nothing)
    accuracies: Array = field(default_factory=_nothing)

    def __len__(self) -> int:
        """Return their number."""
        return len(self.updates)

    @property
    def nbytes(self) -> int:
        """The size of the arrays in bytes."""
        return 3 * self.costs.nbytes

    def after(self, update: int) -> ValidationResult | None:
        """Return the result after an update; None if there was no validation."""
        if not len(self):
            return None
        index = int(np.searchsorted(self.updates, update))
        if index == len(self) or self.updates[index] != update:
            return None
        accuracy = float(self.accuracies[index])
        return ValidationResult(float(self.costs[index]), None if np.isnan(accuracy) else accuracy)

    def within(self, numbers: range) -> "Validations":
        """Return those after the updates with these numbers, an ascending range."""
        if not len(self):
            return self
        offsets = self.updates - numbers.start
        return self.rows(
            (offsets >= 0) & (self.updates < numbers.stop) & (offsets % numbers.step == 0)
        )

    def rows(self, chosen: "slice | NDArray[np.intp] | NDArray[np.bool_]") -> "Validations":
        """Return some of them, in the same order."""
        return Validations(self.updates[chosen], self.costs[chosen], self.accuracies[chosen])

    def then(self, later: "Validations") -> "Validations":
        """Return these and later ones."""
        if not len(later):
            return self
        if not len(self):
            return later
        return Validations(
            np.concatenate([self.updates, later.updates]),
            np.concatenate([self.costs, later.costs]),
            np.concatenate([self.accuracies, later.accuracies]),
        )

    def copy(self) -> "Validations":
        """Return a copy that does not keep larger arrays in memory."""
        return Validations(self.updates.copy(), self.costs.copy(), self.accuracies.copy())


#: No results.
NO_VALIDATIONS = Validations()


def validations_of(results: list[tuple[int, ValidationResult]]) -> Validations:
    """Return results with the numbers of their updates, in order, as arrays."""
    if not results:
        return NO_VALIDATIONS
    numbers, found = zip(*results, strict=True)
    nan = float("nan")
    return Validations(
        np.array(numbers, dtype=np.int64),
        np.array([each.cost for each in found]),
        np.array([nan if each.accuracy is None else each.accuracy for each in found]),
    )


def check_validation(
    violations: Violations, name: str, validation: Validation, examples: int | None
) -> None:
    """Require valid settings.

    `examples` is the number of examples in the training set of the run, None if there is none.
    """
    share, seed, every = validation.share, validation.seed, validation.every
    if validation.folds or validation.fold:
        _check_folds(violations, name, validation, examples)
    elif validation.training_set:
        violations.require(
            share == 0.0,
            f"{name}.share",
            "must be absent with training_set: use one of the two",
        )
    else:
        violations.require(
            0.0 < share < 1.0,
            f"{name}.share",
            f"must be greater than 0 and less than 1, not {share}; or set folds or training_set",
        )
    violations.require(0 <= seed < 2**63, f"{name}.seed", f"must be 0 to 2^63 − 1, not {seed}")
    if validation.training_set and seed:
        violations.add(f"{name}.seed", "must be absent with training_set")
    violations.require(
        1 <= every <= 2**53, f"{name}.every", f"must be 1 to 2^53, or 0 for 1, not {every}"
    )
    violations.known(f"{name}.unit")
    if examples == 1 and not (validation.training_set or validation.folds or validation.fold):
        violations.add(
            f"{name}.share", "needs a training set with at least 2 examples: use training_set"
        )


def _check_folds(
    violations: Violations, name: str, validation: Validation, examples: int | None
) -> None:
    folds, fold = validation.folds, validation.fold
    for other, is_given in (
        ("share", validation.share != 0.0),
        ("training_set", bool(validation.training_set)),
    ):
        if is_given:
            violations.add(f"{name}.{other}", "must be absent with folds: use one of the two")
    most = 2**31 - 1 if examples is None else examples
    violations.require(
        2 <= folds <= most,
        f"{name}.folds",
        f"must be 2 to {most:,}, "
        + ("" if examples is None else "the number of examples, ")
        + f"not {folds:,}",
    )
    violations.require(
        1 <= fold <= max(folds, 2),
        f"{name}.fold",
        f"must be 1 to {max(folds, 2):,}, the number of folds, not {fold:,}",
    )
