"""`clearprop audit`: who changed what."""

from itertools import islice
from typing import Annotated

import typer

from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.options import Json
from clearprop.cli.output import say_json, show_table
from clearprop.cli.parsers import whole_number
from clearprop.cli.server_options import Server
from clearprop.v1.audit_pb2 import AuditEntry

Count = Annotated[
    int,
    typer.Option(
        metavar="N",
        parser=whole_number(least=1),
        help="Show at most this number of entries.",
    ),
]


def audit(*, count: Count = 100, as_json: Json = False, server: Server) -> None:
    """Show who changed what on a server.

    The latest entry comes first. Calls of one caller with the same method, resource and outcome
    within a minute share an entry.
    """
    with connected(server) as client:
        found = list(islice(client.audit_entries(), count))
    if as_json:
        for entry in found:
            say_json(entry)
    elif found:
        show_table(
            ["last time", "calls", "who", "from", "method", "resource", "run", "outcome"],
            map(_row, found),
        )
    else:
        say("The audit log is empty.")


def _row(entry: AuditEntry) -> list[str]:
    return [
        f"{entry.last_time.ToDatetime():%Y-%m-%d %H:%M:%S}Z",
        f"{entry.calls:,}",
        entry.principal or "-",
        entry.address or "-",
        entry.method,
        entry.resource or "-",
        str(entry.run) if entry.run else "-",
        entry.code,
    ]
