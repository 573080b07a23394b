"""The tables of the SQL stores.

Numbers that must keep their bits are little-endian float64 in BLOBs: a REAL column changes NaN to
NULL and -0.0 to 0.0. Every row has a CRC over everything that is read from it. The keys of history
are uids, so that an id can be reused while the rows of a deleted network are being deleted.
"""

from typing import Any

import sqlalchemy as sa

from storage.column_types import ASSIGNED, TEXT, ColumnType
from training.run import ACTIVE

metadata = sa.MetaData()

# A table without row ids is one B-tree instead of two, for small rows that are found only by their
# key. SQLite would read large ones to compare their keys: see revision 0013.


def _key(name: str, type_: ColumnType = TEXT) -> sa.Column[Any]:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _blob(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=nullable)


networks = sa.Table(
    "networks",
    metadata,
    _key("uid"),
    _text("id"),
    sa.Column("deleted", sa.Boolean, nullable=False),
    _blob("document"),
    _number("crc"),
)

# One row for each living network: deleting a network deletes its head at once.
heads = sa.Table(
    "heads",
    metadata,
    _key("network_uid"),
    _number("latest_update"),
    _number("active_run"),
    _number("last_run"),
    _number("last_event"),
    _number("keyframe"),
    _number("token"),
    _number("earliest_update"),
    _number("crc"),
    sqlite_with_rowid=False,
)

runs = sa.Table(
    "runs",
    metadata,
    _key("network_uid"),
    _key("number", sa.BigInteger),
    _text("state"),
    sa.Column("wanted_state", TEXT),
    _text("training_set_uid"),
    _blob("latest_cost", nullable=True),
    _blob("document"),
    _number("crc"),
    _blob("epoch_cost", nullable=True),  # NULL in rows of revision 0001
    # NULL without such a set, and in rows before revision 0008.
    sa.Column("validation_set_uid", TEXT),
    # The worker that claimed the run last, in microseconds since 1970; NULL if nobody has it.
    sa.Column("owner", TEXT),
    sa.Column("claim_time", sa.BigInteger),
    sa.Index("runs_by_training_set", "training_set_uid"),
    sa.Index("runs_by_validation_set", "validation_set_uid"),
    sqlite_with_rowid=False,
)

# Leases, which workers renew: they are no history, and have no CRC.
workers = sa.Table(
    "workers",
    metadata,
    _key("name"),
    _number("expire_time"),
    sqlite_with_rowid=False,
)

run_events = sa.Table(
    "run_events",
    metadata,
    _key("network_uid"),
    _key("at_update", sa.BigInteger),
    _key("number", sa.BigInteger),
    _blob("latest_cost", nullable=True),
    _blob("document"),
    _number("crc"),
    _blob("epoch_cost", nullable=True),  # NULL in rows of revision 0001
    sqlite_with_rowid=False,
)

segments = sa.Table(
    "segments",
    metadata,
    _key("network_uid"),
    _key("first_update", sa.BigInteger),
    _number("update_count"),
    _text("kind"),
    _number("run"),
    _number("run_offset"),
    _number("commit_time"),
    # The extremes of the costs that are not NaN, and their first updates; NULL if there are none.
    sa.Column("min_cost", sa.Double),
    sa.Column("min_update", sa.BigInteger),
    sa.Column("max_cost", sa.Double),
    sa.Column("max_update", sa.BigInteger),
    # The CRC of all columns before it, for reading without costs.
    _number("outline_crc"),
    _number("crc"),
    # Last, so that a scan of the other columns does not read through them. Both columns after the
    # costs are NULL in rows before revision 0008.
    _blob("costs"),
    _blob("validations", nullable=True),  # NULL for none
)

keyframes = sa.Table(
    "keyframes",
    metadata,
    _key("network_uid"),
    _key("at_update", sa.BigInteger),
    _number("crc"),
    _blob("parameters"),
    # What the optimizer is set to, and what it remembers; NULL where that is nothing.
    _blob("optimizer", nullable=True),
    _blob("optimizer_values", nullable=True),
)

training_sets = sa.Table(
    "training_sets",
    metadata,
    _key("uid"),
    _text("id"),
    sa.Column("deleted", sa.Boolean, nullable=False),
    _blob("document"),
    _number("crc"),
)

examples = sa.Table(
    "examples",
    metadata,
    _key("training_set_uid"),
    _number("crc"),
    _blob("inputs"),
    _blob("targets"),
    # NULL if the weights of all examples are 1, and in rows before revision 0009.
    sa.Column("weights", sa.LargeBinary),
)

answers = sa.Table(
    "answers",
    metadata,
    # In the order of arrival, which is that of expiry: the oldest are found without an index.
    sa.Column("number", ASSIGNED, primary_key=True),
    sa.Column("request_id", TEXT, nullable=False, unique=True),
    _number("create_time"),
    _blob("digest"),
    _blob("content"),
    _number("crc"),
)

tokens = sa.Table(
    "tokens",
    metadata,
    _key("name"),
    _text("scope"),
    _blob("digest"),
    _number("create_time"),
    sa.Column("expire_time", sa.BigInteger),  # NULL: it does not expire
    _number("crc"),
    sqlite_with_rowid=False,
)

audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("number", ASSIGNED, primary_key=True),
    _number("first_time"),
    _number("last_time"),
    _number("calls"),
    _text("principal"),
    _text("address"),
    _text("method"),
    _text("resource"),
    _number("run"),
    _text("request_id"),
    _text("code"),
    _number("crc"),
)

#: Not IN: its SQL depends on the values. And literals: a plan for any values of parameters does not
#: use the index of these runs.
RUN_IS_ACTIVE = sa.or_(
    *(runs.c.state == sa.literal_column(f"'{state.value}'") for state in sorted(ACTIVE))
)

for _table in (networks, training_sets):
    # Ids are unique among the living; the deleted ones are few, and found by maintain().
    # See storage.postgres_indexes for PostgreSQL.
    sa.Index(f"living_{_table.name}", _table.c.id, unique=True, sqlite_where=~_table.c.deleted)
    sa.Index(f"deleted_{_table.name}", _table.c.uid, sqlite_where=_table.c.deleted == sa.true())
