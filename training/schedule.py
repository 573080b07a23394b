"""The schedule of the learning rate: its settings, and the rules for them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import Any, Final

from training.errors import Violations
from training.numerics.schedules import ScheduleKind

#: The most rates of a list: a run and each of its events are stored with them.
MOST_RATES: Final = 1_000

#: The longest time: one more is a float64 too.
_LONGEST: Final = 2**53 - 1


class ScheduleUnit(StrEnum):
    """The unit of the time of a schedule."""

    EPOCH = "epoch"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class LearningRateSchedule:
    """How the learning rate of a run changes.

    The time of an update is the number of epochs before that of its first example, or of updates
    before it, by `unit`; so are `period` and `warmup`. `period`, ≥ 1, `factor`, > 0 and finite,
    `minimum`, 0 to the learning rate, and `rates`, each > 0 and finite, apply to some kinds; what
    is not given is 0, or empty. `patience`, ≥ 1, and `min_delta`, ≥ 0 and finite, apply to PLATEAU:
    after so many units without a validation whose cost is less by more than `min_delta`, the rate
    is multiplied by `factor`, < 1. In the first `warmup` units, ≥ 0, the rate rises in equal parts
    up to the learning rate.
    """

    kind: ScheduleKind = ScheduleKind.CONSTANT
    unit: ScheduleUnit = ScheduleUnit.EPOCH
    period: int = 0
    factor: float = 0.0
    minimum: float = 0.0
    warmup: int = 0
    rates: tuple[float, ...] = ()
    patience: int = 0
    min_delta: float = 0.0

    @property
    def is_constant(self) -> bool:
        """Whether every update has the learning rate of the settings."""
        return self.kind is ScheduleKind.CONSTANT and not self.warmup

    def completed(self, duration: int) -> "LearningRateSchedule":
        """Return the schedule with defaults for the settings that are not given.

        `duration` is that of the whole run in the unit of the schedule.
        """
        table = self.kind.definition
        missing: dict[str, Any] = {
            name: default for name, default in table.defaults.items() if not getattr(self, name)
        }
        if self.kind is ScheduleKind.COSINE and not self.period:
            missing["period"] = max(duration - self.warmup, 1)
        return replace(self, **missing) if missing else self


def check_schedule(
    violations: Violations, field: str, schedule: LearningRateSchedule, learning_rate: float
) -> None:
    """Require settings that apply to the kind of the schedule and are in range."""
    known = violations.known(f"{field}.kind")
    table = schedule.kind.definition
    for name in ("period", "factor", "minimum", "rates", "patience", "min_delta"):
        value = getattr(schedule, name)
        if known and value and name not in table.applies:
            violations.add(
                f"{field}.{name}", f"must be absent with {schedule.kind.name}: {_owners(name)}"
            )
    required = table.applies - table.defaults.keys() - {"minimum", "min_delta"}
    if not known:
        required = frozenset()
    if schedule.kind is ScheduleKind.COSINE:
        required -= {"period"}
    _check_numbers(violations, field, schedule, required)
    minimum = schedule.minimum
    violations.require(
        isfinite(minimum) and minimum >= 0.0 and not minimum > learning_rate > 0.0,
        f"{field}.minimum",
        f"must be 0 to the learning rate, not {minimum}",
    )
    violations.require(
        0 <= schedule.warmup <= _LONGEST,
        f"{field}.warmup",
        f"must be 0 to 2^53 − 1, not {schedule.warmup}",
    )
    _check_rates(violations, f"{field}.rates", schedule.rates, needed="rates" in required)
    _check_plateau(violations, field, schedule)


def _check_numbers(
    violations: Violations, field: str, schedule: LearningRateSchedule, required: frozenset[str]
) -> None:
    period, factor = schedule.period, schedule.factor
    violations.require(
        1 <= period <= _LONGEST or (period == 0 and "period" not in required),
        f"{field}.period",
        f"must be 1 to 2^53 − 1, not {period}",
    )
    violations.require(
        (isfinite(factor) and factor > 0.0) or (factor == 0.0 and "factor" not in required),
        f"{field}.factor",
        f"must be finite and greater than 0, not {factor}",
    )


def _check_rates(
    violations: Violations, field: str, rates: tuple[float, ...], *, needed: bool
) -> None:
    violations.require(
        len(rates) <= MOST_RATES, field, f"must be at most {MOST_RATES} numbers, not {len(rates)}"
    )
    if needed and not rates:
        violations.add(field, "must have at least one number with LIST")
    for index, rate in enumerate(rates[:MOST_RATES]):
        if not (isfinite(rate) and rate > 0.0):
            violations.add(f"{field}[{index}]", f"must be finite and greater than 0, not {rate}")
            return


def _check_plateau(violations: Violations, field: str, schedule: LearningRateSchedule) -> None:
    violations.require(
        schedule.kind is not ScheduleKind.PLATEAU or not schedule.factor >= 1.0,
        f"{field}.factor",
        f"must be less than 1 with PLATEAU, not {schedule.factor}",
    )
    violations.require(
        0 <= schedule.patience <= _LONGEST,
        f"{field}.patience",
        f"must be 1 to 2^53 − 1, not {schedule.patience}",
    )
    violations.require(
        isfinite(schedule.min_delta) and schedule.min_delta >= 0.0,
        f"{field}.min_delta",
        f"must be finite and at least 0, not {schedule.min_delta}",
    )


def _owners(name: str) -> str:
    owners = [kind.name for kind in ScheduleKind if name in kind.definition.applies]
    return f"only {' and '.join(owners)} {'has' if len(owners) == 1 else 'have'} {name}"
