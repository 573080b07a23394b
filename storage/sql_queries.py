"""The SELECT statements, built once."""

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from storage import rows
from storage.schema import (
    RUN_IS_ACTIVE,
    answers,
    audit_entries,
    examples,
    heads,
    keyframes,
    networks,
    run_events,
    runs,
    segments,
    tokens,
    training_sets,
)

_UID = bindparam("uid", type_=sa.Text)
_LIMIT = bindparam("limit", type_=sa.Integer)
#: A deleted network has no head, which hides everything with its uid.
_LIVING = sa.exists().where(heads.c.network_uid == _UID)

_NETWORK = select(*rows.NETWORK_COLUMNS)
NETWORK_BY_ID = _NETWORK.where(~networks.c.deleted, networks.c.id == bindparam("id"))
NETWORK_BY_UID = _NETWORK.where(networks.c.uid == _UID, ~networks.c.deleted)
NETWORKS = (
    _NETWORK.where(~networks.c.deleted, networks.c.id > bindparam("after"))
    .order_by(networks.c.id)
    .limit(_LIMIT)
)
# Each living network has a head, and SQLite counts the rows of a table by its pages alone.
COUNT_NETWORKS = select(sa.func.count()).select_from(heads)
NETWORK_ID = select(networks.c.id).where(networks.c.uid == _UID, ~networks.c.deleted)

LIVING_UIDS = select(heads.c.network_uid).order_by(heads.c.network_uid)
HEAD = select(*rows.HEAD_COLUMNS).where(heads.c.network_uid == _UID)

RUN = select(*rows.RUN_COLUMNS).where(
    runs.c.network_uid == _UID, runs.c.number == bindparam("number"), _LIVING
)
RUNS = (
    select(*rows.RUN_COLUMNS)
    .where(runs.c.network_uid == _UID, runs.c.number < bindparam("before"), _LIVING)
    .order_by(runs.c.number.desc())
    .limit(_LIMIT)
)
_RUNS_NOT_OVER = (
    select(*rows.RUN_COLUMNS)
    .join(
        heads, (heads.c.network_uid == runs.c.network_uid) & (heads.c.active_run == runs.c.number)
    )
    .where(heads.c.active_run > 0)
    # There are fewer heads than runs: with this order SQLite scans the heads.
    .order_by(heads.c.network_uid)
)
STATES_OF_RUNS_NOT_OVER = _RUNS_NOT_OVER.with_only_columns(runs.c.state)
ACTIVE_RUNS = _RUNS_NOT_OVER.where(RUN_IS_ACTIVE)
RUN_USING = _RUNS_NOT_OVER.where(
    (runs.c.training_set_uid == _UID) | (runs.c.validation_set_uid == _UID)
).limit(1)
WANTED_STATE = select(runs.c.wanted_state).where(
    runs.c.network_uid == _UID, runs.c.number == bindparam("number"), _LIVING
)

_TRAINING_SET = select(*rows.TRAINING_SET_COLUMNS)
TRAINING_SET_BY_ID = _TRAINING_SET.where(
    ~training_sets.c.deleted, training_sets.c.id == bindparam("id")
)
TRAINING_SET_BY_UID = _TRAINING_SET.where(training_sets.c.uid == _UID)
TRAINING_SETS = (
    _TRAINING_SET.where(~training_sets.c.deleted, training_sets.c.id > bindparam("after"))
    .order_by(training_sets.c.id)
    .limit(_LIMIT)
)
COUNT_TRAINING_SETS = (
    select(sa.func.count()).select_from(training_sets).where(~training_sets.c.deleted)
)
EXAMPLES = select(*rows.EXAMPLES_COLUMNS).where(examples.c.training_set_uid == _UID)

_FIRST = bindparam("first", type_=sa.BigInteger)
# The segment that contains `first` starts at or before it.
_BEGIN = (
    select(sa.func.max(segments.c.first_update))
    .where(segments.c.network_uid == _UID, segments.c.first_update <= _FIRST)
    .scalar_subquery()
)
SEGMENTS, OUTLINES = (
    select(*columns)
    .where(
        segments.c.network_uid == _UID,
        segments.c.first_update >= sa.func.coalesce(_BEGIN, _FIRST),
        segments.c.first_update <= bindparam("last"),
        _LIVING,
    )
    .order_by(segments.c.first_update)
    .limit(_LIMIT)
    for columns in (rows.SEGMENT_COLUMNS, rows.OUTLINE_COLUMNS)
)
NEXT_SEGMENT = (
    select(segments.c.first_update)
    .where(segments.c.network_uid == _UID, segments.c.first_update > _FIRST)
    .order_by(segments.c.first_update)
    .limit(1)
)
KEYFRAME = (
    select(*rows.KEYFRAME_COLUMNS)
    .where(keyframes.c.network_uid == _UID, keyframes.c.at_update <= bindparam("update"), _LIVING)
    .order_by(keyframes.c.at_update.desc())
    .limit(1)
)
KEYFRAME_UPDATE = (
    select(keyframes.c.at_update)
    .where(keyframes.c.network_uid == _UID, keyframes.c.at_update <= bindparam("update"), _LIVING)
    .order_by(keyframes.c.at_update.desc())
    .limit(1)
)
KEYFRAMES = (
    select(*rows.KEYFRAME_COLUMNS)
    .where(
        keyframes.c.network_uid == _UID,
        keyframes.c.at_update.between(bindparam("first"), bindparam("last")),
        _LIVING,
    )
    .order_by(keyframes.c.at_update)
    .limit(_LIMIT)
)
RUN_EVENTS = (
    select(*rows.RUN_EVENT_COLUMNS)
    .where(
        run_events.c.network_uid == _UID,
        run_events.c.at_update >= bindparam("update"),
        run_events.c.number > bindparam("after_event"),
        _LIVING,
    )
    .order_by(run_events.c.at_update, run_events.c.number)
    .limit(_LIMIT)
)
ANSWER = select(*rows.ANSWER_COLUMNS).where(answers.c.request_id == bindparam("request_id"))

TOKENS = (
    select(*rows.TOKEN_COLUMNS)
    .where(tokens.c.name > bindparam("after"))
    .order_by(tokens.c.name)
    .limit(_LIMIT)
)

AUDIT_ENTRIES = (
    select(*rows.AUDIT_COLUMNS)
    .where(audit_entries.c.number < bindparam("before"))
    .order_by(audit_entries.c.number.desc())
    .limit(_LIMIT)
)
LAST_AUDIT_ENTRY = (
    select(audit_entries.c.number)
    .where(audit_entries.c.number > 0)
    .order_by(audit_entries.c.number.desc())
    .limit(1)
)
