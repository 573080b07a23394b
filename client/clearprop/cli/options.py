"""The arguments and options that several commands share."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from clearprop.cli.parsers import ACTIVATIONS, one_of, real_number, whole_number
from clearprop.v1.network_pb2 import CostFunction, InitializerKind
from clearprop.values import enum_word

Json = Annotated[bool, typer.Option("--json", help="Print API messages as JSON, one per line.")]

NetworkId = Annotated[str, typer.Argument(metavar="NETWORK", help="The id of the network.")]

Layers = Annotated[
    str,
    typer.Option("--layers", metavar="SIZES", help="The layer sizes, inputs first, such as 2-5-1."),
]

Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        parser=whole_number(),
        help="The seed of the initial weights.",
        show_default="chosen by the server",
    ),
]

TrainingSetId = Annotated[
    str,
    typer.Option("--on", metavar="SET", help="The id of the training set, such as xor."),
]

FirstPosition = Annotated[
    int,
    typer.Option(
        "--from-position",
        metavar="N",
        parser=whole_number(least=1),
        help="Start at the Nth example of the batch.",
    ),
]

NextUpdate = Annotated[
    bool, typer.Option("--next", help="Show the next update without applying it.")
]

FirstUpdate = Annotated[
    int | None,
    typer.Option(
        "--from",
        metavar="N",
        parser=whole_number(),
        help="The first update.",
        show_default="the earliest",
    ),
]

LastUpdate = Annotated[
    int | None,
    typer.Option(
        "--to",
        metavar="N",
        parser=whole_number(),
        help="The last update.",
        show_default="the latest",
    ),
]

UpdateNumber = Annotated[
    int | None,
    typer.Option(
        "--update",
        metavar="N",
        parser=whole_number(),
        help="The number of the update.",
        show_default="the latest",
    ),
]

_COSTS = [enum_word(CostFunction, each) for each in CostFunction.values()[1:]]
_INITIALIZERS = [
    enum_word(InitializerKind, each)
    for each in InitializerKind.values()[1:]
    if each != InitializerKind.INITIALIZER_KIND_EXPLICIT
]


Activations = Annotated[
    str,
    typer.Option(
        "--activations",
        metavar="WORDS",
        help="The activation of all layers, or one for each layer after the inputs, such as"
        f" relu,softmax. Choices: {', '.join(ACTIVATIONS)}.",
        show_default="sigmoid",
    ),
]

CostName = Annotated[
    str | None,
    typer.Option(
        "--cost",
        metavar="WORD",
        parser=one_of("cost function", _COSTS),
        help=f"The cost function: {', '.join(_COSTS)}.",
        show_default="from the output activation",
    ),
]

Bias = Annotated[bool, typer.Option("--bias/--no-bias", help="Whether units have a bias.")]


def _initializer(default: str) -> Any:  # noqa: ANN401 - typer's type for it
    return typer.Option(
        "--initializer",
        metavar="WORD",
        parser=one_of("initializer", _INITIALIZERS),
        help=f"The distribution of the initial weights: {', '.join(_INITIALIZERS)}.",
        show_default=default,
    )


InitializerName = Annotated[str | None, _initializer("uniform")]
OtherInitializer = Annotated[str | None, _initializer("that of the network")]

Low = Annotated[
    float | None,
    typer.Option(
        "--low",
        metavar="NUMBER",
        parser=real_number,
        help="The lower limit of the uniform initializer, inclusive.",
        show_default="-0.12",
    ),
]

Deviation = Annotated[
    float | None,
    typer.Option(
        "--deviation",
        metavar="NUMBER",
        parser=real_number,
        help="The standard deviation of the normal initializer.",
        show_default="0.05",
    ),
]

High = Annotated[
    float | None,
    typer.Option(
        "--high",
        metavar="NUMBER",
        parser=real_number,
        help="The upper limit of the uniform initializer, exclusive.",
        show_default="0.12",
    ),
]

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def given(options: Mapping[str, object]) -> Any:  # noqa: ANN401 - as any of the client's options
    """Return the options that are not None."""
    return {name: value for name, value in options.items() if value is not None}
