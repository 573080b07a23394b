"""The arguments and options that several commands share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from clearprop.addresses import DEFAULT_SERVER
from clearprop.cli.settings import server_address
from clearprop.v1.network_pb2 import Activation, CostFunction, InitializerKind
from clearprop.values import enum_word

Server = Annotated[
    str,
    typer.Option(
        "--server",
        metavar="HOST:PORT",
        default_factory=server_address,
        show_default=f"CLEARPROP_SERVER, or {DEFAULT_SERVER}",
        help="The server to talk to.",
    ),
]

Json = Annotated[
    bool, typer.Option("--json", help="Print the contract's messages as JSON, one on each line.")
]

NetworkId = Annotated[str, typer.Argument(metavar="NETWORK", help="The network's id.")]

Layers = Annotated[
    str,
    typer.Option(
        "--layers", metavar="SIZES", help="The sizes of the layers, inputs first, such as 2-5-1."
    ),
]

Seed = Annotated[
    int | None,
    typer.Option("--seed", help="The seed of the initial weights. The server picks one if absent."),
]

TrainingSetId = Annotated[
    str,
    typer.Option("--on", metavar="SET", help="The training set, such as xor."),
]

FirstPlace = Annotated[
    int,
    typer.Option("--from-place", metavar="N", min=1, help="Begin at this place in the batch."),
]

NextUpdate = Annotated[
    bool, typer.Option("--next", help="Look at the update that would come next; it is not made.")
]

UpdateNumber = Annotated[
    int | None,
    typer.Option("--update", metavar="N", help="The update to look at. The latest if absent."),
]

_ACTIVATIONS = [enum_word(Activation, each) for each in Activation.values()[1:]]
_COSTS = [enum_word(CostFunction, each) for each in CostFunction.values()[1:]]
_INITIALIZERS = [
    enum_word(InitializerKind, each)
    for each in InitializerKind.values()[1:]
    if each != InitializerKind.INITIALIZER_KIND_EXPLICIT
]


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """Return what checks that an option is one of these words; wrong usage if it is not."""

    def check(word: str) -> str:
        if word not in words:
            raise typer.BadParameter(f"there is no {word!r}: choose from {', '.join(words)}")
        return word

    return check


Activations = Annotated[
    str,
    typer.Option(
        "--activations",
        metavar="WORDS",
        help=f"One for all layers, or one for each after the inputs, such as relu,softmax:"
        f" {', '.join(_ACTIVATIONS)}.",
        show_default="sigmoid",
    ),
]

CostName = Annotated[
    str | None,
    typer.Option(
        "--cost",
        metavar="WORD",
        parser=one_of(_COSTS),
        help=f"What training minimises: {', '.join(_COSTS)}.",
        show_default="what suits the outputs",
    ),
]

Bias = Annotated[bool, typer.Option("--bias/--no-bias", help="Give every unit a bias.")]

InitializerName = Annotated[
    str | None,
    typer.Option(
        "--initializer",
        metavar="WORD",
        parser=one_of(_INITIALIZERS),
        help=f"How the initial weights are made: {', '.join(_INITIALIZERS)}.",
        show_default="uniform",
    ),
]

Low = Annotated[
    float | None,
    typer.Option("--low", help="The least initial weight, of uniform.", show_default="-0.12"),
]

High = Annotated[
    float | None,
    typer.Option("--high", help="Above all initial weights, of uniform.", show_default="0.12"),
]


def given(options: Mapping[str, object]) -> Any:  # noqa: ANN401 - as any of the client's options
    """Return the options that were given: those that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def activation_words(text: str) -> list[str]:
    """Return the activations that `relu,softmax` names; wrong usage if there is no such one."""
    check = one_of(_ACTIVATIONS)
    try:
        return [check(word) for word in text.split(",")] if text else []
    except typer.BadParameter as error:
        error.param_hint = "--activations"
        raise


def layer_sizes(text: str) -> list[int]:
    """Return the sizes that `2-5-1` or `2,5,1` names; wrong usage if it is neither."""
    try:
        return [int(size) for size in text.replace(",", "-").split("-")]
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} are no layer sizes: give them as 2-5-1", param_hint="--layers"
        ) from None


def numbers(text: str, hint: str) -> list[float]:
    """Return the numbers that `0.5,1` names; wrong usage if it names others."""
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} are no numbers: give them as 0.5,1", param_hint=hint
        ) from None
