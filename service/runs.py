"""Use cases of runs: train, step, pause, resume, cancel, look."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from service.requests import RequestId, check_etag, earlier_answer, once
from service.snapshots import SnapshotReader
from training.errors import (
    HeadMoved,
    NoPausedRun,
    RunNotOver,
    RunOver,
    TrainingSetNotFound,
    Violations,
)
from training.network import Network
from training.ports import Clock, Executor, Reader, Store, Writer
from training.run import Run, RunState
from training.settings import TrainingSettings, check_settings
from training.trainer import Trainer, change_state, open_run
from training.training_set import TrainingSet, check_fits
from training.update import Addition, Head

_MOST_STEPS = 2**53

# A run settles within a few events of being asked to.
_FEW = 100


class StepUnit(StrEnum):
    """What a step counts."""

    UPDATE = "update"
    EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class RunView:
    """A run and the id of its network."""

    network_id: str
    run: Run


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where the answer of a call that waits for a run will be found.

    At the run's first event after `after_event` in which it is not active; or in `run` and `head`,
    where there was nothing to wait for. `updates_done` is what the run had made before.
    """

    network_id: str
    network_uid: str
    run_number: int
    after_event: int
    updates_done: int = 0
    run: Run | None = None
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call that waited for a run is answered with.

    `head` is the network's, as the call left it; `updates_done` what the run had made before.
    """

    network_id: str
    run: Run
    updates_done: int
    head: Head


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


class Runs:
    """What a client can do with runs.

    Calls that wait for a run return a Ticket at once; `outcome` says what became of it, as soon as
    that is durable. Nothing here waits for training.
    """

    def __init__(
        self, store: Store, executor: Executor, snapshots: SnapshotReader, clock: Clock
    ) -> None:
        self._store = store
        self._executor = executor
        self._snapshots = snapshots
        self._clock = clock

    def train(
        self,
        network_id: str,
        settings: TrainingSettings,
        etag: str = "",
        request: RequestId | None = None,
    ) -> RunView:
        """Open a run, PENDING, that is carried out in the background.

        Raises InvalidFields, NetworkNotFound, TrainingSetNotFound, RunNotOver, StaleEtag.
        """

        def start(writer: Writer) -> RunView:
            network = writer.network(network_id)
            head = writer.head(network.uid)
            opening = self._opening(Violations(), writer, network, head, settings, etag)
            writer.append(opening)
            return RunView(network_id, _run_of(opening))

        view = self._store.write(
            lambda writer: once(writer, self._clock, request, RunView, lambda: start(writer))
        ).result()
        self._executor.start(view.run.network_uid, view.run.number)
        return view

    def begin_step(self, command: StepCommand, request: RequestId | None = None) -> Ticket:
        """Make a step's first segment durable, and have the rest of it carried out, if any.

        Raises InvalidFields, NetworkNotFound, TrainingSetNotFound, RunNotOver, NoPausedRun,
        StaleEtag.
        """
        while True:
            try:
                return self._begin_step(command, request)
            except HeadMoved:
                continue  # someone else changed the network in between: decide anew

    def begin_pause(
        self,
        network_id: str,
        number: int,
        etag: str = "",
        request: RequestId | None = None,
    ) -> Ticket:
        """Ask an active run to pause. Raises NetworkNotFound, RunNotFound, RunOver, StaleEtag."""

        def ask(writer: Writer) -> Ticket:
            network, head, run = _look(writer, network_id, number, etag)
            if run.is_over:
                raise _over(network_id, run)
            if run.is_active and writer.wanted_state(network.uid, number) is None:
                writer.want(network.uid, number, RunState.PAUSED)
            return _ticket(network, head, run)

        return self._once(request, ask)

    def begin_cancel(
        self,
        network_id: str,
        number: int,
        etag: str = "",
        request: RequestId | None = None,
    ) -> Ticket:
        """End a paused run, or ask an active one to end.

        Raises NetworkNotFound, RunNotFound, RunOver, StaleEtag.
        """

        def ask(writer: Writer) -> Ticket:
            network, head, run = _look(writer, network_id, number, etag)
            if run.is_over and run.state is not RunState.CANCELLED:
                raise _over(network_id, run)
            if run.is_active:
                writer.want(network.uid, number, RunState.CANCELLED)
            elif run.state is RunState.PAUSED:
                ending = change_state(head, run, RunState.CANCELLED, self._clock.now())
                writer.append(ending)
                head, run = ending.after, _run_of(ending)
            return _ticket(network, head, run)

        return self._once(request, ask)

    def resume(
        self,
        network_id: str,
        number: int,
        etag: str = "",
        request: RequestId | None = None,
    ) -> RunView:
        """Let a paused run go on to its end.

        Raises NetworkNotFound, RunNotFound, RunOver, StaleEtag.
        """

        def go_on(writer: Writer) -> RunView:
            _, head, run = _look(writer, network_id, number, etag)
            if run.is_over:
                raise _over(network_id, run)
            if run.state is RunState.PAUSED:
                resuming = change_state(head, run, RunState.RUNNING, self._clock.now())
                writer.append(resuming)
                run = _run_of(resuming)
            return RunView(network_id, run)

        view = self._store.write(
            lambda writer: once(writer, self._clock, request, RunView, lambda: go_on(writer))
        ).result()
        self._executor.start(view.run.network_uid, number)
        return view

    def outcome(self, ticket: Ticket) -> Outcome | None:
        """Return what a waiting call is answered with, None while the run is active.

        Raises NetworkNotFound when the network was deleted meanwhile.
        """
        if ticket.run is not None and ticket.head is not None:
            return Outcome(ticket.network_id, ticket.run, ticket.updates_done, ticket.head)
        with self._store.read() as reader:
            reader.network_by_uid(ticket.network_uid)
            events = reader.run_events(ticket.network_uid, 0, ticket.after_event, _FEW)
        for event in events:
            if event.run.number == ticket.run_number and not event.run.is_active:
                head = Head(ticket.network_uid, event.update, last_event=event.number)
                return Outcome(ticket.network_id, event.run, ticket.updates_done, head)
        return None

    def get(self, network_id: str, number: int) -> RunView:
        """Return a run. Raises NetworkNotFound, RunNotFound."""
        with self._store.read() as reader:
            return RunView(network_id, reader.run(reader.network(network_id).uid, number))

    def page(self, network_id: str, before: int | None, limit: int) -> list[RunView]:
        """Return up to `limit` runs with numbers below `before`, the latest first.

        Raises NetworkNotFound.
        """
        with self._store.read() as reader:
            runs = reader.runs(reader.network(network_id).uid, before, limit)
        return [RunView(network_id, run) for run in runs]

    def _begin_step(self, command: StepCommand, request: RequestId | None) -> Ticket:
        with self._store.read() as reader:
            earlier = earlier_answer(reader, request, Ticket)
            if earlier is not None:
                return earlier
            network = reader.network(command.network_id)
            head = reader.head(network.uid)
            opening = None
            violations = Violations()
            _check_step(violations, command)
            if command.settings is None:
                violations.refuse()
                check_etag(head, command.etag, network.id)
                run = _paused_run(reader, network, head)
            else:
                opening = self._opening(
                    violations, reader, network, head, command.settings, command.etag
                )
                run = _run_of(opening)
            examples = self._snapshots.examples(reader, run.training_set_uid)
        stepping = replace(run, stop_at=_end_of_step(run, command))
        state = self._snapshots.state(network, head.latest_update)
        start = opening.after if opening else head
        trainer = Trainer(network, examples, start, stepping, state, self._clock)
        addition = trainer.advance()
        if opening:
            addition = opening.then(addition)

        def commit(writer: Writer) -> Ticket:
            if (
                opening
                and writer.training_set(run.settings.training_set).uid != run.training_set_uid
            ):
                raise HeadMoved("the training set was replaced meanwhile")
            writer.append(addition)
            return _ticket(network, trainer.head, trainer.run, start, run.updates_done)

        ticket = self._once(request, commit)
        self._snapshots.remember(network.uid, trainer.state)
        if trainer.run.is_active:
            self._executor.start(network.uid, run.number)
        return ticket

    def _opening(
        self,
        violations: Violations,
        reader: Reader,
        network: Network,
        head: Head,
        settings: TrainingSettings,
        etag: str,
    ) -> Addition:
        """Return the addition that opens a run with these settings, if they and the state allow."""
        training_set = self._check_settings(violations, reader, network, settings)
        violations.refuse()
        check_etag(head, etag, network.id)
        if head.active_run:
            raise _not_over(network.id, reader.run(network.uid, head.active_run))
        return open_run(head, settings, training_set, self._clock.now())

    def _check_settings(
        self, violations: Violations, reader: Reader, network: Network, settings: TrainingSettings
    ) -> TrainingSet:
        """Check settings as far as they can be understood, and return their training set."""
        if not settings.training_set:
            violations.add("settings.training_set", "must be the id of a training set")
        try:
            training_set = reader.training_set(settings.training_set)
        except TrainingSetNotFound:
            check_settings(violations, "settings", settings, None)
            violations.refuse()
            raise
        check_settings(violations, "settings", settings, training_set.example_count)
        examples = self._snapshots.examples(reader, training_set.uid)
        check_fits(violations, "settings.training_set", network, training_set, examples)
        return training_set

    def _once(self, request: RequestId | None, work: Callable[[Writer], Ticket]) -> Ticket:
        return self._store.write(
            lambda writer: once(writer, self._clock, request, Ticket, lambda: work(writer))
        ).result()


def _look(reader: Reader, network_id: str, number: int, etag: str) -> tuple[Network, Head, Run]:
    network = reader.network(network_id)
    head = reader.head(network.uid)
    check_etag(head, etag, network_id)
    return network, head, reader.run(network.uid, number)


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


def _check_step(violations: Violations, command: StepCommand) -> None:
    violations.require(
        0 <= command.count <= _MOST_STEPS,
        "count",
        f"must be 0 (for 1) to 2^53, is {command.count}",
    )
    violations.require(command.unit is not None, "unit", "must be UPDATE or EPOCH")


def _ticket(
    network: Network,
    head: Head,
    run: Run,
    before: Head | None = None,
    updates_done: int = 0,
) -> Ticket:
    """Return the ticket for a run that may be active; `before` is the head before the call."""
    waiting = run.is_active
    return Ticket(
        network_id=network.id,
        network_uid=network.uid,
        run_number=run.number,
        after_event=(before or head).last_event,
        updates_done=updates_done,
        run=None if waiting else run,
        head=None if waiting else head,
    )


def _not_over(network_id: str, run: Run) -> RunNotOver:
    if run.state is RunState.PAUSED:
        advice = (
            "continue it with ResumeRun or with Step without settings, or end it with CancelRun"
        )
    else:
        advice = "wait until it is over, or stop it with PauseRun or CancelRun"
    return RunNotOver(
        f"run {run.number} of network {network_id} is {run.state}: {advice}",
        network=network_id,
        run=run.number,
        state=run.state,
    )


def _over(network_id: str, run: Run) -> RunOver:
    return RunOver(
        f"run {run.number} of network {network_id} is {run.state}, which is final:"
        " open a new run with Train",
        network=network_id,
        run=run.number,
        state=run.state,
    )


def _run_of(addition: Addition) -> Run:
    assert addition.run is not None
    return addition.run
