"""Removes what was deleted or has expired, a bounded piece at a time."""

from datetime import datetime

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

# A network's rows by a column that orders them, and the column that makes them large.
_PARTS = (
    (segments.c.network_uid, segments.c.first_update, segments.c.costs),
    (keyframes.c.network_uid, keyframes.c.at_update, keyframes.c.parameters),
    (run_events.c.network_uid, run_events.c.at_update, run_events.c.document),
    (runs.c.network_uid, runs.c.number, runs.c.document),
)
_UID = bindparam("at_uid", type_=sa.Text)
_SIZES = [
    select(place, sa.func.length(blob)).where(uid == _UID).order_by(place).limit(_ROWS)
    for uid, place, blob in _PARTS
]
_REMOVALS = [
    uid.table.delete().where(uid == _UID, place <= bindparam("until")) for uid, place, _ in _PARTS
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
        parts = session.rows(sizes, {"at_uid": uid})
        if parts:
            until, total = parts[0][0], 0
            for place, size in parts:
                total += size
                if total > _BYTES:
                    break
                until = place
            session.change(removal, {"at_uid": uid, "until": until})
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
