"""The learning rate of each update of a run.

It is a function of the settings, of the batches, and of the reductions that validations led to.
"""

import numpy as np

from training.batches import Integers
from training.network import Array
from training.numerics.schedules import SCHEDULE_CODES, ScheduleNumbers, fill_learning_rates, power
from training.run import Run
from training.schedule import ScheduleUnit


def learning_rates(run: Run, first: int, count: int, stride: int = 1) -> Array:
    """Return the learning rates of `count` updates of a run.

    `first` is the index of the first one in the run, from 0; each other follows after `stride`.
    """
    rates = np.empty(count)
    rates.fill(run.settings.learning_rate)  # `np.full` takes longer than one small update
    if not run.settings.schedule.is_constant or run.plateau.reductions:
        _change(rates, run, first + stride * np.arange(count, dtype=np.int64))
    rates.flags.writeable = False
    return rates


def learning_rates_at(run: Run, indices: Integers) -> Array:
    """Return the learning rates of any updates of a run, by their indices in it, from 0."""
    rates = np.full(len(indices), run.settings.learning_rate)
    _change(rates, run, indices)
    rates.flags.writeable = False
    return rates


def learning_rate(run: Run, index: int) -> float:
    """Return the learning rate of update `index` of a run, from 0."""
    return float(learning_rates(run, index, 1)[0])


def _change(rates: Array, run: Run, indices: Integers) -> None:
    """Change the rates as the schedule of a run and its reductions say."""
    if not run.settings.schedule.is_constant:
        _fill(rates, run, indices)
    if run.plateau.reductions:
        _reduce(rates, run, indices)


def _fill(rates: Array, run: Run, indices: Integers) -> None:
    """Set the rates by the schedule of a run."""
    schedule = run.schedule
    is_by_epoch = schedule.unit is ScheduleUnit.EPOCH
    times = run.batches.epochs_before(indices) if is_by_epoch else indices
    numbers = ScheduleNumbers(
        SCHEDULE_CODES[str(schedule.kind)],
        run.settings.learning_rate,
        schedule.period or 1,
        schedule.factor,
        schedule.minimum,
        schedule.warmup,
    )
    fill_learning_rates(times, numbers, np.array(schedule.rates), rates)


def _reduce(rates: Array, run: Run, indices: Integers) -> None:
    """Multiply each rate by γ^k, where k is the number of reductions before the update."""
    reductions, schedule = run.plateau.reductions, run.schedule
    counts = np.searchsorted(np.array(reductions), indices, side="right")
    factors = np.array([power(schedule.factor, k) for k in range(len(reductions) + 1)])
    reduced = np.maximum(rates * factors[counts], schedule.minimum)
    rates[:] = np.where(counts > 0, reduced, rates)
