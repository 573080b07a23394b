"""The results of a sweep: its trials, and the combinations of settings, best first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Literal, NamedTuple, TypeAlias

from clearprop.infos import RunInfo
from clearprop.sweeps.plan import Plan, Trial
from clearprop.sweeps.setting_texts import words_of
from clearprop.validations import Validation

#: What the combinations of a sweep are sorted by.
SortName: TypeAlias = Literal["cost", "accuracy"]


class Mean(NamedTuple):
    """The mean of a measure over some trials, and its sample standard deviation."""

    mean: float
    deviation: float | None
    """None if there is one trial."""


@dataclass(frozen=True, slots=True)
class SweepTrial:
    """A trial whose run is over: its number, the id of its network, its settings and its run.

    `settings` has the settings that vary; `fold` is None without folds.
    """

    number: int
    network: str
    settings: Mapping[str, object]
    seed: int
    fold: int | None
    run: RunInfo

    @classmethod
    def of(cls, trial: Trial, run: RunInfo) -> "SweepTrial":
        """Return the result of a trial."""
        fold = trial.fold or None
        return cls(trial.number, trial.network, trial.settings, trial.seed, fold, run)

    @property
    def validation(self) -> Validation | None:
        """The validation of the parameters that the run ended with; None if there is none."""
        is_restored = self.run.settings.stop.restore_best and self.run.state == "SUCCEEDED"
        return self.run.best if is_restored else self.run.latest_validation

    @property
    def cost(self) -> float | None:
        """The validation cost; without a validation, the cost of the last update."""
        if self.run.validation_examples:
            return None if self.validation is None else self.validation.cost
        return self.run.latest_cost

    @property
    def accuracy(self) -> float | None:
        """The share of held-out examples that are classified correctly; None if there is none."""
        return None if self.validation is None else self.validation.accuracy

    @property
    def succeeded(self) -> bool:
        """Whether the run succeeded."""
        return self.run.state == "SUCCEEDED"

    def __repr__(self) -> str:
        words = words_of(self.settings)
        return f"<SweepTrial {self.network} {self.run.state} cost={self.cost!r} {words}>"


@dataclass(frozen=True, slots=True)
class SweepRow:
    """A combination of settings, with all of its trials: one for each seed and fold."""

    settings: Mapping[str, object]
    trials: Sequence[SweepTrial]

    @property
    def cost(self) -> Mean | None:
        """The validation cost of the trials that succeeded; see `SweepTrial.cost`."""
        return _mean(trial.cost for trial in self.trials if trial.succeeded)

    @property
    def accuracy(self) -> Mean | None:
        """The accuracy of the trials that succeeded; None if the targets are not classes."""
        return _mean(trial.accuracy for trial in self.trials if trial.succeeded)

    @property
    def failed_count(self) -> int:
        """The number of trials that did not succeed, for example because they diverged."""
        return sum(not trial.succeeded for trial in self.trials)

    @property
    def networks(self) -> list[str]:
        """The ids of its networks."""
        return [trial.network for trial in self.trials]

    def __repr__(self) -> str:
        return f"<SweepRow {words_of(self.settings)}: cost={self.cost!r} {len(self.trials)} trials>"


class SweepResult:
    """A sweep whose trials are all over.

    `trials` are ordered by number; `trained_count` is how many of them this call has started.
    """

    def __init__(self, plan: Plan, trials: Iterable[SweepTrial], trained_count: int) -> None:
        self.name = plan.sweep
        self.training_set = plan.training_set
        self.varied = list(plan.varied)
        self.trials = sorted(trials, key=lambda trial: trial.number)
        self.trained_count = trained_count

    def rows(self, sort: SortName = "cost") -> list[SweepRow]:
        """Return the combinations of settings, those with the best mean first.

        Combinations of which a trial failed come last.
        """
        groups: dict[str, list[SweepTrial]] = {}
        for trial in self.trials:
            groups.setdefault(words_of(trial.settings), []).append(trial)
        rows = [SweepRow(trials[0].settings, trials) for trials in groups.values()]
        return sorted(rows, key=lambda row: _rank(row, sort))

    @property
    def best(self) -> SweepRow:
        """The combination of settings with the lowest mean cost."""
        return self.rows()[0]

    def __iter__(self) -> Iterator[SweepRow]:
        return iter(self.rows())

    def __len__(self) -> int:
        return len(self.rows())

    def __repr__(self) -> str:
        return f"<SweepResult {self.name}: {len(self.trials)} trials, best {self.best!r}>"


def _rank(row: SweepRow, sort: SortName) -> tuple[bool, float, float]:
    cost = row.cost.mean if row.cost is not None and isfinite(row.cost.mean) else inf
    if sort == "accuracy":
        return row.failed_count > 0, -(row.accuracy.mean if row.accuracy else 0.0), cost
    return row.failed_count > 0, cost, 0.0


def _mean(values: Iterable[float | None]) -> Mean | None:
    found = [value for value in values if value is not None]
    if not found:
        return None
    mean = sum(found) / len(found)
    if len(found) == 1 or not isfinite(mean):
        return Mean(mean, None)
    return Mean(mean, sqrt(sum((value - mean) ** 2 for value in found) / (len(found) - 1)))
