"""`clearprop history`: the way of a network's cost, drawn."""

import math
from typing import Annotated

import typer
from rich.markup import escape

from clearprop import History, Snapshot
from clearprop.cli.charts import plot, scale_of, told_apart
from clearprop.cli.connection import connected
from clearprop.cli.options import Json, NetworkId, Server
from clearprop.cli.output import out, say, say_json, show_table

_POINTS = 1_000

#: The size of the chart, in characters.
_MOST_COLUMNS = 100
_ROWS = 12

#: How many updates that no run made are named.
_FEW = 6


def history(
    network: NetworkId,
    *,
    first: Annotated[
        int | None,
        typer.Option("--from", metavar="N", help="The first update. The first of all if absent."),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option("--to", metavar="N", help="The last update. The latest if absent."),
    ] = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Draw a network's cost curve.

    Of many updates up to 1,000 are shown, among them the lowest and the highest costs.
    """
    with connected(server) as client:
        found = client.network(network).history(_POINTS, start=first, end=last)
    if as_json:
        say_json(found.message)
        return
    drawable = [update for update in found if math.isfinite(_cost(update))]
    if not drawable:
        say(f"no run has made an update of [cyan]{escape(network)}[/] here: there is no cost yet")
        return
    _show_title(network, found, drawable)
    points = [(float(update.number), _cost(update)) for update in drawable]
    for line in plot(points, width=min(out.width, _MOST_COLUMNS), rows=_ROWS):
        say(f"[cyan]{line}[/]")
    say()
    _show_extremes(drawable)
    _show_others([update for update in found if update.run is None and update.number])


def _show_title(network: str, found: History, drawable: list[Snapshot]) -> None:
    updates = found.updates
    first, last = updates[0].number, updates[-1].number
    scale = scale_of([_cost(update) for update in drawable])
    say(
        f"[bold]cost[/] of [cyan]{escape(network)}[/], updates {first:,} to {last:,}"
        + (", on a logarithmic scale" if scale.is_logarithmic else "")
    )
    if found.thinned:
        count = last - first + 1
        say(f"[dim]{len(found):,} of {count:,} updates, the extremes among them[/]")
    say()


def _show_extremes(drawable: list[Snapshot]) -> None:
    rows = {
        "first": drawable[0],
        "last": drawable[-1],
        "lowest": min(drawable, key=_cost),
        "highest": max(drawable, key=_cost),
    }
    costs = told_apart([_cost(update) for update in rows.values()])
    show_table(
        ["", "update", "run", "epoch", "cost"],
        (
            [name, f"{update.number:,}", str(update.run), f"{update.epoch:,}", cost]
            for (name, update), cost in zip(rows.items(), costs, strict=True)
        ),
    )


def _show_others(others: list[Snapshot]) -> None:
    """Say which updates no run made: the curve goes on behind them from other weights."""
    if others:
        few = ", ".join(f"{update.number:,} ({update.kind})" for update in others[:_FEW])
        more = f" and {len(others) - _FEW:,} more" if len(others) > _FEW else ""
        say(f"\n[dim]no run made {few}{more}[/]")


def _cost(update: Snapshot) -> float:
    return math.nan if update.cost is None else update.cost
