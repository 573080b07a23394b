"""`clearprop generate`: creates a training set whose examples the service makes."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import counted
from clearprop.cli.options import Json
from clearprop.cli.output import say_json, show_warnings
from clearprop.cli.parsers import one_of, real_number, whole_number
from clearprop.cli.server_options import Server
from clearprop.cli.suggestions import show_suggestion
from clearprop.cli.table_descriptions import described_generator
from clearprop.v1.training_set_pb2 import GeneratorKind
from clearprop.values import enum_word

KINDS = [enum_word(GeneratorKind, each) for each in GeneratorKind.values()[1:]]

Kind = Annotated[
    str,
    typer.Argument(
        metavar="GENERATOR",
        parser=one_of("generator", KINDS),
        help=(
            "The points: circle, moons, spiral, gauss and quadrants have two classes; plane and"
            " peaks have numbers to predict."
        ),
    ),
]
SetName = Annotated[
    str,
    typer.Option(metavar="ID", help="The id of the training set.", show_default="as the generator"),
]
ExampleCount = Annotated[
    int, typer.Option(metavar="N", parser=whole_number(2), help="The number of examples.")
]
Noise = Annotated[
    float,
    typer.Option(
        metavar="DEVIATION",
        parser=real_number,
        help="The standard deviation of the noise in both inputs, which are within ±6.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        parser=whole_number(0),
        help="The seed: the same one gives the same examples.",
        show_default="chosen by the server",
    ),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Delete a training set with this id in the same step.")
]


def generate(  # noqa: PLR0913 - an argument for each option of the command
    kind: Kind,
    *,
    name: SetName = "",
    examples: ExampleCount = 200,
    noise: Noise = 0.0,
    seed: Seed = None,
    replace: Replace = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a training set of points in the plane."""
    with connected(server) as client:
        made = client.generate_training_set(
            name or kind, kind, examples=examples, noise=noise, seed=seed, replace=replace
        )
        made = client.training_set(made.id)  # with its warnings
    if as_json:
        say_json(made.message)
        return
    say(
        f"Training set [cyan]{escape(made.id)}[/]: {counted(made.example_count, 'example')},"
        f" {described_generator(made)}"
    )
    show_warnings(made.warnings)
    show_suggestion(made)
