"""Writing in memory: one transaction on a copy of the tables."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from storage import store_errors
from storage.addition_rules import check_addition, check_compaction
from storage.memory_reader import MemoryReader
from storage.memory_tables import (
    History,
    Ownership,
    StoredSet,
    Tables,
    first_update,
    kept_array,
    kept_keyframe,
    kept_network,
    kept_segment,
)
from storage.retention import has_expired
from training.access import Token
from training.audit import AuditEntry
from training.errors import NetworkExists, TrainingSetExists
from training.network import Network
from training.ownership import Claim, WorkerExpired
from training.ports import Answer, Clock
from training.run import Run, RunState
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Keyframe, Segment


class MemoryWriter(MemoryReader):
    """One transaction on a copy of the tables; see training.ports.Writer."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        super().__init__(tables.copy(), clock)
        self.changed: set[str] = set()  # the uids of networks

    @property
    def tables(self) -> Tables:
        """The tables after the transaction."""
        return self._tables

    def add_network(self, network: Network, segment: Segment, keyframe: Keyframe) -> Head:
        if any(network.id == known.network.id for known in self._tables.histories.values()):
            raise NetworkExists(network.id)
        head = Head(network.uid, segment.last_update, keyframe=keyframe.state.update)
        self._tables.histories[network.uid] = History(
            kept_network(network), head, [kept_segment(segment)], [kept_keyframe(keyframe)]
        )
        self.changed.add(network.uid)
        return head

    def set_labels(self, uid: str, labels: dict[str, str]) -> None:
        history = self._changing(uid)
        history.network = replace(history.network, labels=dict(labels))

    def delete_network(self, uid: str) -> None:
        self._changing(uid)
        del self._tables.histories[uid]

    def add_training_set(self, training_set: TrainingSet, examples: Examples) -> None:
        if any(training_set.id == known.id for known in self._living_sets()):
            raise TrainingSetExists(training_set.id)
        weights = None if examples.weights is None else kept_array(examples.weights)
        kept = Examples(kept_array(examples.inputs), kept_array(examples.targets), weights)
        self._tables.sets[training_set.uid] = StoredSet(training_set, kept)

    def delete_training_set(self, uid: str) -> None:
        found = self._set(uid)
        if found.deleted:
            raise store_errors.no_training_set_uid(uid)
        self._tables.sets[uid] = replace(found, deleted=True)

    def append(self, addition: Addition) -> RunState | None:
        check_addition(addition)
        uid, run = addition.before.network_uid, addition.run
        history = self._changing(uid)
        if history.head != addition.before:
            raise store_errors.head_moved(history.network.id)
        history.head = addition.after
        if addition.segment is not None:
            history.segments.append(kept_segment(addition.segment))
        if addition.keyframe is not None:
            history.keyframes.append(kept_keyframe(addition.keyframe))
        history.events += addition.events
        if addition.preparation is not None:
            history.network = replace(history.network, preparation=addition.preparation)
        if run is None:
            return None
        history.runs[run.number] = run
        if not run.is_active:
            history.wanted.pop(run.number, None)
            if run.number in history.ownerships:
                ownership = history.ownerships[run.number]
                history.ownerships[run.number] = replace(ownership, worker="")
        return history.wanted.get(run.number)

    def compact(self, uid: str, keyframe: Keyframe) -> Head:
        head, update = self.head(uid), keyframe.state.update
        check_compaction(head, keyframe)
        if update <= head.earliest_update:
            return head
        history = self._changing(uid)
        history.head = head.compacted(update)
        # Deleted immediately: the index is copied anyway.
        history.segments = [each for each in history.segments if each.last_update >= update]
        kept = [each for each in history.keyframes if each.state.update >= update]
        if not kept or kept[0].state.update != update:
            kept.insert(0, kept_keyframe(keyframe))
        history.keyframes = kept
        return history.head

    def want(self, uid: str, number: int, state: RunState) -> None:
        if self.run(uid, number).is_active:
            self._changing(uid).wanted[number] = state

    def add_worker(self, worker: str, seconds: float) -> None:
        self._tables.leases[worker] = self._clock.now() + timedelta(seconds=seconds)

    def renew_worker(self, worker: str, seconds: float) -> bool:
        if not self._is_alive(worker):
            return False
        self.add_worker(worker, seconds)
        return True

    def remove_worker(self, worker: str) -> None:
        for run in self.active_runs():
            self.release_run(run.network_uid, run.number, worker)
        self._tables.leases.pop(worker, None)

    def claim_runs(
        self, worker: str, limit: int, carried_out: Collection[tuple[str, int]] = ()
    ) -> list[Claim]:
        if not self._is_alive(worker):
            raise WorkerExpired(worker)
        waiting = [
            run
            for run in self.active_runs()
            if self.owner(run.network_uid, run.number) in (None, worker)
            and (run.network_uid, run.number) not in carried_out
        ]
        for run in waiting:
            self.release_run(run.network_uid, run.number, worker)
        waiting.sort(key=self._claim_time)
        return [self._claim(run, worker) for run in waiting[:limit]]

    def release_run(self, uid: str, number: int, worker: str) -> None:
        if self.owner(uid, number) == worker:
            ownerships = self._changing(uid).ownerships
            ownerships[number] = replace(ownerships[number], worker="")

    def remember(self, answer: Answer) -> None:
        # In order of age: maintain() stops at the first answer that has not expired.
        self._tables.answers.pop(answer.request_id, None)
        self._tables.answers[answer.request_id] = answer

    def remove_piece(self) -> bool:
        """Delete a chunk of hidden or expired data; return whether there may be more."""
        for worker in self._tables.leases:
            if not self._is_alive(worker):
                del self._tables.leases[worker]
                return True
        used = {uid for run in self._living_runs() for uid in run.set_uids}
        for uid, found in self._tables.sets.items():
            if found.deleted and uid not in used:
                del self._tables.sets[uid]
                return True
        for request_id, answer in self._tables.answers.items():
            if has_expired(answer, self._clock.now()):
                del self._tables.answers[request_id]
                return True
            break
        return False

    def record(self, entry: AuditEntry) -> int:
        entries = self._tables.audit_entries
        earlier = entries.get(entry.number)
        is_known = earlier is not None and entry.continues(earlier)
        number = entry.number if is_known else max(entries, default=0) + 1
        entries[number] = replace(entry, number=number)
        return number

    def delete_audit_entries(self, until: datetime) -> bool:
        entries = self._tables.audit_entries
        expired = [number for number, entry in entries.items() if entry.first_time <= until]
        for number in expired:
            del entries[number]
        return bool(expired)

    def add_token(self, token: Token) -> None:
        if token.name in self._tables.tokens:
            raise store_errors.token_exists(token.name)
        self._tables.tokens[token.name] = token

    def delete_token(self, name: str) -> None:
        if self._tables.tokens.pop(name, None) is None:
            raise store_errors.no_token(name)

    def replace(self, group: Sequence[Segment], segment: Segment) -> None:
        """Replace several segments by one, if all of them still exist."""
        history = self._tables.histories.get(segment.network_uid)
        if history is None:
            return
        begin = bisect_left(history.segments, segment.first_update, key=first_update)
        end = begin + len(group)
        found = [(part.first_update, part.count) for part in history.segments[begin:end]]
        if found == [(part.first_update, part.count) for part in group]:
            history = self._tables.histories[segment.network_uid] = history.copy()
            history.segments[begin:end] = [kept_segment(segment)]

    def _claim(self, run: Run, worker: str) -> Claim:
        history = self._changing(run.network_uid)
        history.head = history.head.renewed()
        history.ownerships[run.number] = Ownership(worker, self._clock.now())
        return Claim(run, history.head)

    def _claim_time(self, run: Run) -> float:
        """Return when a run was last claimed, in seconds since 1970; 0 for never."""
        found = self._tables.histories[run.network_uid].ownerships.get(run.number)
        return found.claim_time.timestamp() if found else 0.0

    def _changing(self, uid: str) -> History:
        """Replace a history by a copy that can be changed, and return it."""
        history = self._tables.histories[uid] = self._history(uid).copy()
        self.changed.add(uid)
        return history
