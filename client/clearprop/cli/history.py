"""`clearprop history`: a network's cost curve."""

import math
from collections.abc import Callable
from typing import Annotated

import typer
from rich.markup import escape

from clearprop import History, Snapshot
from clearprop.cli.charts import plot, scale_of
from clearprop.cli.connection import connected
from clearprop.cli.console import out, say
from clearprop.cli.number_format import number, told_apart
from clearprop.cli.options import FirstUpdate, Json, LastUpdate, NetworkId
from clearprop.cli.output import say_json, show_table
from clearprop.cli.server_options import Server

_POINTS = 1_000

#: The size of the chart, in characters.
_MOST_COLUMNS = 100
_ROWS = 12

#: How many updates that were not made by a run are listed.
_FEW = 6


def history(
    network: NetworkId,
    *,
    first: FirstUpdate = None,
    last: LastUpdate = None,
    validated: Annotated[
        bool, typer.Option("--validated", help="Show only the costs of held-out examples.")
    ] = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Draw a network's cost curve.

    Shows up to 1,000 updates, including those with the lowest and highest costs, and the costs of
    held-out examples if there are any.
    """
    with connected(server) as client:
        source = client.network(network)
        found = source.history(_POINTS, start=first, end=last, validated=validated)
        held_out = found
        if not validated and not as_json:
            held_out = source.history(_POINTS, start=first, end=last, validated=True)
    if as_json:
        say_json(found.message)
        return
    if not validated:
        measured = [update for update in found if update.cost is not None]
        if not measured:
            name = escape(network)
            say(f"No run updated [cyan]{name}[/] in this range: there is no cost to draw.")
            return
        _show_title("Cost", network, found)
        _show_curve(measured, _cost)
        _show_others([update for update in found if update.run is None and update.number])
    elif not held_out.updates:
        say(f"No run of [cyan]{escape(network)}[/] was validated in this range.")
    if held_out.updates:
        if not validated:
            say()
        _show_title("Cost of held-out examples", network, held_out)
        _show_curve(held_out.updates, _held_out_cost)


def _show_curve(measured: list[Snapshot], cost_of: Callable[[Snapshot], float]) -> None:
    if any(math.isfinite(cost_of(update)) for update in measured):
        _draw(measured, cost_of)
    say()
    _show_extremes(measured, cost_of)
    _show_not_finite(measured, cost_of)


def _show_title(what: str, network: str, found: History) -> None:
    updates = found.updates
    first, last = updates[0].number, updates[-1].number
    say(f"[bold]{what}[/] of [cyan]{escape(network)}[/], updates {first:,} to {last:,}")
    if found.thinned:
        count = last - first + 1
        say(f"[dim]{len(found):,} of {count:,} updates are shown, including the extremes.[/]")


def _draw(measured: list[Snapshot], cost_of: Callable[[Snapshot], float]) -> None:
    points = [(float(update.number), cost_of(update)) for update in measured]
    if scale_of([cost for _, cost in points if math.isfinite(cost)]).is_logarithmic:
        say("[dim]The scale is logarithmic.[/]")
    say()
    for line in plot(points, width=min(out.width, _MOST_COLUMNS), rows=_ROWS):
        say(f"[cyan]{line}[/]")


def _show_extremes(measured: list[Snapshot], cost_of: Callable[[Snapshot], float]) -> None:
    """Print the ends of the curve and its extremes; NaN is neither low nor high."""
    rows = {"first": measured[0], "last": measured[-1]}
    ordered = [update for update in measured if not math.isnan(cost_of(update))]
    if ordered:
        rows |= {"lowest": min(ordered, key=cost_of), "highest": max(ordered, key=cost_of)}
    costs = told_apart([cost_of(update) for update in rows.values()])
    # A column for the learning rate only if a schedule changes it.
    rates = [number(update.learning_rate) for update in rows.values()]
    changes = len({update.learning_rate for update in measured}) > 1
    show_table(
        ["", "update", "run", "epoch", *["rate"] * changes, "cost"],
        (
            [
                name,
                f"{update.number:,}",
                str(update.run),
                f"{update.epoch:,}",
                *[rate] * changes,
                cost,
            ]
            for (name, update), rate, cost in zip(rows.items(), rates, costs, strict=True)
        ),
    )


def _show_not_finite(measured: list[Snapshot], cost_of: Callable[[Snapshot], float]) -> None:
    """Say how many costs cannot be drawn."""
    infinite = [update for update in measured if math.isinf(cost_of(update))]
    undefined = [update for update in measured if math.isnan(cost_of(update))]
    if infinite or undefined:
        kinds = {"∞": infinite, "NaN": undefined}
        counts = " and ".join(f"{len(each):,} × {kind}" for kind, each in kinds.items() if each)
        first = min(update.number for update in infinite + undefined)
        say(
            f"\n[yellow]{len(infinite) + len(undefined):,} of {len(measured):,} costs cannot be"
            f" drawn[/]: {counts}, first at update {first:,}. Try a smaller learning rate."
        )


def _show_others(others: list[Snapshot]) -> None:
    """Name the updates that no run made: behind them the curve continues from other weights."""
    if others:
        few = ", ".join(f"{update.number:,} ({update.kind})" for update in others[:_FEW])
        more = f" and {len(others) - _FEW:,} more" if len(others) > _FEW else ""
        say(f"\n[dim]Not made by a run: {few}{more}.[/]")


def _cost(update: Snapshot) -> float:
    return math.nan if update.cost is None else update.cost


def _held_out_cost(update: Snapshot) -> float:
    return math.nan if update.validation is None else update.validation.cost
