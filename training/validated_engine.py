"""Makes the updates of a run, and validates the network after some of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from training.engine import Engine, Outcome, Updates
from training.held_out import HeldOut
from training.network import Network
from training.numerics.schedules import ScheduleKind
from training.plateau import Plateau
from training.run import Run
from training.run_examples import RunExamples
from training.schedule import ScheduleUnit
from training.update import State
from training.validation import (
    NO_VALIDATIONS,
    Validated,
    ValidationProgress,
    Validations,
    validations_of,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive updates of a run with their validations.

    `progress` and `plateau` are those of all validations of the run so far, `best` is the state of
    the best one if it is one of these. `is_out_of_patience` if the run has to end with the last of
    these updates.
    """

    updates: Updates
    progress: ValidationProgress
    plateau: Plateau
    validations: Validations = NO_VALIDATIONS
    best: State | None = None
    is_out_of_patience: bool = False


class ValidatedEngine:
    """Computes the updates of one run, with its validations."""

    def __init__(self, network: Network, run: Run, examples: RunExamples) -> None:
        self._engine = Engine(network, run, examples.training)
        self._points = run.validation_points
        self._held_out = HeldOut(network, examples.validation) if examples.validation else None
        self._batches = run.batches
        self._schedule = run.settings.schedule
        self._stop = run.settings.stop
        self._patience = self._stop.patience * run.batches.epoch_examples

    def advance(
        self, run: Run, state: State, count: int, is_due: Callable[[], bool], *, record: bool
    ) -> Stretch:
        """Make up to `count` updates after those of the run, from its state.

        It stops when the run ends, and after a validation if `is_due` says so.
        """
        if self._points is None or self._held_out is None:
            updates = self._train(state, run.updates_done, count, run.epoch_cost, record=record)
            return Stretch(updates, run.validation, run.plateau)
        parts: list[Updates] = []
        found: list[Validated] = []
        progress, best, is_out_of_patience = run.validation, None, False
        plateau = run.plateau
        done, epoch_cost, last = run.updates_done, run.epoch_cost, run.updates_done + count
        while True:
            point = self._points.next(done)
            part = self._train(state, done, min(point, last) - done, epoch_cost, record=record)
            parts.append(part)
            done, state, epoch_cost = done + part.made, part.state, part.epoch_cost
            is_validated = part.made > 0 and done == point
            if is_validated:
                validated = Validated(state.update, self._held_out.evaluate(state.parameters))
                position = self._batches.position(done)
                progress = progress.then(validated, position, self._stop.min_delta)
                found.append(validated)
                plateau = self._reduced(plateau, validated.result.cost, done)
                best = state if progress.best is validated else best
                is_out_of_patience = 0 < self._patience <= progress.without_improvement(position)
            is_over = done == last or is_out_of_patience or part.outcome is not Outcome.MADE
            if is_over or (is_validated and is_due()):
                results = validations_of([(each.update, each.result) for each in found])
                return Stretch(_joined(parts), progress, plateau, results, best, is_out_of_patience)

    def _reduced(self, plateau: Plateau, cost: float, done: int) -> Plateau:
        """Return the plateau after a validation, and train on with the rates that follow."""
        schedule = self._schedule
        if schedule.kind is not ScheduleKind.PLATEAU:
            return plateau
        time, unit = done, 1
        if schedule.unit is ScheduleUnit.EPOCH:
            time, unit = self._batches.position(done), self._batches.epoch_examples
        after = plateau.then(schedule, cost, done, time, unit)
        if after.reductions != plateau.reductions:
            self._engine.reduce(after)
        return after

    def _train(
        self, state: State, done: int, count: int, epoch_cost: float, *, record: bool
    ) -> Updates:
        return self._engine.advance(
            state, done, count, record=record, epoch_cost=epoch_cost, stop=True
        )


def _joined(parts: list[Updates]) -> Updates:
    """Return consecutive updates as one object."""
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[-1],
        costs=np.concatenate([part.costs for part in parts]),
        recorded=np.concatenate([part.recorded for part in parts]),
    )
