"""The use case of stepping: a little training at a time, durable when it is answered."""

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from cachetools import LRUCache

from service.execution.run_opening import RunOpening
from service.execution.tickets import Outcome, Ticket, ticket_for
from service.reading.snapshots import SnapshotReader
from service.use_cases.requests import (
    RequestId,
    check_request,
    check_unanswered,
    once_waiting,
)
from training.errors import HeadMoved, NetworkNotFound, NoPausedRun, Violation, Violations
from training.network import Network
from training.ports import Clock, Executor, Reader, Store, Writer
from training.run import Run, RunState
from training.settings import TrainingSettings
from training.snapshots import Snapshots
from training.trainer import Trainer
from training.update import Addition, Head, check_etag

_MOST_STEPS = 2**53

#: How much the paused runs take that are kept at hand, in bytes; more of it for Python's objects.
_PAUSED_BYTES = 64 * 2**20
_OVERHEAD = 10_000


class StepUnit(StrEnum):
    """What a step counts."""

    UPDATE = "update"
    EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class StepCommand:
    """What a client says of a step: `settings` opens a run, None continues the paused one.

    `unknown` are the fields whose values the service does not know.
    """

    network_id: str
    count: int
    unit: StepUnit
    settings: TrainingSettings | None
    etag: str = ""
    unknown: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that has begun, durably: where its answer is found, and what it has made already.

    `made` is None where no update was made.
    """

    ticket: Ticket
    network: Network
    made: Snapshots | None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A run ready to go on, paused or about to be opened; a paused one is kept as a step leaves it.

    It may be out of date: its next addition is refused then, for it was made for another head.
    """

    network: Network
    trainer: Trainer

    @property
    def nbytes(self) -> int:
        """How many bytes its numbers take."""
        examples = self.trainer.examples
        return self.trainer.state.nbytes + examples.inputs.nbytes + examples.targets.nbytes


class Steps:
    """Advances networks by some updates or epochs."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        snapshots: SnapshotReader,
        opening: RunOpening,
        clock: Clock,
    ) -> None:
        self._store = store
        self._executor = executor
        self._snapshots = snapshots
        self._opening = opening
        self._clock = clock
        self._lock = Lock()
        self._paused: LRUCache[str, _Ready] = LRUCache(
            _PAUSED_BYTES, lambda paused: paused.nbytes + _OVERHEAD
        )

    def begin(self, command: StepCommand, request: RequestId[Outcome] | None = None) -> Begun:
        """Make a step's first segment durable, and have the rest of it carried out, if any.

        Raises InvalidFields, NetworkNotFound, TrainingSetNotFound, LimitExceeded, RunNotOver,
        NoPausedRun, StaleEtag.
        """
        paused = self._take(command, request)
        if paused is not None:
            try:
                return self._advance(paused, command, request)
            except (HeadMoved, NetworkNotFound):
                pass  # the network has changed since: read how it stands
        while True:
            try:
                return self._begin(command, request)
            except HeadMoved:
                continue  # someone else changed the network in between: decide anew

    def _begin(self, command: StepCommand, request: RequestId[Outcome] | None) -> Begun:
        with self._store.read() as reader:
            violations = Violations(command.unknown)
            check_request(violations, request)
            if not violations:
                check_unanswered(reader, request)
            network = reader.network(command.network_id)
            head = reader.head(network.uid)
            opening, run = self._run(violations, reader, network, head, command)
            examples = self._snapshots.examples(reader, run.training_set_uid)
        state = self._snapshots.state(network, head.latest_update)
        start = opening.after if opening else head
        trainer = Trainer(network, examples, start, run, state, self._clock)
        return self._advance(_Ready(network, trainer), command, request, opening)

    def _advance(
        self,
        paused: _Ready,
        command: StepCommand,
        request: RequestId[Outcome] | None,
        opening: Addition | None = None,
    ) -> Begun:
        """Compute the whole step, or its beginning, then write it, in one transaction.

        Raises HeadMoved, NetworkNotFound.
        """
        network, trainer = paused.network, paused.trainer
        start, run = trainer.head, trainer.run
        trainer.step_to(_end_of_step(run, command))
        made = trainer.advance(record=True)
        addition = opening.then(made.addition) if opening else made.addition
        ticket = ticket_for(network, trainer.head, trainer.run, start, run.updates_done)

        def commit(writer: Writer) -> Ticket:
            if opening:
                _check_still_there(writer, run)
            writer.append(addition)
            return ticket

        self._store.write(
            lambda writer: once_waiting(writer, self._clock, request, lambda: commit(writer))
        ).result()
        self._snapshots.remember(network.uid, trainer.state)
        if trainer.run.is_active:
            self._executor.start(network.uid, run.number)
        elif not trainer.run.is_over:
            self._keep(paused)
        return Begun(ticket, network, made.snapshots)

    def _take(self, command: StepCommand, request: RequestId[Outcome] | None) -> _Ready | None:
        """Return the paused run that a step would continue, if it is at hand; for one caller."""
        violations = Violations(command.unknown)
        _check(violations, command)
        check_request(violations, request)
        if violations or command.settings is not None:
            return None
        with self._lock:
            paused = self._paused.pop(command.network_id, None)
        if paused is None or (command.etag and command.etag != paused.trainer.head.etag):
            return None
        return paused

    def _keep(self, paused: _Ready) -> None:
        with self._lock:
            if paused.nbytes + _OVERHEAD <= self._paused.maxsize:
                self._paused[paused.network.id] = paused

    def _run(
        self,
        violations: Violations,
        reader: Reader,
        network: Network,
        head: Head,
        command: StepCommand,
    ) -> tuple[Addition | None, Run]:
        """Return the run to advance, and the addition that opens it, None for the paused one."""
        _check(violations, command)
        if command.settings is None:
            violations.refuse()
            check_etag(head, command.etag, network.id)
            return None, _paused_run(reader, network, head)
        opening = self._opening.addition(
            violations, reader, network, head, command.settings, command.etag
        )
        assert opening.run is not None
        return opening, opening.run


def _check(violations: Violations, command: StepCommand) -> None:
    violations.require(
        0 <= command.count <= _MOST_STEPS,
        "count",
        f"must be 0 (for 1) to 2^53, is {command.count}",
    )
    violations.known("unit")


def _check_still_there(reader: Reader, run: Run) -> None:
    if reader.training_set(run.settings.training_set).uid != run.training_set_uid:
        raise HeadMoved("the training set was replaced meanwhile")


def _paused_run(reader: Reader, network: Network, head: Head) -> Run:
    if head.active_run:
        run = reader.run(network.uid, head.active_run)
        if run.state is RunState.PAUSED:
            return run
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
    return run.schedule.updates_reaching(
        run.schedule.position(run.updates_done) + count * run.examples
    )
