"""Reading in memory: one snapshot of the tables."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from storage import store_errors
from storage.memory_tables import (
    History,
    StoredSet,
    Tables,
    first_update,
)
from storage.retention import has_expired
from training.access import Token
from training.audit import AuditEntry
from training.errors import HistoryCompacted
from training.network import Network
from training.ownership import WorkerLease
from training.ports import Answer, Clock
from training.run import Run, RunState
from training.training_set import Examples, TrainingSet
from training.update import Head, Keyframe, RunEvent, Segment, SegmentOutline


class MemoryReader:
    """One snapshot; see training.ports.Reader."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    def network(self, network_id: str) -> Network:
        for history in self._tables.histories.values():
            if history.network.id == network_id:
                return history.network
        raise store_errors.no_network(network_id)

    def network_by_uid(self, uid: str) -> Network:
        return self._history(uid).network

    def networks(self, after: str, limit: int) -> list[Network]:
        networks = [history.network for history in self._tables.histories.values()]
        found = [network for network in networks if network.id > after]
        return sorted(found, key=lambda network: network.id)[:limit]

    def count_networks(self) -> int:
        return len(self._tables.histories)

    def living(self) -> list[str]:
        """Return the uids of all networks that have a history."""
        return sorted(self._tables.histories)

    def head(self, uid: str) -> Head:
        return self._history(uid).head

    def heads(self, uids: Sequence[str]) -> list[Head]:
        histories = self._tables.histories
        return [histories[uid].head for uid in uids if uid in histories]

    def run(self, uid: str, number: int) -> Run:
        history = self._tables.histories.get(uid)
        if history is None or number not in history.runs:
            raise store_errors.no_run(history.network.id if history else uid, number)
        return history.runs[number]

    def runs(self, uid: str, before: int | None, limit: int) -> list[Run]:
        history = self._tables.histories.get(uid)
        runs = history.runs if history else {}
        numbers = [number for number in runs if before is None or number < before]
        return [runs[number] for number in sorted(numbers, reverse=True)[:limit]]

    def active_runs(self) -> list[Run]:
        runs = [run for run in self._living_runs() if run.is_active]
        return sorted(runs, key=lambda run: (run.network_uid, run.number))

    def count_runs(self) -> dict[RunState, int]:
        return dict(Counter(run.state for run in self._living_runs() if not run.is_over))

    def wanted_state(self, uid: str, number: int) -> RunState | None:
        history = self._tables.histories.get(uid)
        return history.wanted.get(number) if history else None

    def owner(self, uid: str, number: int) -> str | None:
        history = self._tables.histories.get(uid)
        if history is None or number not in history.runs or not history.runs[number].is_active:
            return None
        found = history.ownerships.get(number)
        return found.worker if found and self._is_alive(found.worker) else None

    def count_waiting_runs(self) -> int:
        runs = self.active_runs()
        return sum(self.owner(run.network_uid, run.number) is None for run in runs)

    def count_workers(self) -> int:
        return len(self.workers())

    def workers(self) -> list[WorkerLease]:
        owned = Counter(self.owner(run.network_uid, run.number) for run in self.active_runs())
        leases = sorted(self._tables.leases.items())
        return [
            WorkerLease(worker, expire_time, owned[worker])
            for worker, expire_time in leases
            if self._is_alive(worker)
        ]

    def training_set(self, set_id: str) -> TrainingSet:
        for training_set in self._living_sets():
            if training_set.id == set_id:
                return training_set
        raise store_errors.no_training_set(set_id)

    def training_set_by_uid(self, uid: str) -> TrainingSet:
        return self._set(uid).training_set

    def examples(self, uid: str) -> Examples:
        return self._set(uid).examples

    def training_sets(self, after: str, limit: int) -> list[TrainingSet]:
        found = [training_set for training_set in self._living_sets() if training_set.id > after]
        return sorted(found, key=lambda training_set: training_set.id)[:limit]

    def count_training_sets(self) -> int:
        return len(self._living_sets())

    def run_using(self, training_set_uid: str) -> Run | None:
        for run in self._living_runs():
            if training_set_uid in run.set_uids and not run.is_over:
                return run
        return None

    def segments(self, uid: str, first: int, last: int, limit: int) -> list[Segment]:
        history = self._keeping(uid, first)
        segments, earliest = history.segments, history.head.earliest_update
        begin = max(0, bisect_right(segments, first, key=first_update) - 1)
        end = bisect_right(segments, last, key=first_update)
        found = segments[begin:end]
        found = [segment for segment in found if segment.last_update >= first][:limit]
        if found and found[0].first_update < earliest:
            found[0] = found[0].part(earliest, found[0].last_update)
        return found

    def outlines(self, uid: str, first: int, last: int, limit: int) -> list[SegmentOutline]:
        return [segment.outline() for segment in self.segments(uid, first, last, limit)]

    def keyframe(self, uid: str, update: int) -> Keyframe:
        history = self._keeping(uid, update)
        place = bisect_right(history.keyframes, update, key=lambda found: found.state.update)
        if not place:
            raise store_errors.damaged_updates(history.network.id, 0, update)
        return history.keyframes[place - 1]

    def keyframe_update(self, uid: str, update: int) -> int:
        return self.keyframe(uid, update).state.update

    def keyframes(self, uid: str, first: int, last: int, limit: int) -> list[Keyframe]:
        found = self._keeping(uid, first).keyframes
        begin = bisect_left(found, first, key=lambda each: each.state.update)
        end = bisect_right(found, last, key=lambda each: each.state.update)
        return found[begin:end][:limit]

    def run_events(self, uid: str, update: int, after_event: int, limit: int) -> list[RunEvent]:
        history = self._tables.histories.get(uid)
        return [
            event
            for event in (history.events if history else [])
            if event.update >= update and event.number > after_event
        ][:limit]

    def answer(self, request_id: str) -> Answer | None:
        answer = self._tables.answers.get(request_id)
        return None if answer is None or has_expired(answer, self._clock.now()) else answer

    def audit_entries(self, before: int | None, limit: int) -> list[AuditEntry]:
        numbers = [
            number for number in self._tables.audit_entries if before is None or number < before
        ]
        return [
            self._tables.audit_entries[number] for number in sorted(numbers, reverse=True)[:limit]
        ]

    def tokens(self, after: str, limit: int) -> list[Token]:
        return [token for name, token in sorted(self._tables.tokens.items()) if name > after][
            :limit
        ]

    def _history(self, uid: str) -> History:
        history = self._tables.histories.get(uid)
        if history is None:
            raise store_errors.no_network_uid(uid)
        return history

    def _is_alive(self, worker: str) -> bool:
        expire_time = self._tables.leases.get(worker)
        return expire_time is not None and expire_time > self._clock.now()

    def _keeping(self, uid: str, update: int) -> History:
        """Return a history. Raises HistoryCompacted if the update was deleted."""
        history = self._history(uid)
        earliest = history.head.earliest_update
        if earliest and update < earliest:
            name, latest = history.network.id, history.head.latest_update
            raise HistoryCompacted(name, update, earliest, latest)
        return history

    def _set(self, uid: str) -> StoredSet:
        found = self._tables.sets.get(uid)
        if found is None:
            raise store_errors.no_training_set_uid(uid)
        return found

    def _living_runs(self) -> list[Run]:
        histories = self._tables.histories.values()
        return [run for history in histories for run in history.runs.values()]

    def _living_sets(self) -> list[TrainingSet]:
        return [found.training_set for found in self._tables.sets.values() if not found.deleted]
