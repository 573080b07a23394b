"""`clearprop work`, and servers that leave runs to it, need a database that they can share."""

import pytest
from console import Clearprop


@pytest.mark.parametrize("database", ["sqlite:///clearprop.db", "memory:"])
def test_a_worker_needs_a_database_that_servers_can_share(
    clearprop: Clearprop, database: str
) -> None:
    (line,) = clearprop("work", "--database", database, code=1).stderr.splitlines()
    assert line == (
        f"Error: The database {database} cannot be shared with servers: they execute their runs"
        " themselves. Use --database postgresql://USER@HOST/DATABASE."
    )


def test_a_server_that_leaves_runs_to_workers_needs_one_too(clearprop: Clearprop) -> None:
    options = ["--database", "memory:", "--grpc", "127.0.0.1:0", "--http", "off", "--workers", "0"]
    (line,) = clearprop("serve", *options, code=1).stderr.splitlines()
    assert "leave the runs to other processes, which need a database" in line
    options[-1] = "many"
    (line,) = clearprop("serve", *options, code=1).stderr.splitlines()
    assert "--workers: 'many' is neither a number of threads" in line
