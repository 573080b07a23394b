"""Removes what was deleted or has expired, a bounded piece at a time."""

from datetime import datetime
from itertools import accumulate
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from storage import codec
from storage.retention import ANSWERS_KEPT
from storage.schema import (
    answers,
    examples,
    keyframes,
    networks,
    run_events,
    runs,
    segments,
    training_sets,
)
from storage.session import Session

# What one piece removes at most, so that no one waits long for its transaction. A single row may be
# larger.
_ROWS = 1_000
_BYTES = 4 * 2**20

# A network's tables, each with what makes its rows large.
_PARTS = (
    (segments, sa.func.length(segments.c.costs)),
    (
        keyframes,
        sa.func.length(keyframes.c.parameters)
        + sa.func.coalesce(sa.func.length(keyframes.c.optimizer_values), 0),
    ),
    (run_events, sa.func.length(run_events.c.document)),
    (runs, sa.func.length(runs.c.document)),
)
_UID = bindparam("at_uid", type_=sa.Text)


def _first_rows(table: sa.Table, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return a SELECT of columns of a network's first rows in a table, in the order of its key."""
    return (
        select(*columns)
        .where(table.c.network_uid == _UID)
        .order_by(*table.primary_key)
        .limit(bindparam("rows", type_=sa.Integer))
    )


_SIZES = [_first_rows(table, size) for table, size in _PARTS]
_REMOVALS = [
    table.delete().where(sa.tuple_(*table.primary_key).in_(_first_rows(table, *table.primary_key)))
    for table, _ in _PARTS
]
_DELETED_NETWORK = select(networks.c.uid).where(networks.c.deleted == sa.true()).limit(1)
_REMOVE_NETWORK = networks.delete().where(networks.c.uid == _UID)

_UNUSED_TRAINING_SET = (
    select(training_sets.c.uid)
    .where(
        training_sets.c.deleted == sa.true(),
        ~sa.exists().where(runs.c.training_set_uid == training_sets.c.uid),
    )
    .limit(1)
)
_REMOVE_TRAINING_SET = [
    examples.delete().where(examples.c.training_set_uid == _UID),
    training_sets.delete().where(training_sets.c.uid == _UID),
]

# The oldest come first, so looking at these is enough, and cheap when none has expired.
_OLDEST = select(answers.c.number, answers.c.create_time).order_by(answers.c.number).limit(_ROWS)
_oldest = _OLDEST.subquery()
_REMOVE_EXPIRED = answers.delete().where(
    answers.c.number.in_(
        select(_oldest.c.number).where(_oldest.c.create_time <= bindparam("until"))
    )
)


def remove_piece(session: Session, now: datetime) -> bool:
    """Remove one piece of what is not needed any more; return whether there may be more."""
    return (
        _remove_from_network(session)
        or _remove_training_set(session)
        or _remove_answers(session, now)
    )


def _remove_from_network(session: Session) -> bool:
    found = session.row(_DELETED_NETWORK, {})
    if found is None:
        return False
    uid = found[0]
    for sizes, removal in zip(_SIZES, _REMOVALS, strict=True):
        totals = accumulate(size for (size,) in session.rows(sizes, {"at_uid": uid, "rows": _ROWS}))
        fitting = sum(total <= _BYTES for total in totals)
        if session.change(removal, {"at_uid": uid, "rows": max(fitting, 1)}):
            return True
    session.change(_REMOVE_NETWORK, {"at_uid": uid})
    return True


def _remove_training_set(session: Session) -> bool:
    found = session.row(_UNUSED_TRAINING_SET, {})
    if found is None:
        return False
    uid = found[0]
    for removal in _REMOVE_TRAINING_SET:
        session.change(removal, {"at_uid": uid})
    return True


def _remove_answers(session: Session, now: datetime) -> bool:
    until = codec.microseconds(now - ANSWERS_KEPT)
    return session.change(_REMOVE_EXPIRED, {"until": until}) > 0
