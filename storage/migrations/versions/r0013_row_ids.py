"""Row ids for segments and keyframes in SQLite.

Without row ids, SQLite compares the key of a large row by reading the whole row: finding one of 700
long segments took 0.3 ms, and takes 5 µs.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import TEXT, ColumnType

revision = "0013"
down_revision = "0012"

#: The number of rows that are moved at once; a keyframe can have many megabytes.
_ROWS = 20


def upgrade() -> None:
    """Move the rows into tables with row ids. PostgreSQL compares keys in an index.

    The log temporarily needs as much space as the rows take; the file hardly grows.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    _move(
        "segments",
        "first_update",
        _column("update_count", sa.BigInteger),
        _column("kind", TEXT),
        _column("run", sa.BigInteger),
        _column("run_offset", sa.BigInteger),
        _column("commit_time", sa.BigInteger),
        sa.Column("min_cost", sa.Double),
        sa.Column("min_update", sa.BigInteger),
        sa.Column("max_cost", sa.Double),
        sa.Column("max_update", sa.BigInteger),
        _column("outline_crc", sa.BigInteger),
        _column("crc", sa.BigInteger),
        _column("costs", sa.LargeBinary),
        sa.Column("validations", sa.LargeBinary),
    )
    _move(
        "keyframes",
        "at_update",
        _column("crc", sa.BigInteger),
        _column("parameters", sa.LargeBinary),
        sa.Column("optimizer", sa.LargeBinary),
        sa.Column("optimizer_values", sa.LargeBinary),
    )


def _move(name: str, update: str, *columns: sa.Column[object]) -> None:
    """Create a table again, and move its rows in the order of their key, a few at a time.

    Moved rows leave their pages to those that follow, so that the file does not grow twofold.
    """
    op.rename_table(name, f"old_{name}")
    new = op.create_table(name, _key("network_uid", TEXT), _key(update, sa.BigInteger), *columns)
    old = sa.table(f"old_{name}", *(sa.column(column.name) for column in new.c))
    names = [column.name for column in new.c]
    key = (old.c.network_uid, old.c[update])
    copy = new.insert().from_select(names, sa.select(old).order_by(*key).limit(_ROWS))
    last = sa.select(new.c.network_uid, new.c[update]).order_by(sa.text("rowid DESC")).limit(1)
    connection = op.get_bind()
    while connection.execute(copy).rowcount:
        place = connection.execute(last).one()
        connection.execute(old.delete().where(sa.tuple_(*key) <= sa.tuple_(*place)))
    op.drop_table(f"old_{name}")


def _key(name: str, type_: ColumnType) -> sa.Column[object]:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _column(name: str, type_: ColumnType) -> sa.Column[object]:
    return sa.Column(name, type_, nullable=False)
