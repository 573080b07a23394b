"""Types of columns that are the same in all databases, for the tables and their migrations."""

from typing import Any, TypeAlias

import sqlalchemy as sa

#: What describes the type of a column.
ColumnType: TypeAlias = sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]]

#: Text in the order of its code points, whatever the language of a PostgreSQL database is.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

#: A number that the database assigns.
ASSIGNED = sa.BigInteger().with_variant(sa.Integer, "sqlite")
