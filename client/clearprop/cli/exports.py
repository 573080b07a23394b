"""Commands that write and read files of networks: export, import-network."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.networks import described
from clearprop.cli.options import Json, NetworkId, UpdateNumber
from clearprop.cli.output import say_json
from clearprop.cli.parsers import one_of
from clearprop.cli.server_options import Server
from clearprop.cli.written_files import (
    STDOUT,
    Force,
    check_folder,
    file_errors_shown,
    path_in,
    show_file,
    write_file,
)
from clearprop.v1.training_service_pb2 import ExportFormat
from clearprop.values import enum_word

_FORMATS = [enum_word(ExportFormat, each) for each in ExportFormat.values()[1:]]


def export(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    file_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="WORD",
            parser=one_of("format", _FORMATS),
            help="json: the network, for import-network. npz: its parameters, for NumPy. onnx: the"
            " function from inputs to outputs, for other runtimes. csv: the history. safetensors:"
            " its parameters, for PyTorch. c, python: the function as source code without"
            " dependencies.",
        ),
    ] = "json",
    float32: Annotated[
        bool,
        typer.Option("--float32", help="Round the numbers of npz, onnx or safetensors to 32 bits."),
    ] = False,
    update: UpdateNumber = None,
    output: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="The file or folder to write to; - is standard output.",
            show_default="named by network and update",
        ),
    ] = "",
    force: Force = False,
    server: Server,
) -> None:
    """Write a network or its history to a file.

    The file is complete, or it is not written.
    """
    kind: Any = file_format  # one of the words
    check_folder(output)
    with connected(server) as client, file_errors_shown():
        found = client.network(network).export(kind, update=update, float32=float32)
        if output == STDOUT:
            show_file(found)
            return
        path = path_in(Path(output), found.file_name)
        written = write_file(found, path, force=force)
    say(f"[cyan]{escape(str(path))}[/]: {written:,} bytes")


def import_network(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.json",
            exists=True,
            dir_okay=False,
            help="A file that was written by export --format json.",
        ),
    ],
    *,
    network: Annotated[
        str,
        typer.Option(
            metavar="ID", help="The id of the network.", show_default="chosen by the server"
        ),
    ] = "",
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a network from an exported file.

    Its parameters are equal to the exported ones, bit for bit.
    """
    with file_errors_shown():
        document = file.read_bytes()
    with connected(server) as client:
        made = client.import_network(document, network)
    if as_json:
        say_json(made.message)
    else:
        say(f"{described(made)}, imported from {escape(str(file))}.")
