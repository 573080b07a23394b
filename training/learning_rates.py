"""The learning rate of each update of a run.

It is a function of the settings, of the batches, and of the reductions that validations led to.
"""

import numpy as np

from training.network import Array
from training.numerics.schedules import SCHEDULE_CODES, ScheduleNumbers, fill_learning_rates, power
from training.run import Run
from training.schedule import ScheduleUnit


def learning_rates(run: Run, first: int, count: int, stride: int = 1) -> Array:
    """Return the learning rates of `count` updates of a run.

    `first` is the index of the first one in the run, from 0; each other follows after `stride`.
    """
    settings = run.settings
    rates = np.empty(count)
    rates.fill(settings.learning_rate)  # `np.full` takes longer than one small update
    if not settings.schedule.is_constant:
        _fill(rates, run, first, stride)
    if run.plateau.reductions:
        _reduce(rates, run, first, stride)
    rates.flags.writeable = False
    return rates


def learning_rate(run: Run, index: int) -> float:
    """Return the learning rate of update `index` of a run, from 0."""
    return float(learning_rates(run, index, 1)[0])


def _fill(rates: Array, run: Run, first: int, stride: int) -> None:
    """Set the rates by the schedule of a run."""
    schedule = run.schedule
    times = first + stride * np.arange(len(rates), dtype=np.int64)
    if schedule.unit is ScheduleUnit.EPOCH:
        times = run.batches.epochs_before(times)
    numbers = ScheduleNumbers(
        SCHEDULE_CODES[str(schedule.kind)],
        run.settings.learning_rate,
        schedule.period or 1,
        schedule.factor,
        schedule.minimum,
        schedule.warmup,
    )
    fill_learning_rates(times, numbers, np.array(schedule.rates), rates)


def _reduce(rates: Array, run: Run, first: int, stride: int) -> None:
    """Multiply each rate by γ^k, where k is the number of reductions before the update."""
    indices = first + stride * np.arange(len(rates), dtype=np.int64)
    reductions, schedule = run.plateau.reductions, run.schedule
    counts = np.searchsorted(np.array(reductions), indices, side="right")
    factors = np.array([power(schedule.factor, k) for k in range(len(reductions) + 1)])
    reduced = np.maximum(rates * factors[counts], schedule.minimum)
    rates[:] = np.where(counts > 0, reduced, rates)
