"""Deletes hidden and expired rows, in bounded chunks."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ClauseElement, bindparam, select

from storage import codec
from storage.retention import ANSWERS_KEPT
from storage.schema import (
    answers,
    examples,
    heads,
    keyframes,
    networks,
    run_events,
    runs,
    segments,
    training_sets,
)
from storage.session import Session, Values

# The maximum that one chunk deletes, to keep transactions short. A single row may be larger.
_ROWS = 1_000
_BYTES = 4 * 2**20

# The tables of a network, each with its large columns.
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
    """Return a SELECT of the first rows of a network in a table, in the order of its key."""
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

# Rows before the earliest kept update: keyframes, and segments before the one that contains it. The
# count in a segment may be corrupt and is not used.
_EARLIEST = bindparam("earliest", type_=sa.BigInteger)


def _begin(uid: sa.ColumnElement[Any], earliest: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    found = segments.alias()
    return (
        select(sa.func.max(found.c.first_update))
        .where(found.c.network_uid == uid, found.c.first_update <= earliest)
        .correlate(heads)
        .scalar_subquery()
    )


_COMPACTED = (
    select(heads.c.network_uid, heads.c.earliest_update)
    .where(
        heads.c.earliest_update > 0,
        sa.exists().where(
            keyframes.c.network_uid == heads.c.network_uid,
            keyframes.c.at_update < heads.c.earliest_update,
        )
        | sa.exists().where(
            segments.c.network_uid == heads.c.network_uid,
            segments.c.first_update < _begin(heads.c.network_uid, heads.c.earliest_update),
        ),
    )
    .limit(1)
)
_BEFORE_EARLIEST = (
    segments.c.first_update < _begin(_UID, _EARLIEST),
    keyframes.c.at_update < _EARLIEST,
)
_OLD_PARTS = list(zip(_PARTS, _BEFORE_EARLIEST, strict=False))
_OLD_SIZES = [_first_rows(table, size).where(is_old) for (table, size), is_old in _OLD_PARTS]
_OLD_REMOVALS = [
    table.delete().where(
        sa.tuple_(*table.primary_key).in_(_first_rows(table, *table.primary_key).where(is_old))
    )
    for (table, _), is_old in _OLD_PARTS
]

_UNUSED_TRAINING_SET = (
    select(training_sets.c.uid)
    .where(
        training_sets.c.deleted == sa.true(),
        ~sa.exists().where(runs.c.training_set_uid == training_sets.c.uid),
        ~sa.exists().where(runs.c.validation_set_uid == training_sets.c.uid),
    )
    .limit(1)
)
_REMOVE_TRAINING_SET = [
    examples.delete().where(examples.c.training_set_uid == _UID),
    training_sets.delete().where(training_sets.c.uid == _UID),
]

# In order of age, so reading these is enough, and cheap if none has expired.
_OLDEST = select(answers.c.number, answers.c.create_time).order_by(answers.c.number).limit(_ROWS)
_oldest = _OLDEST.subquery()
_REMOVE_EXPIRED = answers.delete().where(
    answers.c.number.in_(
        select(_oldest.c.number).where(_oldest.c.create_time <= bindparam("until"))
    )
)


def remove_piece(session: Session, now: datetime) -> bool:
    """Delete a chunk of hidden or expired rows; return whether there may be more."""
    return (
        _remove_from_network(session)
        or _remove_compacted(session)
        or _remove_training_set(session)
        or _remove_answers(session, now)
    )


def _remove_from_network(session: Session) -> bool:
    found = session.row(_DELETED_NETWORK, {})
    if found is None:
        return False
    if not _remove_rows(session, _SIZES, _REMOVALS, {"at_uid": found[0]}):
        session.change(_REMOVE_NETWORK, {"at_uid": found[0]})
    return True


def _remove_compacted(session: Session) -> bool:
    found = session.row(_COMPACTED, {})
    if found is None:
        return False
    place = {"at_uid": found[0], "earliest": found[1]}
    return _remove_rows(session, _OLD_SIZES, _OLD_REMOVALS, place)


def _remove_rows(
    session: Session,
    sizes: Sequence[ClauseElement],
    removals: Sequence[ClauseElement],
    place: Values,
) -> bool:
    """Delete a chunk from the first table with rows; return whether there was one."""
    for sizes_, removal in zip(sizes, removals, strict=True):
        totals = accumulate(size for (size,) in session.rows(sizes_, {**place, "rows": _ROWS}))
        fitting = sum(total <= _BYTES for total in totals)
        if session.change(removal, {**place, "rows": max(fitting, 1)}):
            return True
    return False


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
