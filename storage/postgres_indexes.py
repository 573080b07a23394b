"""The indexes that only PostgreSQL has, and those that are partial there.

They are apart from the other tables because naming its dialect loads it, which takes a server with
SQLite 30 ms and 2 MB.
"""

import sqlalchemy as sa

from storage.schema import RUN_IS_ACTIVE, heads, networks, runs, training_sets

# SQLite, which one process uses, reads all heads instead.
sa.Index("heads_with_run", heads.c.network_uid, postgresql_where=heads.c.active_run > 0).ddl_if(
    dialect="postgresql"
)
# In the order in which runs without an owner are claimed.
sa.Index(
    "active_runs_by_owner",
    runs.c.owner,
    runs.c.claim_time.nulls_first(),
    runs.c.network_uid,
    postgresql_where=RUN_IS_ACTIVE,
).ddl_if(dialect="postgresql")

for _table in (networks, training_sets):
    for _index in _table.indexes:
        _options = _index.dialect_options
        _options["postgresql"]["where"] = _options["sqlite"]["where"]
