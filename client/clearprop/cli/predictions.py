"""`clearprop predict`: what a network makes of inputs."""

from typing import Annotated

import typer

from clearprop import Client
from clearprop.cli.connection import connected
from clearprop.cli.number_format import listed
from clearprop.cli.options import Json, NetworkId, Server, UpdateNumber, numbers
from clearprop.cli.output import say, say_json, show_table
from clearprop.values import Matrix, MatrixLike


def predict(
    network: NetworkId,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUTS", help="Vectors such as 0,1; after -- also -1,0."),
    ] = None,
    *,
    on: Annotated[
        str, typer.Option(metavar="SET", help="Take the inputs of a training set instead.")
    ] = "",
    update: UpdateNumber = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Compute a network's outputs."""
    if bool(inputs) == bool(on):
        raise typer.BadParameter("give either vectors of inputs or --on SET")
    given: MatrixLike = [numbers(each, "INPUTS") for each in inputs or ()]
    with connected(server) as client:
        rows, wanted = _examples(client, on) if on else (given, None)
        prediction = client.network(network).predict(rows, update=update)
    if as_json:
        say_json(prediction.message)
        return
    say(f"at update {prediction.update:,}")
    show_outputs(rows, wanted, prediction.outputs)


def show_outputs(inputs: MatrixLike, wanted: MatrixLike | None, outputs: Matrix) -> None:
    """Print a line for each vector of inputs, with what was wanted where that is known."""
    named = {"inputs": inputs, "wanted": wanted, "outputs": outputs}
    columns = {name: matrix for name, matrix in named.items() if matrix is not None}
    show_table(
        list(columns),
        ([listed(row) for row in rows] for rows in zip(*columns.values(), strict=True)),
    )


def _examples(client: Client, training_set: str) -> tuple[MatrixLike, MatrixLike]:
    examples = client.training_set(training_set).examples()
    return examples.inputs, examples.targets
