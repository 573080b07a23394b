"""Records who changed what, when, from where, and with which outcome."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cachetools import LRUCache

from service.background_task import BackgroundTask
from service.execution.tickets import Ticket
from service.insight.calls import ObservedCall, current_call
from service.use_cases.caller import PRINCIPAL
from service.use_cases.networks import NetworkView
from service.use_cases.runs import RunView
from training.audit import AuditEntry
from training.changing import changed
from training.ports import Clock, Store, Writer
from training.training_set import TrainingSet

#: Calls with the same key within this time share an entry.
_SHARED = timedelta(minutes=1)

#: The entries that can be continued.
_OPEN_ENTRIES = 1_000

_FLUSH_SECONDS = 1.0
_FLUSHES_PER_PURGE = 60

#: Calls that fail can name anything: beyond so many within a minute, entries have no resource.
_NAMED_FAILURES = 100

_LONGEST_TEXT = 100

Key = tuple[str, str, str, str, int, str]


class AuditLog(BackgroundTask):
    """The calls that change something.

    A change is recorded in its own transaction, so none is ever missing. Calls that fail are
    collected and written once a second, so that they cannot overload the store.
    """

    def __init__(self, store: Store, clock: Clock, days: int) -> None:
        """Keep entries for a number of days; 0: record nothing, and delete all."""
        self._store = store
        self._clock = clock
        self._kept = timedelta(days=days)
        # Used in the thread that writes only; what the transaction has changed, until it ends.
        self._open: LRUCache[Key, AuditEntry] = LRUCache(_OPEN_ENTRIES)
        self._changed: dict[Key, AuditEntry] = {}
        self._recorded: list[ObservedCall] = []
        self._attempt = 1
        # Used in the event loop only.
        self._failed: dict[Key, AuditEntry] = {}
        self._named = 0
        if days:
            store.on_write(self._prepare)
            store.on_transaction(self._transaction_ended)

    def call_ended(self, call: ObservedCall) -> None:
        """Note a call that would change something, unless its change is recorded."""
        if not call.is_change or call.is_recorded or not self._kept:
            return
        entry = _entry(call, call.code, _principal(), self._clock.now())
        if self._named >= _NAMED_FAILURES:
            entry = changed(entry, resource="", run=0)
        elif _key(entry) not in self._failed:
            self._named += 1
        self._failed[_key(entry)] = _joined(self._failed.get(_key(entry)), entry)

    def flush(self) -> None:
        """Queue the calls that failed for the next transaction."""
        failed, self._failed = [*self._failed.values()], {}
        if failed:
            self._store.write(self._attempted(partial(self._record_all, failed)))

    async def _repeat(self) -> None:
        count = 0
        while True:
            if count % _FLUSHES_PER_PURGE == 0:
                self._named = 0
                until = self._clock.now() - self._kept
                self._store.write(partial(_delete, until=until))
            count += 1
            await asyncio.sleep(_FLUSH_SECONDS)
            self.flush()

    def _prepare(self, work: Callable[[Writer], Any]) -> Callable[[Writer], Any]:
        """Return the work of a call that changes something, and the record of it."""
        call = current_call()
        if call is None or not call.is_change or call.is_recorded:
            return work
        principal, now = _principal(), self._clock.now()

        def recorded(writer: Writer) -> Any:  # noqa: ANN401 (the result of the work)
            result = work(writer)
            if not call.is_recorded:
                self._record(writer, _entry(call, "OK", principal, now, *_created(result)))
                self._recorded.append(call)
            return result

        return self._attempted(recorded)

    def _attempted(self, work: Callable[[Writer], Any]) -> Callable[[Writer], Any]:
        """Return work that first forgets what earlier attempts at its transaction have noted."""
        attempts = 0

        def attempt(writer: Writer) -> Any:  # noqa: ANN401 (the result of the work)
            nonlocal attempts
            attempts += 1
            if attempts > self._attempt:
                self._attempt = attempts
                self._changed.clear()
                self._recorded.clear()
            return work(writer)

        return attempt

    def _record_all(self, entries: list[AuditEntry], writer: Writer) -> None:
        for entry in entries:
            self._record(writer, entry)

    def _record(self, writer: Writer, entry: AuditEntry) -> None:
        key = _key(entry)
        before = self._changed.get(key) or self._open.get(key)
        if before is not None and entry.last_time - before.first_time < _SHARED:
            entry = _joined(before, entry)
        number = writer.record(entry)
        self._changed[key] = entry if number == entry.number else changed(entry, number=number)

    def _transaction_ended(self, _: float, is_committed: bool) -> None:
        """Note which calls are recorded; called in the thread that writes."""
        recorded, self._recorded = self._recorded, []
        changed, self._changed = self._changed, {}
        self._attempt = 1
        if is_committed:
            self._open.update(changed)
            for call in recorded:
                call.is_recorded = True
        else:
            self._open.clear()


def _principal() -> str:
    principal = PRINCIPAL.get()
    return "" if principal is None else principal.name


def _entry(
    call: ObservedCall, code: str, principal: str, now: datetime, resource: str = "", run: int = 0
) -> AuditEntry:
    return AuditEntry(
        number=0,
        first_time=now,
        last_time=now,
        calls=1,
        principal=principal,
        address=call.address,
        method=call.method,
        resource=resource or _short(call.resource),
        run=run or call.run,
        request_id=_short(call.request_id or call.header("x-request-id")),
        code=code,
    )


def _created(result: object) -> tuple[str, int]:
    """Return what the result of a change is: the id of a network or training set, or a run."""
    match result:
        case Ticket():
            return "", result.run_number
        case RunView():
            return "", result.run.number
        case NetworkView():
            return result.network.id, 0
        case TrainingSet():
            return result.id, 0
        case _:
            return "", 0


def _key(entry: AuditEntry) -> Key:
    caller = (entry.principal, entry.address)
    return (*caller, entry.method, entry.resource, entry.run, entry.code)


def _joined(before: AuditEntry | None, entry: AuditEntry) -> AuditEntry:
    """Return an entry that continues an earlier one with the same key."""
    if before is None:
        return entry
    calls = before.calls + entry.calls
    return changed(entry, number=before.number, first_time=before.first_time, calls=calls)


def _short(text: str) -> str:
    """Return a text from a request as it can be stored and shown."""
    return ascii(text[:_LONGEST_TEXT])[1:-1]


def _delete(writer: Writer, until: datetime) -> None:
    writer.delete_audit_entries(until)
