"""`clearprop project`: examples as points of a plane."""

from collections.abc import Sequence
from math import isfinite
from typing import Annotated

import typer
from rich.markup import escape

from clearprop import Projection
from clearprop.cli.charts import Scale
from clearprop.cli.connection import connected
from clearprop.cli.console import out, say
from clearprop.cli.evaluation_tables import class_names
from clearprop.cli.number_format import counted
from clearprop.cli.options import Json, NetworkId, TrainingSetId, UpdateNumber
from clearprop.cli.output import say_json
from clearprop.cli.parsers import whole_number
from clearprop.cli.server_options import Server

_ROWS = 24
_MOST_COLUMNS = 100

#: The characters of classes, and that of an example without one.
_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OTHER = "•"


def project(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    on: TrainingSetId,
    layer: Annotated[
        int,
        typer.Option(
            "--layer",
            metavar="N",
            parser=whole_number(least=0),
            help="The layer whose activations are projected; 0 are the inputs.",
        ),
    ] = 0,
    update: UpdateNumber = None,
    axes_update: Annotated[
        int | None,
        typer.Option(
            "--axes-of",
            metavar="N",
            parser=whole_number(),
            help="The update whose activations determine the axes.",
            show_default="the projected one",
        ),
    ] = None,
    examples: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole_number(least=1, most=500),
            help="Project at most N examples, spread evenly over the set.",
        ),
    ] = 500,
    as_json: Json = False,
    server: Server,
) -> None:
    """Draw examples as points of the plane on which they differ most.

    The axes are the first two principal components of the inputs, or of the activations of a layer.
    """
    with connected(server) as client:
        found = client.network(network)
        names = class_names(found, client.training_set(on))
        projection = found.project(
            on, layer=layer, update=update, axes_update=axes_update, example_count=examples
        )
    if as_json:
        say_json(projection.message)
        return
    shares = " and ".join(f"{share:.1%}" for share in projection.variance_shares)
    say(
        f"[bold]{'Inputs' if layer == 0 else f'Layer {layer}'}[/] of [cyan]{escape(network)}[/] for"
        f" {counted(len(projection.examples), 'example')} at update {projection.update:,}"
    )
    for line in _drawn(projection, min(out.width, _MOST_COLUMNS)):
        say(escape(line))
    say(f"[dim]The axes have {shares} of the variance at update {projection.axes_update:,}.[/]")
    if any(each is not None for each in projection.true_classes):
        characters = zip(_CHARACTERS, names, strict=False)
        different = [f"{sign} {name}" for sign, name in characters if sign != name]
        say(f"[dim]Classes: {escape(', '.join(different))}[/]" if different else "")


def _drawn(projection: Projection, columns: int) -> Sequence[str]:
    """Return lines with the character of its class at each example."""
    points = [(float(x), float(y)) for x, y in projection.coordinates]
    finite = [(x, y) for x, y in points if isfinite(x) and isfinite(y)]
    if not finite:
        return ["No activation is finite."]
    across = Scale(min(x for x, _ in finite), max(x for x, _ in finite))
    upwards = Scale(min(y for _, y in finite), max(y for _, y in finite))
    cells = [[" "] * columns for _ in range(_ROWS)]
    for (x, y), index in zip(points, projection.true_classes, strict=True):
        if isfinite(x) and isfinite(y):
            row = round((1 - upwards.place(y)) * (_ROWS - 1))
            cells[row][round(across.place(x) * (columns - 1))] = _character(index)
    return ["".join(row).rstrip() for row in cells]


def _character(index: int | None) -> str:
    return _OTHER if index is None or index >= len(_CHARACTERS) else _CHARACTERS[index]
