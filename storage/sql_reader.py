"""Reading with SQL: one snapshot, prepared statements."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from storage import codec, rows, sql_queries, store_errors
from storage.ownership import OwnershipReading
from storage.retention import has_expired
from storage.session import Row
from training.access import Token
from training.audit import AuditEntry
from training.errors import DamagedHistory, HistoryCompacted
from training.network import Network
from training.ports import Answer
from training.run import Run, RunState
from training.training_set import Examples, TrainingSet
from training.update import Head, Keyframe, RunEvent, Segment, SegmentOutline

S = TypeVar("S", Segment, SegmentOutline)

_BEYOND_ALL = 2**63 - 1


class SqlReader(OwnershipReading):
    """One snapshot; see training.ports.Reader."""

    def network(self, network_id: str) -> Network:
        row = self._row(sql_queries.NETWORK_BY_ID, id=network_id)
        if row is None:
            raise store_errors.no_network(network_id)
        return self._network(row)

    def network_by_uid(self, uid: str) -> Network:
        row = self._row(sql_queries.NETWORK_BY_UID, uid=uid)
        if row is None:
            raise store_errors.no_network_uid(uid)
        return self._network(row)

    def networks(self, after: str, limit: int) -> list[Network]:
        return [
            self._network(row) for row in self._rows(sql_queries.NETWORKS, after=after, limit=limit)
        ]

    def count_networks(self) -> int:
        return self._count(sql_queries.COUNT_NETWORKS)

    def living(self) -> list[str]:
        """Return the uids of all networks that have a history."""
        return [uid for (uid,) in self._rows(sql_queries.LIVING_UIDS)]

    def head(self, uid: str) -> Head:
        return self._found_head(uid, self._row(sql_queries.HEAD, uid=uid))

    def heads(self, uids: Sequence[str]) -> list[Head]:
        found = ((uid, self._row(sql_queries.HEAD, uid=uid)) for uid in uids)
        return [
            self._intact(rows.head, row, "the head of a network", uid=uid)
            for uid, row in found
            if row is not None
        ]

    def run(self, uid: str, number: int) -> Run:
        row = self._row(sql_queries.RUN, uid=uid, number=number)
        if row is None:
            raise store_errors.no_run(self._name(uid), number)
        return self._run(row)

    def runs(self, uid: str, before: int | None, limit: int) -> list[Run]:
        bound = _BEYOND_ALL if before is None else before
        return [
            self._run(row)
            for row in self._rows(sql_queries.RUNS, uid=uid, before=bound, limit=limit)
        ]

    def active_runs(self) -> list[Run]:
        return [self._run(row) for row in self._rows(sql_queries.ACTIVE_RUNS)]

    def count_runs(self) -> dict[RunState, int]:
        found = self._rows(sql_queries.STATES_OF_RUNS_NOT_OVER)
        return dict(Counter(RunState(state) for (state,) in found))

    def wanted_state(self, uid: str, number: int) -> RunState | None:
        row = self._row(sql_queries.WANTED_STATE, uid=uid, number=number)
        return None if row is None or row[0] is None else RunState(row[0])

    def training_set(self, set_id: str) -> TrainingSet:
        return self._found_set(set_id, self._row(sql_queries.TRAINING_SET_BY_ID, id=set_id))

    def training_set_by_uid(self, uid: str) -> TrainingSet:
        row = self._row(sql_queries.TRAINING_SET_BY_UID, uid=uid)
        if row is None:
            raise store_errors.no_training_set_uid(uid)
        return self._training_set(row)

    def examples(self, uid: str) -> Examples:
        training_set = self.training_set_by_uid(uid)
        row = self._row(sql_queries.EXAMPLES, uid=uid)
        what = f"training set {training_set.id}"
        if row is None:
            raise store_errors.damaged(what, training_set=training_set.id)
        return self._intact(
            lambda row: rows.examples(row, training_set), row, what, training_set=training_set.id
        )

    def training_sets(self, after: str, limit: int) -> list[TrainingSet]:
        found = self._rows(sql_queries.TRAINING_SETS, after=after, limit=limit)
        return [self._training_set(row) for row in found]

    def count_training_sets(self) -> int:
        return self._count(sql_queries.COUNT_TRAINING_SETS)

    def run_using(self, training_set_uid: str) -> Run | None:
        row = self._row(sql_queries.RUN_USING, uid=training_set_uid)
        return None if row is None else self._run(row)

    def segments(self, uid: str, first: int, last: int, limit: int) -> list[Segment]:
        head = self._head_keeping(uid, first)
        found = self._rows(sql_queries.SEGMENTS, uid=uid, first=first, last=last, limit=limit)
        segments = self._consecutive(rows.segment, found, head, first, last, limit)
        if segments and segments[0].first_update < head.earliest_update:
            segments[0] = segments[0].part(head.earliest_update, segments[0].last_update)
        return segments

    def outlines(self, uid: str, first: int, last: int, limit: int) -> list[SegmentOutline]:
        head = self._head_keeping(uid, first)
        found = self._rows(sql_queries.OUTLINES, uid=uid, first=first, last=last, limit=limit)
        outlines = self._consecutive(rows.outline, found, head, first, last, limit)
        if outlines and outlines[0].first_update < head.earliest_update:
            # The remaining part of the segment has its own extremes.
            (segment,) = self.segments(uid, head.earliest_update, head.earliest_update, 1)
            outlines[0] = segment.outline()
        return outlines

    def keyframe(self, uid: str, update: int) -> Keyframe:
        head = self._head_keeping(uid, update)
        row = self._row(sql_queries.KEYFRAME, uid=uid, update=update)
        if row is None or row[1] < head.earliest_update:
            raise self._damaged_updates(uid, head.earliest_update, update)
        return self._keyframe(row, uid, update)

    def keyframe_update(self, uid: str, update: int) -> int:
        head = self._head_keeping(uid, update)
        row = self._row(sql_queries.KEYFRAME_UPDATE, uid=uid, update=update)
        if row is None or row[0] < head.earliest_update:
            raise self._damaged_updates(uid, head.earliest_update, update)
        found: int = row[0]
        return found

    def keyframes(self, uid: str, first: int, last: int, limit: int) -> list[Keyframe]:
        self._head_keeping(uid, first)
        found = self._rows(sql_queries.KEYFRAMES, uid=uid, first=first, last=last, limit=limit)
        return [self._keyframe(row, uid, row[1]) for row in found]

    def _keyframe(self, row: Row, uid: str, last: int) -> Keyframe:
        try:
            return rows.keyframe(row)
        except codec.NotAsWritten as error:
            raise self._damaged_updates(uid, row[1], last) from error

    def run_events(self, uid: str, update: int, after_event: int, limit: int) -> list[RunEvent]:
        found = self._rows(
            sql_queries.RUN_EVENTS, uid=uid, update=update, after_event=after_event, limit=limit
        )
        events = [
            self._intact(rows.run_event, row, "an event of a run", uid=uid, update=row[1])
            for row in found
        ]
        for before, after in pairwise(events):
            if after.number != before.number + 1:
                raise self._damaged_updates(uid, before.update, after.update)
        return events

    def answer(self, request_id: str) -> Answer | None:
        row = self._row(sql_queries.ANSWER, request_id=request_id)
        if row is None:
            return None
        answer = self._intact(rows.answer, row, "an answer", request_id=request_id)
        return None if has_expired(answer, self._clock.now()) else answer

    def audit_entries(self, before: int | None, limit: int) -> list[AuditEntry]:
        bound = _BEYOND_ALL if before is None else before
        return [
            self._intact(rows.audit_entry, row, "an entry of the audit log", entry=row[0])
            for row in self._rows(sql_queries.AUDIT_ENTRIES, before=bound, limit=limit)
        ]

    def tokens(self, after: str, limit: int) -> list[Token]:
        return [
            self._intact(rows.token, row, "a token", token=row[0])
            for row in self._rows(sql_queries.TOKENS, after=after, limit=limit)
        ]

    def _consecutive(
        self,
        read: Callable[[Row], S],
        found: list[Row],
        head: Head,
        first: int,
        last: int,
        limit: int,
    ) -> list[S]:
        """Return the segments of rows; no update may be missing between the bounds."""
        uid = head.network_uid
        segments = []
        expected = first
        for row in found:
            segment = self._segment(read, row)
            if segment.first_update > expected:
                raise self._damaged_updates(uid, expected, segment.first_update - 1)
            if segment.last_update >= first:  # else `first` is after the last segment
                segments.append(segment)
                expected = segment.last_update + 1
        if len(segments) < limit:
            end = min(last, head.latest_update)
            if expected <= end:
                raise self._damaged_updates(uid, expected, end)
        return segments

    def _segment(self, read: Callable[[Row], S], row: Row) -> S:
        try:
            return read(row)
        except codec.NotAsWritten as error:
            # Its count may be corrupt: it ends where the next segment starts.
            uid, begin = row[0], row[1]
            following = self._row(sql_queries.NEXT_SEGMENT, uid=uid, first=begin)
            end = following[0] - 1 if following else self.head(uid).latest_update
            raise self._damaged_updates(uid, begin, end) from error

    def _head_keeping(self, uid: str, update: int) -> Head:
        """Return the head of a history. Raises HistoryCompacted if the update was deleted."""
        head = self.head(uid)
        if head.earliest_update and update < head.earliest_update:
            raise HistoryCompacted(
                self._name(uid), update, head.earliest_update, head.latest_update
            )
        return head

    def _damaged_updates(self, uid: str, first: int, last: int) -> DamagedHistory:
        return store_errors.damaged_updates(self._name(uid), first, last)

    def _name(self, uid: str) -> str:
        """Return the id of a network for a message, or its uid if it was deleted."""
        row = self._row(sql_queries.NETWORK_ID, uid=uid)
        return uid if row is None else str(row[0])
