"""`clearprop training-sets`: list, show and delete training sets."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop.cli.command_group import PlainCommand, PlainGroup
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import counted, listed, number
from clearprop.cli.options import Json, Yes
from clearprop.cli.output import say_json, show_table, show_warnings
from clearprop.cli.parsers import example_indices
from clearprop.cli.server_options import Server, with_server_options
from clearprop.cli.suggestions import show_suggestion
from clearprop.cli.table_descriptions import described_generator, described_images, show_columns
from clearprop.training_warnings import warnings_of

app = typer.Typer(cls=PlainGroup, add_completion=False, rich_markup_mode=None)

_MOST_EXAMPLES = 20

TrainingSetArgument = Annotated[
    str, typer.Argument(metavar="SET", help="The id of the training set.")
]
ExamplesOption = Annotated[
    str,
    typer.Option(
        metavar="NUMBERS",
        help="The examples to show, counted from 1 and separated by commas.",
        show_default=f"the first {_MOST_EXAMPLES}; with --json all",
    ),
]


@app.callback(invoke_without_command=True)
@with_server_options
def training_sets(context: typer.Context, *, as_json: Json = False, server: Server) -> None:
    """List, show and delete training sets.

    Without a command, lists the training sets.
    """
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
                "built in"
                if each.is_built_in
                else described_images(each) or described_generator(each),
            ]
            for each in found
        ),
    )


@app.command(cls=PlainCommand)
@with_server_options
def show(
    training_set: TrainingSetArgument,
    *,
    examples: ExamplesOption = "",
    as_json: Json = False,
    server: Server,
) -> None:
    """Show the examples of a training set, and warnings about it."""
    with connected(server) as client:
        found = client.training_set(training_set)
        places = example_indices(examples) or range(min(_MOST_EXAMPLES, found.example_count))
        read = found.examples(None if as_json and not examples else places)
    if as_json:
        say_json(read.message)
        return
    if found.image_shape:
        say(f"The inputs are {described_images(found)}")
    if found.generator:
        say(f"The examples are {described_generator(found)}")
    if read.message.HasField("table"):
        show_columns(read.message.table)
    inputs, targets, weights = read.inputs, read.targets, read.weights
    is_weighted = any(weight != 1.0 for weight in weights)
    show_table(
        ["example", "inputs", "targets", *["weight"] * is_weighted],
        (
            [
                str(place + 1),
                listed(inputs[row]),
                listed(targets[row]),
                *[number(float(weights[row]))] * is_weighted,
            ]
            for row, place in enumerate(places)
        ),
    )
    if not examples and found.example_count > len(places):
        say(
            f"[dim]{found.example_count - len(places):,} more are not shown. --examples selects"
            " others, and --json prints all.[/]"
        )
    show_warnings(warnings_of(read.message.warnings))
    show_suggestion(found)


@app.command(cls=PlainCommand)
@with_server_options
def delete(training_set: TrainingSetArgument, *, yes: Yes = False, server: Server) -> None:
    """Delete a training set.

    The networks that were trained on it keep their histories.
    """
    with connected(server) as client:
        found = client.training_set(training_set)
        if not yes:
            examples = counted(found.example_count, "example")
            question = f"Delete training set {training_set} and its {examples} permanently?"
            typer.confirm(question, abort=True, err=True)
        found.delete()
    say(f"Training set [cyan]{escape(training_set)}[/] is deleted.")
