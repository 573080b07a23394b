"""Commands that change weights and show changes: set-weight, reset, diff."""

from typing import Annotated

import typer
from clearprop import Comparison, NetworkInfo, Snapshot
from clearprop.options import RecipeOptions
from rich.markup import escape

from service.cli.connecting import connected
from service.cli.options import High, InitializerName, Json, Low, NetworkId, Seed, Server, given
from service.cli.places import LayerNumber, SourceNumber, UnitNumber, weight_place
from service.cli.printing import number, say, say_json, show_table, weight
from training.unit_names import parameter_name

_MOST_CHANGES = 20


def set_weight(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    layer: LayerNumber,
    unit: UnitNumber,
    source: SourceNumber,
    value: Annotated[
        float, typer.Argument(metavar="VALUE", help="What it is to be; after -- also -0.5.")
    ],
    *,
    as_json: Json = False,
    server: Server,
) -> None:
    """Set one weight, as an update of its own; a paused run goes on from there."""
    with connected(server) as client:
        found = client.network(network)
        place = weight_place(found, layer, unit, source)
        made = found.set_weight(*place, value)
    if as_json:
        say_json(made.message)
        return
    name = parameter_name(*place, len(found.layer_sizes) - 1)
    say(f"update {made.number:,} of [cyan]{escape(network)}[/] sets {name} to {weight(value)}")


def reset(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    initializer: InitializerName = None,
    low: Low = None,
    high: High = None,
    seed: Seed = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Make all weights anew, as an update; by default as at first, with a new seed."""
    recipe: RecipeOptions = given(
        {"initializer": initializer, "low": low, "high": high, "seed": seed}
    )
    with connected(server) as client:
        made = client.network(network).reset(**recipe)
    if as_json:
        say_json(made.message)
        return
    drawn = "" if made.seed is None else f" with seed {made.seed}"
    say(
        f"update {made.number:,} of [cyan]{escape(network)}[/] makes all weights anew,"
        f" {made.recipe.lower()}{drawn}"
    )


def diff(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    first: Annotated[int, typer.Argument(metavar="FIRST", help="The update to begin with.")],
    second: Annotated[
        int | None,
        typer.Argument(metavar="SECOND", help="The other one. The latest if absent."),
    ] = None,
    *,
    base_network: Annotated[
        str,
        typer.Option(
            metavar="BASE",
            help="FIRST is an update of network BASE, such as what NETWORK was forked from.",
            show_default="NETWORK itself",
        ),
    ] = "",
    most: Annotated[
        int, typer.Option("--limit", metavar="N", help="Show the N largest changes, up to 1,000.")
    ] = _MOST_CHANGES,
    as_json: Json = False,
    server: Server,
) -> None:
    """Show how two updates differ, weight by weight, the largest change first."""
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
        say("all parameters are the same")
        return
    outputs = len(network.layer_sizes) - 1
    show_table(
        ["parameter" if network.has_biases else "weight", "before", "after", "change"],
        (
            [
                parameter_name(each.layer, each.unit, each.input, outputs),
                *map(weight, (each.before, each.after, each.change)),
            ]
            for each in compared.changes
        ),
    )
    more = compared.changed_count - len(compared.changes)
    if more:
        say(f"[dim]and {more:,} more that changed less[/]")


def _named(update: Snapshot) -> str:
    cost = "" if update.cost is None else f", cost {number(update.cost)}"
    return f"update {update.number:,} ({update.kind}{cost})"
