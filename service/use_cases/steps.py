"""Use case: step a network by some updates or epochs, durable when the call returns."""

from dataclasses import dataclass
from enum import StrEnum

from service.execution.committing import committed
from service.execution.run_opening import RunOpening, check_same_sets
from service.execution.tickets import Outcome, Ticket, ticket_for
from service.use_cases.caller import CALLER
from service.use_cases.requests import (
    RequestId,
    check_request,
    check_unanswered,
    once_waiting,
)
from training.errors import HeadMoved, NetworkNotFound, NoPausedRun, Violation, Violations
from training.intent import Intent, PausedRun
from training.network import Network
from training.ports import Clock, Executor, Reader, Store, Writer
from training.run import Run, RunState
from training.settings import TrainingSettings
from training.snapshots import Snapshots
from training.update import Addition, Head, check_etag
from training.writes import Writes

_MOST_STEPS = 2**53


class StepUnit(StrEnum):
    """The unit of a step."""

    UPDATE = "update"
    EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class StepCommand:
    """A step in a request: `settings` opens a run, None continues the paused one.

    `unknown` are the fields with unknown values.
    """

    network_id: str
    count: int
    unit: StepUnit
    settings: TrainingSettings | None
    etag: str = ""
    unknown: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that has started, durably: where its outcome is found, and its updates so far.

    `made` is None if there are none yet.
    """

    ticket: Ticket
    network: Network
    made: Snapshots | None


class Steps:
    """Advances networks by some updates or epochs."""

    def __init__(self, store: Store, executor: Executor, opening: RunOpening, clock: Clock) -> None:
        self._store = store
        self._executor = executor
        self._opening = opening
        self._clock = clock

    def begin(self, command: StepCommand, request: RequestId[Outcome] | None = None) -> Begun:
        """Write a step, durably, and have it executed. Raises what `writes` raises."""
        return committed(self._store, self.writes(command, request))

    def writes(
        self, command: StepCommand, request: RequestId[Outcome] | None = None
    ) -> Writes[Begun]:
        """Write a step and have it executed.

        Raises InvalidFields, NetworkNotFound, TrainingSetNotFound, LimitExceeded, RunNotOver,
        NoPausedRun, StaleEtag, StoreFull.
        """
        while (paused := self._remembered(command, request)) is not None:
            try:
                return (yield from self._write(_continuing(paused, command), request))
            except (HeadMoved, NetworkNotFound):
                continue  # the network has changed since
        while True:
            with self._store.read() as reader:
                violations = Violations(command.unknown)
                check_request(violations, request)
                if not violations:
                    check_unanswered(reader, request)
                intent = self._intent(violations, reader, command)
            try:
                return (yield from self._write(intent, request))
            except HeadMoved:
                continue  # another call changed the network

    def _remembered(
        self, command: StepCommand, request: RequestId[Outcome] | None
    ) -> PausedRun | None:
        """Return the paused run that a step would continue, if it is cached."""
        violations = Violations(command.unknown)
        _check(violations, command)
        check_request(violations, request)
        if violations or command.settings is not None:
            return None
        paused = self._executor.paused(command.network_id)
        if paused is None or (command.etag and command.etag != paused.head.etag):
            return None
        return paused

    def _intent(self, violations: Violations, reader: Reader, command: StepCommand) -> Intent:
        """Return the intent of a step: to open a run, or to continue the paused one."""
        network = reader.network(command.network_id)
        head = reader.head(network.uid)
        _check(violations, command)
        if command.settings is None:
            violations.refuse()
            check_etag(head, command.etag, network.id)
            return _continuing(_paused_run(reader, network, head), command)
        opening = self._opening.addition(
            violations, reader, network, head, command.settings, command.etag
        )
        assert opening.run is not None
        stop_at = _end_of_step(opening.run, command)
        return Intent.to_open(opening.prepared(network), opening, stop_at)

    def _write(self, intent: Intent, request: RequestId[Outcome] | None) -> Writes[Begun]:
        """Write an intent together with its ticket. Raises HeadMoved."""

        def append(writer: Writer, addition: Addition) -> Ticket:
            self._store.require_room(new_bytes=0 if intent.opening else None)
            if intent.opening:
                check_same_sets(writer, intent.run)
            writer.append(addition)
            assert addition.run is not None
            return ticket_for(
                intent.network,
                addition.after,
                addition.run,
                intent.start,
                intent.run.updates_done,
            )

        def write(writer: Writer, addition: Addition) -> Ticket:
            return once_waiting(writer, self._clock, request, lambda: append(writer, addition))

        ticket, made = yield from self._executor.begin(intent, write, CALLER.get())
        return Begun(ticket, intent.network, made)


def _continuing(paused: PausedRun, command: StepCommand) -> Intent:
    return Intent.to_continue(paused, _end_of_step(paused.run, command))


def _check(violations: Violations, command: StepCommand) -> None:
    violations.require(
        0 <= command.count <= _MOST_STEPS,
        "count",
        f"must be 0 (for 1) to 2^53, not {command.count}",
    )
    violations.known("unit")


def _paused_run(reader: Reader, network: Network, head: Head) -> PausedRun:
    if head.active_run:
        run = reader.run(network.uid, head.active_run)
        if run.state is RunState.PAUSED:
            return PausedRun(network, head, run)
        raise NoPausedRun(
            f"run {run.number} of network {network.id} is {run.state}: call PauseRun before Step",
            network=network.id,
            run=run.number,
            state=run.state,
        )
    raise NoPausedRun(
        f"network {network.id} has no paused run to continue: send settings to open one",
        network=network.id,
    )


def _end_of_step(run: Run, command: StepCommand) -> int:
    """Return the value of `updates_done` at which the step stops."""
    count = command.count or 1
    if command.unit is StepUnit.UPDATE:
        return min(run.updates_done + count, run.total_updates)
    return run.batches.updates_reaching(
        run.batches.position(run.updates_done) + count * run.batches.epoch_examples
    )
