"""Commands that change weights without training: set-weight, reset."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import exact
from clearprop.cli.options import (
    Deviation,
    High,
    Json,
    Low,
    NetworkId,
    OtherInitializer,
    Seed,
    given,
)
from clearprop.cli.output import say_json
from clearprop.cli.parsers import real_number
from clearprop.cli.server_options import Server
from clearprop.cli.weight_arguments import LayerNumber, SourceNumber, UnitNumber, weight_place
from clearprop.options import RecipeOptions
from clearprop.unit_names import UnitNames


def set_weight(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    layer: LayerNumber,
    unit: UnitNumber,
    source: SourceNumber,
    value: Annotated[
        float,
        typer.Argument(
            metavar="VALUE",
            parser=real_number,
            help="The new value. Write -- before negative values: -- -0.5.",
        ),
    ],
    *,
    as_json: Json = False,
    server: Server,
) -> None:
    """Set one weight or bias.

    This adds an update. A paused run continues from the new value.
    """
    with connected(server) as client:
        found = client.network(network)
        place = weight_place(found, layer, unit, source)
        made = found.set_weight(*place, value)
    if as_json:
        say_json(made.message)
        return
    name = UnitNames(found.message).parameter(*place)
    say(f"Update {made.number:,} of [cyan]{escape(network)}[/] sets {name} to {exact(value)}.")


def reset(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    initializer: OtherInitializer = None,
    low: Low = None,
    high: High = None,
    deviation: Deviation = None,
    seed: Seed = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Reset all parameters to new initial values.

    This adds an update. Without options, the network's initializer is used with a new seed.
    """
    recipe: RecipeOptions = given(
        {
            "initializer": initializer,
            "low": low,
            "high": high,
            "deviation": deviation,
            "seed": seed,
        }
    )
    with connected(server) as client:
        made = client.network(network).reset(**recipe)
    if as_json:
        say_json(made.message)
        return
    drawn = "" if made.seed is None else f" with seed {made.seed}"
    say(
        f"Update {made.number:,} of [cyan]{escape(network)}[/] resets all parameters:"
        f" initializer {made.recipe.lower()}{drawn}."
    )
