"""Schedules of the learning rate, each as a function of the time in a run.

The letters: η the learning rate of the settings, t the time in updates or epochs, from 0, after the
warm-up, T the period, γ the factor.  All operations are in the order of the formulas, and powers
are products in a fixed order, so that every machine computes the same bits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.arguments import READ_VECTOR, VECTOR, Floats
from training.numerics.definition import Defined, Definition
from training.numerics.elementary import cospi
from training.numerics.jit import kernel, shared
from training.numerics.signatures import FLOAT, INTEGER, Array, fields, signature


class ScheduleNumbers(NamedTuple):
    """The settings of a schedule; each kind uses those that apply to it."""

    kind: int
    """A number of `SCHEDULE_CODES`."""
    learning_rate: float
    """η."""
    period: int = 1
    """T, at least 1."""
    factor: float = 1.0
    """γ."""
    minimum: float = 0.0
    """What no rate after the warm-up is below."""
    warmup: int = 0
    """The time of the warm-up: rates rise by η / (warm-up + 1)."""


Rate = Callable[[int, ScheduleNumbers, Floats], float]
"""From t, the settings, and the rates of a list to the learning rate."""


@dataclass(frozen=True, kw_only=True)
class ScheduleDefinition(Definition):
    """A schedule: the formula is that of the learning rate at the time t."""

    rate: Rate
    applies: frozenset[str] = frozenset()
    """The settings that it uses besides the learning rate and the warm-up."""
    defaults: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """The defaults of its settings; the others that apply are required."""


@shared
def power(base: float, exponent: int) -> float:
    """Return base^exponent for an exponent ≥ 0: products of squares, from the lowest bit on."""
    result = 1.0
    square = base
    while exponent > 0:
        if exponent & 1 == 1:
            result = result * square
        square = square * square
        exponent = exponent >> 1
    return result


@shared
def constant(_t: int, numbers: ScheduleNumbers, _rates: Floats) -> float:
    """Return η."""
    return numbers.learning_rate


@shared
def step(t: int, numbers: ScheduleNumbers, _rates: Floats) -> float:
    """Return η·γ^⌊t / T⌋, as StepLR of PyTorch."""
    return numbers.learning_rate * power(numbers.factor, t // numbers.period)


@shared
def exponential(t: int, numbers: ScheduleNumbers, _rates: Floats) -> float:
    """Return η·γ^t, as ExponentialLR of PyTorch."""
    return numbers.learning_rate * power(numbers.factor, t)


@shared
def cosine(t: int, numbers: ScheduleNumbers, _rates: Floats) -> float:
    """Return the minimum + (η − minimum)·(½·(1 + cos(π·(t / T)))), from t = T on the minimum.

    Source: Loshchilov and Hutter, SGDR (ICLR 2017), without restarts; as CosineAnnealingLR of
    PyTorch up to its T_max.
    """
    share = 0.5 * (1.0 + cospi(min(t, numbers.period) / numbers.period))
    return numbers.minimum + (numbers.learning_rate - numbers.minimum) * share


@shared
def inverse_time(t: int, numbers: ScheduleNumbers, _rates: Floats) -> float:
    """Return η / (1 + γ·(t / T)), as InverseTimeDecay of Keras."""
    return numbers.learning_rate / (1.0 + numbers.factor * (t / numbers.period))


@shared
def of_list(t: int, numbers: ScheduleNumbers, rates: Floats) -> float:
    """Return η for the first T, then each rate of the list for another T, the last to the end."""
    place = min(t // numbers.period, len(rates))
    return numbers.learning_rate if place == 0 else rates[place - 1]


class ScheduleKind(Defined):
    """The schedules that a run can use."""

    definition: ScheduleDefinition

    CONSTANT = ScheduleDefinition(name="constant", formula="η", rate=constant)
    STEP = ScheduleDefinition(
        name="step",
        formula="η·γ^⌊t / T⌋",
        rate=step,
        applies=frozenset({"period", "factor", "minimum"}),
        defaults=MappingProxyType({"factor": 0.1}),
    )
    EXPONENTIAL = ScheduleDefinition(
        name="exponential",
        formula="η·γ^t",
        rate=exponential,
        applies=frozenset({"factor", "minimum"}),
    )
    COSINE = ScheduleDefinition(
        name="cosine",
        formula="minimum + (η − minimum)·(½·(1 + cos(π·(t / T))))",
        rate=cosine,
        applies=frozenset({"period", "minimum"}),
        # The default of T is what the run has left after the warm-up.
    )
    INVERSE_TIME = ScheduleDefinition(
        name="inverse-time",
        formula="η / (1 + γ·(t / T))",
        rate=inverse_time,
        applies=frozenset({"period", "factor", "minimum"}),
        defaults=MappingProxyType({"period": 1}),
    )
    PLATEAU = ScheduleDefinition(
        name="plateau",
        formula="η·γ^k",  # k, the number of reductions so far, depends on validations
        rate=constant,
        applies=frozenset({"factor", "minimum", "patience", "min_delta"}),
        defaults=MappingProxyType({"factor": 0.1, "patience": 10}),
    )
    LIST = ScheduleDefinition(
        name="list",
        formula="η, then ratesₖ with k = ⌊t / T⌋",
        rate=of_list,
        applies=frozenset({"period", "rates"}),
        defaults=MappingProxyType({"period": 1}),
    )


SCHEDULE_CODES: Final[Mapping[str, int]] = MappingProxyType(
    {name: code for code, name in enumerate(ScheduleKind)}
)


def _chosen(rates: tuple[Rate, ...]) -> Any:
    """Return a function that calls the one with the number `kind`."""
    first, later = rates[0], rates[1:]
    if not later:

        @shared
        def only(_kind: int, t: int, numbers: ScheduleNumbers, rates: Floats) -> float:
            return first(t, numbers, rates)

        return only
    rest = _chosen(later)

    @shared
    def choose(kind: int, t: int, numbers: ScheduleNumbers, rates: Floats) -> float:
        if kind == 0:
            return first(t, numbers, rates)
        return rest(kind - 1, t, numbers, rates)  # type: ignore[no-any-return]

    return choose


_scheduled = _chosen(tuple(kind.definition.rate for kind in ScheduleKind))


@shared
def learning_rate(time: int, numbers: ScheduleNumbers, rates: Floats) -> float:
    """Return the learning rate at a time, from 0: η·((t + 1) / (W + 1)) in a warm-up of W.

    After it the rate of the schedule at t − W, and not less than the minimum.
    """
    if time < numbers.warmup:
        return numbers.learning_rate * ((time + 1) / (numbers.warmup + 1))
    rate: float = _scheduled(numbers.kind, time - numbers.warmup, numbers, rates)
    return rate if rate > numbers.minimum else numbers.minimum


_NUMBERS = fields(ScheduleNumbers, INTEGER, FLOAT, INTEGER, FLOAT, FLOAT, INTEGER)
_TIMES = Array("int64", 1)


@kernel(signature(_TIMES, _NUMBERS, READ_VECTOR, VECTOR))
def fill_learning_rates(
    times: NDArray[np.int64], numbers: ScheduleNumbers, rates: Floats, filled: Floats
) -> None:
    """Set the learning rate at each of some times, in ascending order."""
    for index in range(times.size):
        # With epochs as the unit, most updates have the time of the one before.
        if index > 0 and times[index] == times[index - 1]:
            filled[index] = filled[index - 1]
        else:
            filled[index] = learning_rate(times[index], numbers, rates)
