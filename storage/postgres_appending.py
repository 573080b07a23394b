"""An addition to a history as one statement of PostgreSQL.

Each statement is a round trip to the server. This one moves the head, and only if that succeeds,
stores the rows of the segment, the keyframe and the run.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ClauseElement, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from storage import rows
from storage.schema import heads, keyframes, runs, segments
from storage.session import Values
from training.update import Addition

#: The columns of a run that change; the others are those of its first row.
_CHANGING = ("state", "latest_cost", "document", "crc", "epoch_cost")
#: What ends when a run is not active any more.
_WHILE_ACTIVE = ("wanted_state", "owner")
_RUN_COLUMNS = tuple(column.name for column in rows.RUN_COLUMNS)


def appending(addition: Addition) -> ClauseElement:
    """Return the statement for an addition: its row has the requested state and owner of the run.

    There is none if the stored head is not the one that the addition is based on.
    """
    return _statement(
        has_segment=addition.segment is not None,
        has_keyframe=addition.keyframe is not None,
        has_run=addition.run is not None,
    )


def appending_values(addition: Addition) -> Values:
    """Return the values for the statement of an addition."""
    before = rows.head_values(addition.before)
    values = _named("before", before) | _named("head", rows.head_values(addition.after))
    if addition.segment is not None:
        values |= _named("segments", rows.segment_values(addition.segment))
    if addition.keyframe is not None:
        values |= _named("keyframes", rows.keyframe_values(addition.keyframe))
    if addition.run is not None:
        values |= _named("runs", rows.run_values(addition.run))
        values["is_active"] = addition.run.is_active
    for unused in ("before_crc", "head_network_uid"):
        del values[unused]
    return values


def _named(prefix: str, values: Values) -> Values:
    return {f"{prefix}_{name}": value for name, value in values.items()}


@cache
def _statement(*, has_segment: bool, has_keyframe: bool, has_run: bool) -> ClauseElement:
    facts = [column for column in heads.c if column.name not in ("network_uid", "crc")]
    moved = (
        heads.update()
        .where(
            heads.c.network_uid == bindparam("before_network_uid"),
            *(column == bindparam(f"before_{column.name}") for column in facts),
        )
        .values({column: bindparam(f"head_{column.name}") for column in (*facts, heads.c.crc)})
        .returning(heads.c.network_uid)
        .cte("moved")
    )
    stored = [
        table.insert()
        .from_select([column.name for column in table.c], _row(table, moved))
        .returning(table.c.network_uid)
        .cte(f"stored_{table.name}")
        for table, is_given in ((segments, has_segment), (keyframes, has_keyframe))
        if is_given
    ]
    if not has_run:
        return select(moved.c.network_uid, sa.null(), sa.null()).add_cte(*stored)
    run = _put_run(moved)
    columns = (moved.c.network_uid, run.c.wanted_state, run.c.owner)
    return select(*columns).join(run, sa.true()).add_cte(*stored)


def _put_run(moved: sa.CTE) -> sa.CTE:
    statement = insert(runs).from_select(_RUN_COLUMNS, _row(runs, moved, _RUN_COLUMNS))
    changes: dict[str, Any] = {name: statement.excluded[name] for name in _CHANGING}
    for name in _WHILE_ACTIVE:
        changes[name] = sa.case((bindparam("is_active", type_=sa.Boolean), runs.c[name]))
    return (
        statement.on_conflict_do_update(
            index_elements=[runs.c.network_uid, runs.c.number], set_=changes
        )
        .returning(runs.c.wanted_state, runs.c.owner)
        .cte("stored_run")
    )


def _row(table: sa.Table, moved: sa.CTE, names: tuple[str, ...] | None = None) -> sa.Select[Any]:
    """Return a SELECT of the values of one row, or of none if the head was not moved."""
    columns = [table.c[name] for name in names] if names else list(table.c)
    values = [
        sa.cast(bindparam(f"{table.name}_{column.name}"), column.type).label(column.name)
        for column in columns
    ]
    return select(*values).select_from(moved)
