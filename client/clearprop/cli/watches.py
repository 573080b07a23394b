"""`clearprop watch`: updates and state changes of runs as they happen."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

import typer

from clearprop import Client, Snapshot
from clearprop.cli.connection import connected
from clearprop.cli.console import say_plain
from clearprop.cli.options import Json, NetworkId
from clearprop.cli.output import say_json, update_line
from clearprop.cli.parsers import whole_number
from clearprop.cli.server_options import Server
from clearprop.options import DetailName
from clearprop.watches import Watched

#: For how many seconds to reconnect to a lost server: enough to restart it manually.
RETRY_TIMEOUT = 60.0


def watch(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    start: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole_number(),
            help="The first update to show.",
            show_default="the next update",
        ),
    ] = None,
    run: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole_number(), help="Show this run, from start to end."),
    ] = None,
    stride: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole_number(),
            help="Show only updates with numbers divisible by N.",
        ),
    ] = 1,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="With --json, also print the parameters.")
    ] = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Show a network's updates as they happen.

    Press Ctrl-C to stop. If the connection is lost, the command reconnects for up to a minute and
    resumes without a gap.
    """
    if start is not None and run is not None:
        raise typer.BadParameter("Use only one of them.", param_hint="'--start' / '--run'")
    detail: DetailName = "parameters" if parameters else "cost"
    show = _show_json if as_json else _show
    with connected(server, retry_timeout=RETRY_TIMEOUT) as client, suppress(KeyboardInterrupt):
        for item in _watched(client, network, start, run, stride, detail):
            show(item)


def _watched(
    client: Client,
    network: str,
    start: int | None,
    run: int | None,
    stride: int,
    detail: DetailName,
) -> Iterator[Watched]:
    found = client.network(network)
    if run is not None:
        return found.run(run).watch(stride=stride, detail=detail)
    return found.watch(start=start, stride=stride, detail=detail)


def _show(item: Watched) -> None:
    if isinstance(item, Snapshot):
        say_plain(update_line(item))
    else:
        say_plain(f"run {item.run.number} is {item.run.state} after update {item.update}")


def _show_json(item: Watched) -> None:
    if isinstance(item, Snapshot):
        say_json(item.message, "update")
    else:
        say_json(item.message, "runEvent")
