"""`clearprop predict`: a network's outputs."""

from typing import Annotated

import typer

from clearprop import Client
from clearprop.cli.connection import connected
from clearprop.cli.number_format import counted, listed
from clearprop.cli.options import Json, NetworkId, Server, UpdateNumber
from clearprop.cli.output import say, say_json, show_table
from clearprop.cli.parsers import vector
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
    given: MatrixLike = [vector(each, "INPUTS") for each in inputs or ()]
    with connected(server) as client:
        rows, targets = _examples(client, on) if on else (given, None)
        prediction = client.network(network).predict(rows, update=update)
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


def _examples(client: Client, training_set: str) -> tuple[MatrixLike, MatrixLike]:
    examples = client.training_set(training_set).examples()
    return examples.inputs, examples.targets
