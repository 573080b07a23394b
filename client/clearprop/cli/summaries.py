"""`clearprop summarize`: what training does to each layer."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from clearprop import LayerSummary, NetworkInfo, Summaries, UpdateSummary
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import counted, number
from clearprop.cli.options import FirstUpdate, Json, LastUpdate, NetworkId
from clearprop.cli.output import bars, say_json, show_table
from clearprop.cli.parsers import whole_number
from clearprop.cli.server_options import Server
from clearprop.values import Vector

#: As many as the lines and the columns of a terminal have room for.
_POINTS = 10
_BINS = 16


def summarize(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    first: FirstUpdate = None,
    last: LastUpdate = None,
    points: Annotated[
        int,
        typer.Option(
            "--points",
            metavar="N",
            parser=whole_number(),
            help="Show at most N updates, 2 to 200.",
        ),
    ] = _POINTS,
    bins: Annotated[
        int,
        typer.Option(
            "--bins",
            metavar="N",
            parser=whole_number(),
            help="Draw histograms with at most N bins, 8 to 64.",
        ),
    ] = _BINS,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="SET",
            help="The training set for the activations.",
            show_default="the examples of the latest run",
        ),
    ] = "",
    as_json: Json = False,
    server: Server,
) -> None:
    """Show what training does to each layer of a network.

    For some updates: the norms of the gradient, the update and the parameters of each layer,
    histograms of its weights and activations, and its dead and saturated units.
    """
    with connected(server) as client:
        found = client.network(network)
        summaries = found.summarize(points, start=first, end=last, max_bins=bins, training_set=on)
    if as_json:
        say_json(summaries.message)
    elif not len(summaries):
        say(f"[cyan]{escape(network)}[/] has no update in this range.")
    else:
        _show(found, summaries)


def _show(network: NetworkInfo, summaries: Summaries) -> None:
    updates = summaries.updates
    first, last = updates[0].number, updates[-1].number
    say(f"[bold]Layers[/] of [cyan]{escape(network.id)}[/], updates {first:,} to {last:,}")
    if summaries.thinned:
        say(f"[dim]{len(updates):,} of {last - first + 1:,} updates are shown.[/]")
    if summaries.example_count:
        say(f"[dim]Activations are those for {counted(summaries.example_count, 'example')}.[/]")
    for index, activation in enumerate(network.activations):
        layers = [update.layers[index] for update in updates]
        say()
        units = counted(layers[0].units, "unit")
        say(f"[bold]Layer {index + 1}[/] [dim]({units}, {activation})[/]")
        _show_layer(updates, layers)


def _show_layer(updates: Sequence[UpdateSummary], layers: Sequence[LayerSummary]) -> None:
    has_activations = any(layer.activation_counts for layer in layers)
    show_table(
        [
            *("update", "gradient", "change", "parameters"),
            f"weights {_range(layers[0].weight_edges)}",
            *[f"activations {_range(layers[0].activation_edges)}"] * has_activations,
            *_idle(layers[0]),
        ],
        (
            [
                f"{update.number:,}",
                *map(number, (layer.gradient_norm, layer.update_norm, layer.parameter_norm)),
                bars(layer.weight_counts),
                *[bars(layer.activation_counts)] * has_activations,
                *(f"{count:,}" for count in _idle(layer).values()),
            ]
            for update, layer in zip(updates, layers, strict=True)
        ),
    )


def _idle(layer: LayerSummary) -> dict[str, int]:
    """Return the numbers of units that receive no gradient, by what they are called."""
    counts = {"dead units": layer.dead_units, "saturated units": layer.saturated_units}
    return {name: count for name, count in counts.items() if count is not None}


def _range(edges: Vector) -> str:
    return f"{number(edges[0])} to {number(edges[-1])}" if len(edges) else ""
