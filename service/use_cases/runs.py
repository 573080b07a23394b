"""Use cases of runs: train, pause, resume, cancel, get, list; steps are in another module."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from service.execution.halting import halt_if_unowned
from service.execution.run_opening import RunOpening, check_same_sets
from service.execution.tickets import Outcome, Ticket, ticket_for
from service.use_cases.answers import RunReference
from service.use_cases.caller import CALLER
from service.use_cases.requests import (
    AnsweredBefore,
    RequestId,
    check_request,
    check_unanswered,
    once,
    once_waiting,
)
from service.use_cases.warnings import Warnings
from training.errors import HeadMoved, RunOver, Violation, Violations
from training.network import Network
from training.ports import Clock, Executor, Reader, Store, Writer
from training.run import Run, RunState
from training.run_changes import change_state
from training.settings import TrainingSettings
from training.update import Addition, Head, check_etag
from training.warnings.warning import TrainingWarning


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, the id of its network, why it does not train now if it is suspended, and warnings."""

    network_id: str
    run: Run
    waiting_for: str = ""
    warnings: Sequence[TrainingWarning] = ()


class Runs:
    """Operations on runs.

    Calls that wait for a run return a Ticket immediately; `Outcomes` returns its outcome. Nothing
    here waits for training.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        opening: RunOpening,
        warnings: Warnings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._executor = executor
        self._opening = opening
        self._warnings = warnings
        self._clock = clock

    def train(
        self,
        network_id: str,
        settings: TrainingSettings,
        etag: str = "",
        request: RequestId[RunView] | None = None,
        unknown: Iterable[Violation] = (),
    ) -> RunView:
        """Open a run, PENDING, that is executed in the background.

        `unknown` are the fields with unknown values.

        Raises InvalidFields, NetworkNotFound, TrainingSetNotFound, LimitExceeded, RunNotOver,
        StaleEtag, StoreFull.
        """
        while True:
            network, opening = self._opened(network_id, settings, etag, request, unknown)
            try:
                return self._start(request, partial(self._append, network, opening), network.uid)
            except HeadMoved:
                continue  # another call changed the network: read it again

    def begin_pause(
        self,
        network_id: str,
        number: int,
        etag: str = "",
        request: RequestId[Outcome] | None = None,
    ) -> Ticket:
        """Request a pause of a run. Raises NetworkNotFound, RunNotFound, RunOver, StaleEtag."""
        return self._begin_stop(RunState.PAUSED, network_id, number, etag, request)

    def begin_cancel(
        self,
        network_id: str,
        number: int,
        etag: str = "",
        request: RequestId[Outcome] | None = None,
    ) -> Ticket:
        """End a paused run, or request the end of an active one.

        Raises NetworkNotFound, RunNotFound, RunOver, StaleEtag.
        """
        return self._begin_stop(RunState.CANCELLED, network_id, number, etag, request)

    def resume(
        self,
        network_id: str,
        number: int,
        etag: str = "",
        request: RequestId[RunView] | None = None,
    ) -> RunView:
        """Resume a paused run up to its end.

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

        return self._start(request, go_on)

    def get(self, network_id: str, number: int) -> RunView:
        """Return a run with its warnings. Raises NetworkNotFound, RunNotFound."""
        with self._store.read() as reader:
            run = reader.run(reader.network(network_id).uid, number)
        return replace(self._view(network_id, run), warnings=self._warnings.of_run(run))

    def page(self, network_id: str, before: int | None, limit: int) -> list[RunView]:
        """Return up to `limit` runs with numbers less than `before`, latest first.

        Raises NetworkNotFound.
        """
        with self._store.read() as reader:
            runs = reader.runs(reader.network(network_id).uid, before, limit)
        return [self._view(network_id, run) for run in runs]

    def _view(self, network_id: str, run: Run) -> RunView:
        reason = self._executor.waiting_for(run.network_uid, run.number) if run.is_active else ""
        return RunView(network_id, run, reason)

    def _begin_stop(
        self,
        wanted: RunState,
        network_id: str,
        number: int,
        etag: str,
        request: RequestId[Outcome] | None,
    ) -> Ticket:
        """Request a run to become PAUSED or CANCELLED."""

        def ask(writer: Writer) -> Ticket:
            network, head, run = _look(writer, network_id, number, etag)
            if run.is_over and run.state is not wanted:
                raise _over(network_id, run)
            # A pause does not replace an earlier request to cancel.
            earlier = writer.wanted_state(network.uid, number)
            state = RunState.CANCELLED if RunState.CANCELLED in (wanted, earlier) else wanted
            stopping = None
            if run.is_active:
                writer.want(network.uid, number, state)
                if self._store.is_shared:
                    stopping = halt_if_unowned(writer, self._clock, network.uid, number)
            elif run.state is RunState.PAUSED and wanted is RunState.CANCELLED:
                stopping = change_state(head, run, state, self._clock.now())
                writer.append(stopping)
            if stopping is not None:
                head, run = stopping.after, _run_of(stopping)
            return ticket_for(network, head, run)

        return self._store.commit(
            lambda writer: once_waiting(writer, self._clock, request, lambda: ask(writer))
        )

    def _opened(
        self,
        network_id: str,
        settings: TrainingSettings,
        etag: str,
        request: RequestId[RunView] | None,
        unknown: Iterable[Violation],
    ) -> tuple[Network, Addition]:
        """Return a network and the addition that opens a run, outside of the transaction.

        Looking at a large training set takes long, and would hold up all other writes.
        """
        violations = Violations(unknown)
        check_request(violations, request)
        with self._store.read() as reader:
            if not violations:
                with self._continuing():
                    check_unanswered(reader, request)
            network = reader.network(network_id)
            head = reader.head(network.uid)
            return network, self._opening.addition(
                violations, reader, network, head, settings, etag
            )

    def _append(self, network: Network, opening: Addition, writer: Writer) -> RunView:
        self._store.require_room(new_bytes=0)
        run = _run_of(opening)
        check_same_sets(writer, run)
        writer.append(opening)
        return RunView(network.id, run)

    def _start(
        self, request: RequestId[RunView] | None, work: Callable[[Writer], RunView], uid: str = ""
    ) -> RunView:
        """Have a run executed that a transaction has made active."""
        with self._continuing():
            view = self._store.commit(
                lambda writer: once(
                    writer, self._clock, request, lambda: work(writer), run=_reference
                ),
                uid,
            )
        self._executor.start(view.run.network_uid, view.run.number, CALLER.get())
        return view

    @contextmanager
    def _continuing(self) -> Iterator[None]:
        """Have the run of a request executed that was answered before.

        The first call may have ended after its commit, before the run was started.
        """
        try:
            yield
        except AnsweredBefore as before:
            if before.answer.run is not None:
                self._executor.start(
                    before.answer.run.network_uid, before.answer.run.number, CALLER.get()
                )
            raise


def _reference(view: RunView) -> RunReference:
    return RunReference(view.run.network_uid, view.run.number)


def _look(reader: Reader, network_id: str, number: int, etag: str) -> tuple[Network, Head, Run]:
    network = reader.network(network_id)
    head = reader.head(network.uid)
    check_etag(head, etag, network_id)
    return network, head, reader.run(network.uid, number)


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
