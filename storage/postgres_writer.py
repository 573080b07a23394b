"""Writing in PostgreSQL: what makes the transactions of several processes wait for each other.

A work reads, decides and writes. In SQLite no other transaction does that meanwhile. Here, each
statement sees what others have committed before it; so a work that decides by what it reads locks
it first: a network by its head, a training set by its row, and the number of networks or training
sets by a lock of their table.

That a request has no answer is assumed instead, because almost every request is new. If another
process has answered it, or does so meanwhile, the work is undone, and repeated with that answer.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from psycopg.errors import UniqueViolation
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from storage import codec
from storage.column_types import TEXT
from storage.postgres_appending import appending, appending_values
from storage.retention import ANSWERS_KEPT
from storage.rows import HEAD_COLUMNS, answer_values
from storage.schema import answers, audit_entries, heads, training_sets
from storage.session import Session
from storage.sql_queries import TRAINING_SET_BY_ID
from storage.sql_reader import SqlReader
from storage.sql_writer import SqlWriter
from training.network import Network
from training.ports import Answer, Clock
from training.run import Run, RunState
from training.training_set import TrainingSet
from training.update import Addition, Head

# The first part of the keys of advisory locks, which are shared by the whole database.
_NUMBERS, _MAINTENANCE = (0x0C1EA702 + place for place in range(2))

_LOCK_TEXT = select(
    sa.func.pg_advisory_xact_lock(
        bindparam("space", type_=sa.Integer),
        sa.func.hashtext(bindparam("text", type_=sa.Text)),
    )
)
_TRY_MAINTENANCE = select(sa.func.pg_try_advisory_lock(_MAINTENANCE))
_TRAINING_SET = TRAINING_SET_BY_ID.with_for_update(read=True)
_LOCK_TRAINING_SET = (
    select(training_sets.c.uid)
    .where(training_sets.c.uid == bindparam("uid", type_=sa.Text))
    .with_for_update()
)
_NEXT_AUDIT_NUMBER = select(
    sa.func.nextval(sa.func.pg_get_serial_sequence(audit_entries.name, "number"))
)

# Until any time in the future.
_ALWAYS = 2**63 - 1

_remembering = insert(answers)
_REMEMBER = _remembering.on_conflict_do_update(
    index_elements=[answers.c.request_id],
    set_={
        "number": sa.func.nextval(sa.func.pg_get_serial_sequence(answers.name, "number")),
        **{
            name: _remembering.excluded[name]
            for name in ("create_time", "digest", "content", "crc")
        },
    },
    where=answers.c.create_time <= bindparam("replaced_until", type_=sa.BigInteger),
)
_STORE_TIME = select(
    sa.cast(sa.extract("epoch", sa.func.clock_timestamp()) * 1_000_000, sa.BigInteger)
)
_HEADS = select(*HEAD_COLUMNS).where(
    heads.c.network_uid == sa.func.any(bindparam("uids", type_=ARRAY(TEXT)))
)


class PostgresReader(SqlReader):
    """One snapshot; see training.ports.Reader."""

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._heads: dict[str, Head] = {}

    def head(self, uid: str) -> Head:
        # It is the same for the whole snapshot, and each look at a history begins with it.
        if uid not in self._heads:
            self._heads[uid] = super().head(uid)
        return self._heads[uid]

    def heads(self, uids: Sequence[str]) -> list[Head]:
        return [self._found_head(row[0], row) for row in self._rows(_HEADS, uids=list(uids))]

    def _store_time(self) -> int:
        # All workers have the same clock.
        return self._count(_STORE_TIME)


class PostgresWriter(PostgresReader, SqlWriter):
    """One work in a transaction; see training.ports.Writer."""

    #: Whether a run has begun or ended in this work: somebody may wait for that.
    has_changed_run = False

    def __init__(self, session: Session, clock: Clock, *, assumes: bool = False) -> None:
        """With `assumes`, requests are assumed to have no answers."""
        super().__init__(session, clock)
        self._assumes = assumes
        self._unanswered: set[str] = set()  # requests without an answer, as far as is known

    def network(self, network_id: str) -> Network:
        self._lock_head(super().network(network_id).uid)
        return super().network(network_id)

    def network_by_uid(self, uid: str) -> Network:
        self._lock_head(uid)
        return super().network_by_uid(uid)

    def head(self, uid: str) -> Head:
        return self._found_head(uid, self._lock_head(uid))

    def wanted_state(self, uid: str, number: int) -> RunState | None:
        self._lock_head(uid)
        return super().wanted_state(uid, number)

    def answer(self, request_id: str) -> Answer | None:
        answer = None if self._assumes else super().answer(request_id)
        if answer is None:
            self._unanswered.add(request_id)
        return answer

    def check_unanswered(self) -> None:
        """Raise UniqueViolation if a request has an answer by now that this work has not seen."""
        for request_id in self._unanswered:
            if super().answer(request_id) is not None:
                raise _answered(request_id)

    def count_networks(self) -> int:
        self._row(_LOCK_TEXT, space=_NUMBERS, text="networks")
        return super().count_networks()

    def count_training_sets(self) -> int:
        self._row(_LOCK_TEXT, space=_NUMBERS, text="training_sets")
        return super().count_training_sets()

    def training_set(self, set_id: str) -> TrainingSet:
        # It is not deleted while a run on it is opened.
        return self._found_set(set_id, self._row(_TRAINING_SET, id=set_id))

    def run_using(self, training_set_uid: str) -> Run | None:
        # No run on it is opened while it is deleted.
        self._row(_LOCK_TRAINING_SET, uid=training_set_uid)
        return super().run_using(training_set_uid)

    def is_maintainer(self) -> bool:
        """Return whether this process does the maintenance, until its connection ends."""
        row = self._row(_TRY_MAINTENANCE)
        return row is not None and bool(row[0])

    def remember(self, answer: Answer) -> None:
        # As in SQLite, an answer that replaces an expired one expires after those before it.
        replaced_until = _ALWAYS
        if answer.request_id in self._unanswered:
            self._unanswered.remove(answer.request_id)
            replaced_until = codec.microseconds(self._clock.now() - ANSWERS_KEPT)
        if not self._change(_REMEMBER, **answer_values(answer), replaced_until=replaced_until):
            raise _answered(answer.request_id)

    def _put(self, addition: Addition) -> RunState | None:
        row = self._session.changed_row(appending(addition), appending_values(addition))
        if row is None:
            self._raise_moved(addition.before.network_uid)
        _, wanted, owner = row
        is_active = addition.run is not None and addition.run.is_active
        self.has_left_run |= is_active and owner is None
        self.has_changed_run |= bool(addition.events)
        return wanted and RunState(wanted)

    def _next_audit_number(self) -> int:
        row = self._row(_NEXT_AUDIT_NUMBER)
        assert row is not None  # a sequence always has a next number
        return int(row[0])


def _answered(request_id: str) -> UniqueViolation:
    return UniqueViolation(f"request {request_id} was answered by another process")
