"""The arguments and options that several commands share."""

from typing import Annotated

import typer

from service.settings import DEFAULT_GRPC, client_target

Server = Annotated[
    str,
    typer.Option(
        "--server",
        metavar="HOST:PORT",
        default_factory=client_target,
        show_default=f"CLEARPROP_SERVER, or {DEFAULT_GRPC}",
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

_LEARNING_RATE = typer.Option(
    "--learning-rate", metavar="RATE", help="How far an update goes against the gradient."
)
_BATCH_SIZE = typer.Option(
    "--batch-size", metavar="N", help="How many examples an update averages over."
)
_EPOCHS = typer.Option("--epochs", metavar="N", help="How often the run goes through the set.")

LearningRate = Annotated[float, _LEARNING_RATE]
BatchSize = Annotated[int, _BATCH_SIZE]
Epochs = Annotated[int, _EPOCHS]

#: The same where a command does without them.
LearningRateOrNone = Annotated[float | None, _LEARNING_RATE]
BatchSizeOrNone = Annotated[int | None, _BATCH_SIZE]
EpochsOrNone = Annotated[int | None, _EPOCHS]

UpdateNumber = Annotated[
    int | None,
    typer.Option("--update", metavar="N", help="The update to look at. The latest if absent."),
]


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
