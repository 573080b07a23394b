"""Makes the updates of a run, and validates the network after some of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from training.engine import Engine, Updates
from training.held_out import HeldOut
from training.network import Network
from training.numerics.arguments import NOT_VALIDATING, Validating
from training.numerics.helpers import NO_HELPERS, Helpers
from training.numerics.schedules import ScheduleKind
from training.plateau import Plateau
from training.run import Run
from training.run_examples import RunExamples
from training.schedule import ScheduleUnit
from training.update import State
from training.validation import (
    NO_VALIDATIONS,
    Validated,
    ValidationPoints,
    ValidationProgress,
    ValidationResult,
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


#: The most bytes of the states that one call of a kernel keeps.
_STATE_BYTES: Final = 2**22


@dataclass(slots=True)
class _Measured:
    """The updates of one call, and what was measured between them.

    `results` are what validations measured, each with the number of updates before it.
    """

    updates: Updates
    results: Sequence[tuple[int, ValidationResult]]
    validating: Validating = NOT_VALIDATING


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
        # Whether the run can go on from, or return to, the state at a validation.
        self._can_return = (
            self._patience > 0
            or self._stop.restore_best
            or self._schedule.kind is ScheduleKind.PLATEAU
        )

    def advance(
        self,
        run: Run,
        state: State,
        count: int,
        *,
        record: bool,
        helpers: Helpers = NO_HELPERS,
    ) -> Stretch:
        """Make up to `count` updates after those of the run, from its state.

        They end where the run ends, where a validation reduces the learning rate, and after
        validations that take long.
        """
        self._engine.helpers = helpers
        if self._points is None or self._held_out is None:
            updates = self._train(run, state, count, NOT_VALIDATING, record=record)
            return Stretch(updates, run.validation, run.plateau)
        measured = self._measure(run, state, count, self._points, self._held_out, record=record)
        return self._judge(run, state, measured)

    def _measure(
        self,
        run: Run,
        state: State,
        count: int,
        points: ValidationPoints,
        held_out: HeldOut,
        *,
        record: bool,
    ) -> _Measured:
        """Make updates, with the validations between them as far as there is time for them."""
        done = run.updates_done
        size = self._engine.state_size if self._can_return else None
        most = held_out.at_once
        if size is not None and most:
            most = min(most, max(_STATE_BYTES // (8 * size), 1))
        at_once = max(most, 1)
        chosen = islice(points.between(done + 1, done + count), at_once)
        after = [point - done for point in chosen]
        count = after[-1] if len(after) == at_once else count
        if most:
            validating = held_out.validating(after, size)
            updates = self._train(run, state, count, validating, record=record)
            return _Measured(updates, held_out.results(validating, updates.made), validating)
        # A validation that takes long is made here, where it can be cancelled.
        updates = self._train(run, state, count, NOT_VALIDATING, record=record)
        if after != [updates.made]:
            return _Measured(updates, [])
        return _Measured(updates, [(updates.made, held_out.evaluate(updates.state.parameters))])

    def _judge(self, run: Run, state: State, measured: _Measured) -> Stretch:
        """Return the updates up to where a validation ends them, and what validations mean."""
        updates, progress, plateau = measured.updates, run.validation, run.plateau
        best, is_over = None, False
        found: list[tuple[int, ValidationResult]] = []
        for index, (made, result) in enumerate(measured.results):
            validated = Validated(state.update + made, result)
            position = self._batches.position(run.updates_done + made)
            progress = progress.then(validated, position, self._stop.min_delta)
            found.append((validated.update, result))
            if self._stop.restore_best and progress.best is validated:
                best = index
            reduced = self._reduced(plateau, result.cost, run.updates_done + made)
            is_reduced, plateau = reduced.reductions != plateau.reductions, reduced
            is_over = 0 < self._patience <= progress.without_improvement(position)
            if is_over or is_reduced:
                if made < updates.made:
                    updates = updates.until(made, *self._state(state, measured, index))
                break
        state_of_best = None if best is None else self._state(state, measured, best)[0]
        validations = validations_of(found)
        return Stretch(updates, progress, plateau, validations, state_of_best, is_over)

    def _state(self, before: State, measured: _Measured, index: int) -> tuple[State, float]:
        """Return the state after a validation, and the cost of its epoch so far."""
        made, _ = measured.results[index]
        if made == measured.updates.made:
            return measured.updates.state, measured.updates.epoch_cost
        return self._engine.validated(measured.validating, index, before.update + made)

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
        self, run: Run, state: State, count: int, validating: Validating, *, record: bool
    ) -> Updates:
        return self._engine.advance(
            state,
            run.updates_done,
            count,
            record=record,
            epoch_cost=run.epoch_cost,
            validating=validating,
        )
