"""`clearprop training-sets`: list, create, show and delete training sets."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from service.cli.connecting import connected
from service.cli.options import Json, Server
from service.cli.printing import listed, say, say_json, show_table

app = typer.Typer(help="List, create, show and delete training sets.")

_MOST_EXAMPLES = 20

TrainingSetArgument = Annotated[str, typer.Argument(metavar="SET", help="The training set's id.")]


@app.callback(invoke_without_command=True)
def training_sets(context: typer.Context, *, as_json: Json = False, server: Server) -> None:
    """List the training sets, or do what the command after it says."""
    if context.invoked_subcommand is not None:
        return
    with connected(server) as client:
        found = list(client.training_sets())
    if as_json:
        for each in found:
            say_json(each.message)
        return
    show_table(
        ["training set", "examples", "inputs", "targets", ""],
        (
            [
                each.id,
                f"{each.example_count:,}",
                f"{each.input_count:,}",
                f"{each.target_count:,}",
                "built in" if each.is_built_in else "",
            ]
            for each in found
        ),
    )


@app.command()
def create(
    training_set: TrainingSetArgument,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.csv", help="Numbers, an example on each line, no headings."),
    ],
    *,
    targets: Annotated[
        int, typer.Option(metavar="N", help="How many columns, the last ones, are targets.")
    ] = 1,
    as_json: Json = False,
    server: Server,
) -> None:
    """Store a training set from a CSV file."""
    rows = _read(file)
    with connected(server) as client:
        made = client.create_training_set(
            training_set, [row[:-targets] for row in rows], [row[-targets:] for row in rows]
        )
    if as_json:
        say_json(made.message)
    else:
        say(
            f"training set [cyan]{escape(made.id)}[/]: {made.example_count:,} examples,"
            f" {made.input_count:,} inputs, {made.target_count:,} targets"
        )


@app.command()
def show(training_set: TrainingSetArgument, *, as_json: Json = False, server: Server) -> None:
    """Show the examples of a training set."""
    with connected(server) as client:
        examples = client.training_set(training_set).examples()
    if as_json:
        say_json(examples.message)
        return
    inputs, targets = examples.inputs, examples.targets
    show_table(
        ["example", "inputs", "targets"],
        (
            [str(place), listed(inputs[place]), listed(targets[place])]
            for place in range(min(_MOST_EXAMPLES, len(inputs)))
        ),
    )
    if len(inputs) > _MOST_EXAMPLES:
        say(f"[dim]and {len(inputs) - _MOST_EXAMPLES:,} more; --json prints all[/]")


@app.command()
def delete(training_set: TrainingSetArgument, *, server: Server) -> None:
    """Delete a training set. Histories that were made with it stay complete."""
    with connected(server) as client:
        client.training_set(training_set).delete()
    say(f"training set [cyan]{escape(training_set)}[/] is deleted")


def _read(file: Path) -> list[list[float]]:
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            return [[float(value) for value in row] for row in csv.reader(lines) if row]
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint="FILE.csv") from None
