"""The command that reads weights of other libraries: import-weights."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.networks import described
from clearprop.cli.options import CostName, Json
from clearprop.cli.output import say_json
from clearprop.cli.parsers import activation_words, one_of
from clearprop.cli.server_options import Server
from clearprop.cli.written_files import file_errors_shown
from clearprop.values import LAYOUTS

_Network = Annotated[
    str,
    typer.Argument(
        metavar="NETWORK", help="The id of the network, which is created if it does not exist."
    ),
]
_File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="A file .npz, .safetensors or .onnx with fully connected layers.",
    ),
]
_Activations = Annotated[
    str,
    typer.Option(
        "--activations",
        metavar="WORDS",
        help="The activation of all layers, or one for each layer after the inputs, such as"
        " relu,softmax.",
        show_default="those of the file or of the network",
    ),
]
_Layout = Annotated[
    str | None,
    typer.Option(
        "--layout",
        metavar="WORD",
        parser=one_of("layout", LAYOUTS),
        help="The layout of the matrices: units-inputs, as in PyTorch, or inputs-units, as in"
        " Keras.",
        show_default="from the names and shapes",
    ),
]


def import_weights(  # noqa: PLR0913 - an argument for each option of the command
    network: _Network,
    file: _File,
    *,
    activations: _Activations = "",
    cost: CostName = None,
    layout: _Layout = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Give a network the weights of a model of another library.

    A network that does not exist is created. One that exists must have the shape of the model; all
    of its parameters are reset by one update. --activations is needed for a new network unless the
    file has them.
    """
    kind: Any = layout  # one of the words, or None
    with connected(server) as client, file_errors_shown():
        made = client.import_weights(
            network,
            file,
            activations=activation_words(activations),
            cost_function=cost or "",
            layout=kind,
        )
    if as_json:
        say_json(made.message)
    elif made.latest_update:
        say(
            f"Update {made.latest_update:,} of [cyan]{escape(made.id)}[/] sets all parameters to"
            f" those of {escape(str(file))}."
        )
    else:
        say(f"{described(made)}, with the weights of {escape(str(file))}.")
