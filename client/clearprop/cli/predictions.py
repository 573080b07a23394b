"""`clearprop predict`: a network's outputs."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from clearprop import Client
from clearprop.cli.connection import connected
from clearprop.cli.number_format import counted, listed
from clearprop.cli.numerals import shown
from clearprop.cli.options import Json, NetworkId, UpdateNumber
from clearprop.cli.output import say, say_json, show_table
from clearprop.cli.parsers import vector
from clearprop.cli.server_options import Server
from clearprop.values import Matrix, MatrixLike


def predict(
    network: NetworkId,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUTS",
            help="Input vectors such as 0,1. Write -- before negative numbers: -- -1,0.",
        ),
    ] = None,
    *,
    on: Annotated[
        str, typer.Option(metavar="SET", help="Use the inputs of this training set.")
    ] = "",
    update: UpdateNumber = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Compute a network's outputs."""
    if bool(inputs) == bool(on):
        raise typer.BadParameter("Use one of them.", param_hint="'INPUTS' / '--on'")
    given = {each: vector(each, "INPUTS") for each in inputs or ()}
    with connected(server) as client:
        asked = client.network(network)
        if not on:
            _check_lengths(given, network, asked.layer_sizes[0])
        rows, targets = (
            _examples(client, on) if on else ([given[each] for each in inputs or ()], None)
        )
        prediction = asked.predict(rows, update=update)
    if as_json:
        say_json(prediction.message)
        return
    say(f"Outputs at update {prediction.update:,}:")
    show_outputs(rows, targets, prediction.outputs)
    not_finite = sum(len(each.non_finite_outputs) for each in prediction.message.predictions)
    if not_finite:
        say(f"[yellow]{counted(not_finite, 'output')} not finite.[/]")


def show_outputs(inputs: MatrixLike, targets: MatrixLike | None, outputs: Matrix) -> None:
    """Print a line for each input vector, with the targets if they are known."""
    named = {"inputs": inputs, "targets": targets, "outputs": outputs}
    columns = {name: matrix for name, matrix in named.items() if matrix is not None}
    show_table(
        list(columns),
        ([listed(row) for row in rows] for rows in zip(*columns.values(), strict=True)),
    )


def _check_lengths(vectors: Mapping[str, Sequence[float]], network: str, inputs: int) -> None:
    """Show the first vector of another length as it was written."""
    for text, numbers in vectors.items():
        if len(numbers) != inputs:
            raise typer.BadParameter(
                f"{shown(text)} has {counted(len(numbers), 'number')}, but network {network} has "
                f"{counted(inputs, 'input')}.",
                param_hint="'INPUTS'",
            )


def _examples(client: Client, training_set: str) -> tuple[MatrixLike, MatrixLike]:
    examples = client.training_set(training_set).examples()
    return examples.inputs, examples.targets
