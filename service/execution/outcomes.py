"""Outcomes of runs that calls wait for, once they are durable."""

from typing import Final

from service.execution.halting import halt_if_unowned
from service.execution.tickets import Outcome, Ticket
from service.execution.wakeups import Wakeups
from service.threads import Threads
from training.errors import StoreUnavailable
from training.ports import Clock, Store
from training.update import Head

# A run stops within a few events after a request.
_FEW = 100

#: A call that nobody has woken for so many seconds looks again by itself.
LOOK_SECONDS: Final = 2.0


class Outcomes:
    """The outcomes of calls that wait for a run. Nothing here blocks a thread."""

    def __init__(self, store: Store, wakeups: Wakeups, threads: Threads, clock: Clock) -> None:
        self._store = store
        self._wakeups = wakeups
        self._threads = threads
        self._clock = clock

    def find(self, ticket: Ticket) -> Outcome | None:
        """Return the outcome of a call, None while its run is active.

        Raises NetworkNotFound if the network was deleted, StoreUnavailable if its run was lost.
        """
        if ticket.outcome is not None:
            return ticket.outcome
        with self._store.read() as reader:
            reader.network_by_uid(ticket.network_uid)
            head = reader.head(ticket.network_uid)
            events = reader.run_events(ticket.network_uid, 0, ticket.after_event, _FEW)
        if head.last_run < ticket.run_number or head.last_event < ticket.after_event:
            raise _unknown()
        for event in events:
            if event.run.number == ticket.run_number and not event.run.is_active:
                then = Head(
                    ticket.network_uid,
                    event.update,
                    last_event=event.number,
                    earliest_update=head.earliest_update,
                )
                return Outcome(ticket.network_id, event.run, ticket.updates_done, then)
        return None

    async def wait(self, ticket: Ticket) -> Outcome:
        """Return the outcome of a call, once its run has stopped.

        Raises Draining if the server stops first, NetworkNotFound if the network is deleted first,
        StoreUnavailable if commits may have been lost meanwhile: that of the call, too.
        """
        timeline = self._store.timeline
        with self._wakeups.listening(ticket.network_uid) as signal:
            while True:
                version = signal.version
                outcome = await self._threads.run(self.find, ticket)
                if self._store.timeline != timeline:
                    raise _unknown()
                if outcome is not None:
                    return outcome
                self._wakeups.check()
                await signal.changed(version, LOOK_SECONDS)
                if signal.version == version and self._store.is_shared:
                    await self._threads.run(self._halt, ticket)

    def _halt(self, ticket: Ticket) -> None:
        """Stop the run as requested if the worker that should do so does not live any more."""
        uid, number = ticket.network_uid, ticket.run_number
        self._store.commit(lambda writer: halt_if_unowned(writer, self._clock, uid, number), uid)


def _unknown() -> StoreUnavailable:
    return StoreUnavailable(
        "the database was started again while the call waited, and its outcome is unknown: repeat"
        " the call with the same request id"
    )
