"""Writing with SQL: one work within the transaction of the store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from storage import codec, rows, sql_queries, store_errors
from storage.addition_rules import check_addition, check_compaction
from storage.ownership import OwnershipWriting
from storage.schema import (
    RUN_IS_ACTIVE,
    answers,
    audit_entries,
    examples,
    heads,
    keyframes,
    metadata,
    networks,
    run_events,
    runs,
    segments,
    tokens,
    training_sets,
)
from storage.session import Values
from storage.sql_reader import SqlReader
from training.access import Token
from training.audit import AuditEntry
from training.errors import NetworkExists, TrainingSetExists
from training.network import Network
from training.ports import Answer
from training.run import Run, RunState
from training.training_set import Examples, TrainingSet
from training.update import Addition, Head, Keyframe, Segment

# In an UPDATE, a parameter must not have the name of a column: `at_…` and `before_…` select the
# row.
_UID = bindparam("at_uid", type_=sa.Text)
_NUMBER = bindparam("at_number", type_=sa.BigInteger)

_INSERT = {table: table.insert() for table in metadata.sorted_tables}
_NETWORK_WITH_ID = select(networks.c.uid).where(
    ~networks.c.deleted, networks.c.id == bindparam("id")
)
_TRAINING_SET_WITH_ID = select(training_sets.c.uid).where(
    ~training_sets.c.deleted, training_sets.c.id == bindparam("id")
)
# SET has the columns that are given when it is executed.
_UPDATE_NETWORK = networks.update().where(networks.c.uid == _UID)
_DELETE_NETWORK = (
    networks.update().where(networks.c.uid == _UID, ~networks.c.deleted).values(deleted=sa.true())
)
_DELETE_HEAD = heads.delete().where(heads.c.network_uid == _UID)
_DELETE_TRAINING_SET = (
    training_sets.update()
    .where(training_sets.c.uid == _UID, ~training_sets.c.deleted)
    .values(deleted=sa.true())
)
_HEAD_FACTS = [column.name for column in heads.c if column.name not in ("network_uid", "crc")]
_MOVE_HEAD = heads.update().where(
    heads.c.network_uid == _UID,
    *(heads.c[name] == bindparam(f"before_{name}") for name in _HEAD_FACTS),
)
_FIRST_UPDATE, _LAST_UPDATE = (
    bindparam(name, type_=sa.BigInteger) for name in ("at_first", "at_last")
)
_IN_PLACE = (
    segments.c.network_uid == _UID,
    segments.c.first_update >= _FIRST_UPDATE,
    segments.c.first_update <= _LAST_UPDATE,
)
_PLACES = (
    select(segments.c.first_update, segments.c.update_count)
    .where(*_IN_PLACE)
    .order_by(segments.c.first_update)
)
_REMOVE_SEGMENTS = segments.delete().where(*_IN_PLACE)
_KEYFRAME_AT = select(keyframes.c.at_update).where(
    keyframes.c.network_uid == bindparam("uid"), keyframes.c.at_update == bindparam("update")
)
# What is requested of a run, and who executes it, ends with its activity. Returning the request
# takes SQLite as long as the rest of the UPDATE.
_UPDATE_RUN = runs.update().where(runs.c.network_uid == _UID, runs.c.number == _NUMBER)
_UPDATE_ACTIVE_RUN = _UPDATE_RUN.returning(runs.c.wanted_state)
_NOT_ACTIVE = {"wanted_state": None, "owner": None}
_CHANGING_OF_RUN = ("state", "latest_cost", "document", "crc", "epoch_cost")
_WANT = runs.update().where(
    runs.c.network_uid == _UID,
    runs.c.number == _NUMBER,
    RUN_IS_ACTIVE,
    sa.exists().where(heads.c.network_uid == _UID),
)
_TOKEN_WITH_NAME = select(tokens.c.name).where(tokens.c.name == bindparam("name"))
_DELETE_TOKEN = tokens.delete().where(tokens.c.name == bindparam("at_name"))
_CHANGING_OF_ENTRY = ("last_time", "calls", "request_id", "crc")
# The number alone may be that of an entry of another process, if its own was never committed.
_SAME_IN_ENTRY = [c.name for c in audit_entries.c if c.name not in _CHANGING_OF_ENTRY]
_UPDATE_ENTRY = audit_entries.update().where(
    *(audit_entries.c[name] == bindparam(f"before_{name}") for name in _SAME_IN_ENTRY)
)
# In the order of their numbers, which is that of age: the oldest are found without an index.
_OLDEST_ENTRIES = (
    select(audit_entries.c.number, audit_entries.c.first_time)
    .order_by(audit_entries.c.number)
    .limit(1_000)
    .subquery()
)
_DELETE_ENTRIES = audit_entries.delete().where(
    audit_entries.c.number.in_(
        select(_OLDEST_ENTRIES.c.number).where(_OLDEST_ENTRIES.c.first_time <= bindparam("until"))
    )
)
# Not an UPDATE: an answer that replaces an expired one expires after those before it.
_REMEMBER = answers.insert().prefix_with("OR REPLACE")


class SqlWriter(SqlReader, OwnershipWriting):
    """One work in a transaction; see training.ports.Writer."""

    def add_network(self, network: Network, segment: Segment, keyframe: Keyframe) -> Head:
        if self._row(_NETWORK_WITH_ID, id=network.id):
            raise NetworkExists(network.id)
        head = Head(network.uid, segment.last_update, keyframe=keyframe.state.update)
        self._insert(networks, rows.network_values(network))
        self._insert(heads, rows.head_values(head))
        self._insert(segments, rows.segment_values(segment))
        self._insert(keyframes, rows.keyframe_values(keyframe))
        self.changed.add(network.uid)
        return head

    def set_labels(self, uid: str, labels: dict[str, str]) -> None:
        self._put_network(replace(self.network_by_uid(uid), labels=labels))
        self.changed.add(uid)

    def delete_network(self, uid: str) -> None:
        self._change(_DELETE_HEAD, at_uid=uid)
        if not self._change(_DELETE_NETWORK, at_uid=uid):
            raise store_errors.no_network_uid(uid)
        self.changed.add(uid)

    def add_training_set(self, training_set: TrainingSet, examples_: Examples) -> None:
        if self._row(_TRAINING_SET_WITH_ID, id=training_set.id):
            raise TrainingSetExists(training_set.id)
        self._insert(training_sets, rows.training_set_values(training_set))
        self._insert(examples, rows.examples_values(training_set.uid, examples_))

    def delete_training_set(self, uid: str) -> None:
        if not self._change(_DELETE_TRAINING_SET, at_uid=uid):
            raise store_errors.no_training_set_uid(uid)

    def append(self, addition: Addition) -> RunState | None:
        check_addition(addition)
        wanted = self._put(addition)
        for event in addition.events:
            self._insert(run_events, rows.run_event_values(event))
        if addition.preparation is not None:
            network = self.network_by_uid(addition.before.network_uid)
            self._put_network(replace(network, preparation=addition.preparation))
        self.changed.add(addition.before.network_uid)
        return wanted

    def compact(self, uid: str, keyframe: Keyframe) -> Head:
        head, update = self._found_head(uid, self._lock_head(uid)), keyframe.state.update
        check_compaction(head, keyframe)
        if update <= head.earliest_update:
            return head
        after = head.compacted(update)
        if not self._row(_KEYFRAME_AT, uid=uid, update=update):
            self._insert(keyframes, rows.keyframe_values(keyframe))
        self._move_head(head, after)
        self.changed.add(uid)
        return after

    def want(self, uid: str, number: int, state: RunState) -> None:
        self._lock_head(uid)
        if self._change(_WANT, at_uid=uid, at_number=number, wanted_state=state.value):
            self.changed.add(uid)
        else:
            self.run(uid, number)

    def remember(self, answer: Answer) -> None:
        self._session.change(_REMEMBER, rows.answer_values(answer))

    def record(self, entry: AuditEntry) -> int:
        if entry.number:
            values = rows.audit_values(entry)
            changes = {name: values[name] for name in _CHANGING_OF_ENTRY}
            same = {f"before_{name}": values[name] for name in _SAME_IN_ENTRY}
            if self._change(_UPDATE_ENTRY, **changes, **same):
                return entry.number
        numbered = replace(entry, number=self._next_audit_number())
        self._insert(audit_entries, rows.audit_values(numbered))
        return numbered.number

    def delete_audit_entries(self, until: datetime) -> bool:
        return self._change(_DELETE_ENTRIES, until=codec.microseconds(until))

    def add_token(self, token: Token) -> None:
        if self._row(_TOKEN_WITH_NAME, name=token.name):
            raise store_errors.token_exists(token.name)
        self._insert(tokens, rows.token_values(token))

    def delete_token(self, name: str) -> None:
        if not self._change(_DELETE_TOKEN, at_name=name):
            raise store_errors.no_token(name)

    def replace(self, group: Sequence[Segment], segment: Segment) -> None:
        """Replace several segments by one, if all of them still exist."""
        if self._lock_head(segment.network_uid) is None:
            return
        place = {
            "at_uid": segment.network_uid,
            "at_first": segment.first_update,
            "at_last": segment.last_update,
        }
        found = [tuple(row) for row in self._session.rows(_PLACES, place)]
        if found == [(part.first_update, part.count) for part in group]:
            self._change(_REMOVE_SEGMENTS, **place)
            self._insert(segments, rows.segment_values(segment))

    def _put(self, addition: Addition) -> RunState | None:
        """Move the head, and store the rows of an addition that it has at most one of."""
        self._move_head(addition.before, addition.after)
        if addition.segment is not None:
            self._insert(segments, rows.segment_values(addition.segment))
        if addition.keyframe is not None:
            self._insert(keyframes, rows.keyframe_values(addition.keyframe))
        return None if addition.run is None else self._put_run(addition.run)

    def _next_audit_number(self) -> int:
        last = self._row(sql_queries.LAST_AUDIT_ENTRY)
        return 1 if last is None else int(last[0]) + 1

    def _move_head(self, before: Head, after: Head) -> None:
        values = rows.head_values(after)
        values["at_uid"] = values.pop("network_uid")
        values |= {f"before_{name}": getattr(before, name) for name in _HEAD_FACTS}
        if not self._change(_MOVE_HEAD, **values):
            self._raise_moved(before.network_uid)

    def _raise_moved(self, uid: str) -> NoReturn:
        """Raise HeadMoved, or NetworkNotFound."""
        self.head(uid)
        raise store_errors.head_moved(self._name(uid))

    def _put_network(self, network: Network) -> None:
        values = rows.network_values(network)
        changes = {name: values[name] for name in ("document", "crc")}
        self._change(_UPDATE_NETWORK, at_uid=network.uid, **changes)

    def _put_run(self, run: Run) -> RunState | None:
        """Store a run, and return its requested state if it is active."""
        values = rows.run_values(run)
        changes = {name: values[name] for name in _CHANGING_OF_RUN}
        changes |= {"at_uid": run.network_uid, "at_number": run.number}
        if run.is_active:
            row = self._session.changed_row(_UPDATE_ACTIVE_RUN, changes)
            if row is not None:
                return row[0] and RunState(row[0])
        elif self._change(_UPDATE_RUN, **changes, **_NOT_ACTIVE):
            return None
        self._insert(runs, values)
        return None

    def _insert(self, table: sa.Table, values: Values) -> None:
        self._session.change(_INSERT[table], values)
