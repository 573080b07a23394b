"""`clearprop diff`: the differences between two updates."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop import Comparison, NetworkInfo, Snapshot
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import number, weight
from clearprop.cli.options import Json, NetworkId
from clearprop.cli.output import say_json, show_table
from clearprop.cli.parsers import whole_number
from clearprop.cli.server_options import Server
from clearprop.unit_names import UnitNames

_MOST_CHANGES = 20


def diff(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    first: Annotated[
        int, typer.Argument(metavar="FIRST", parser=whole_number(), help="The earlier update.")
    ],
    second: Annotated[
        int | None,
        typer.Argument(
            metavar="SECOND",
            parser=whole_number(),
            help="The later update.",
            show_default="the latest",
        ),
    ] = None,
    *,
    base_network: Annotated[
        str,
        typer.Option(
            metavar="BASE",
            help="The network of FIRST, such as the one that NETWORK was forked from.",
            show_default="NETWORK",
        ),
    ] = "",
    most: Annotated[
        int,
        typer.Option(
            "--limit",
            metavar="N",
            parser=whole_number(),
            help="Show the N largest changes, up to 1,000.",
        ),
    ] = _MOST_CHANGES,
    as_json: Json = False,
    server: Server,
) -> None:
    """Compare the parameters of two updates.

    The largest changes come first.
    """
    with connected(server) as client:
        found = client.network(network)
        compared = found.compare(first, second, base_network=base_network, most=most)
    if as_json:
        say_json(compared.message)
    else:
        _show(found, base_network, compared)


def _show(network: NetworkInfo, base_network: str, compared: Comparison) -> None:
    after = f"[cyan]{escape(network.id)}[/] {_named(compared.update)}"
    before = f"[cyan]{escape(base_network or network.id)}[/] {_named(compared.base)}"
    say(f"{before} → {after if base_network else _named(compared.update)}")
    if not compared.changed_count:
        say("All parameters are equal.")
        return
    names = UnitNames(network.message)
    show_table(
        ["parameter" if network.has_biases else "weight", "before", "after", "change"],
        (
            [
                names.parameter(each.layer, each.unit, each.input),
                *map(weight, (each.before, each.after, each.change)),
            ]
            for each in compared.changes
        ),
    )
    more = compared.changed_count - len(compared.changes)
    if more:
        say(f"[dim]{more:,} smaller changes are not shown.[/]")


def _named(update: Snapshot) -> str:
    cost = "" if update.cost is None else f", cost {number(update.cost)}"
    return f"update {update.number:,} ({update.kind}{cost})"
