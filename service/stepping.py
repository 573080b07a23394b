"""The use case of stepping: a little training at a time, durable when it is answered."""

from dataclasses import dataclass, replace
from enum import StrEnum

from service.opening import Opening
from service.requests import RequestId, check_etag, check_request, earlier_answer, once
from service.snapshots import SnapshotReader
from service.tickets import Ticket, ticket_for
from training.errors import HeadMoved, NoPausedRun, Violations
from training.network import Network
from training.ports import Clock, Executor, Reader, Store, Writer
from training.run import Run, RunState
from training.settings import TrainingSettings
from training.trainer import Trainer
from training.update import Addition, Head

_MOST_STEPS = 2**53


class StepUnit(StrEnum):
    """What a step counts."""

    UPDATE = "update"
    EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class StepCommand:
    """What a client says of a step: `settings` opens a run, None continues the paused one.

    `unit` None stands for one that the service does not know.
    """

    network_id: str
    count: int
    unit: StepUnit | None
    settings: TrainingSettings | None
    etag: str = ""


class Steps:
    """Advances networks by some updates or epochs."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        snapshots: SnapshotReader,
        opening: Opening,
        clock: Clock,
    ) -> None:
        self._store = store
        self._executor = executor
        self._snapshots = snapshots
        self._opening = opening
        self._clock = clock

    def begin(self, command: StepCommand, request: RequestId | None = None) -> Ticket:
        """Make a step's first segment durable, and have the rest of it carried out, if any.

        Raises InvalidFields, NetworkNotFound, TrainingSetNotFound, LimitExceeded, RunNotOver,
        NoPausedRun, StaleEtag.
        """
        while True:
            try:
                return self._begin(command, request)
            except HeadMoved:
                continue  # someone else changed the network in between: decide anew

    def _begin(self, command: StepCommand, request: RequestId | None) -> Ticket:
        with self._store.read() as reader:
            violations = Violations()
            check_request(violations, request)
            if not violations and (earlier := earlier_answer(reader, request, Ticket)):
                return earlier
            network = reader.network(command.network_id)
            head = reader.head(network.uid)
            opening, run = self._run(violations, reader, network, head, command)
            examples = self._snapshots.examples(reader, run.training_set_uid)

        # Computed before it is written: the whole step, or its beginning, is one transaction.
        stepping = replace(run, stop_at=_end_of_step(run, command))
        state = self._snapshots.state(network, head.latest_update)
        start = opening.after if opening else head
        trainer = Trainer(network, examples, start, stepping, state, self._clock)
        addition = trainer.advance()
        if opening:
            addition = opening.then(addition)
        ticket = ticket_for(network, trainer.head, trainer.run, start, run.updates_done)

        def commit(writer: Writer) -> Ticket:
            if opening:
                _check_still_there(writer, run)
            writer.append(addition)
            return ticket

        answer = self._store.write(
            lambda writer: once(writer, self._clock, request, Ticket, lambda: commit(writer))
        ).result()
        if answer is ticket:  # and not that of a repetition which came first
            self._snapshots.remember(network.uid, trainer.state)
            if trainer.run.is_active:
                self._executor.start(network.uid, run.number)
        return answer

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
    violations.require(command.unit is not None, "unit", "must be UPDATE or EPOCH")


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
