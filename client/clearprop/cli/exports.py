"""Commands that write and read files of networks: export, import-network."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Annotated, Any

import typer
from rich.markup import escape

from clearprop.cli.connection import connected, show_failure
from clearprop.cli.networks import described
from clearprop.cli.options import Json, NetworkId, UpdateNumber
from clearprop.cli.output import say, say_json
from clearprop.cli.parsers import one_of
from clearprop.cli.server_options import Server
from clearprop.v1.training_service_pb2 import ExportFormat
from clearprop.values import enum_word

_FORMATS = [enum_word(ExportFormat, each) for each in ExportFormat.values()[1:]]

_STDOUT = "-"


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
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    server: Server,
) -> None:
    """Write a network or its history to a file.

    The file is complete, or it is not written.
    """
    kind: Any = file_format  # one of the words
    _check_folder(output)
    with connected(server) as client, file_errors_shown():
        found = client.network(network).export(kind, update=update, float32=float32)
        if output == _STDOUT:
            _show(found)
            return
        path = _path(Path(output), found.file_name)
        written = _write(found, path, force=force)
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


def _check_folder(output: str) -> None:
    """End the command with exit code 1 if the folder of the output does not exist."""
    if output == _STDOUT:
        return
    folder = Path(output) if output.endswith(("/", os.sep)) else Path(output).parent
    if not folder.is_dir():
        show_failure(f"Folder {folder} does not exist. Create it, or choose another --output.")
        raise typer.Exit(1)


def _path(output: Path, file_name: str) -> Path:
    """Return the file to write: that of the output, or one with the server's name in a folder."""
    return output / Path(file_name).name if output.is_dir() else output


def _write(chunks: Iterable[bytes], path: Path, *, force: bool) -> int:
    """Write a file under a temporary name, rename it when it is complete, and return its size."""
    _check_free(path, force=force)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            written = sum(file.write(chunk) for chunk in chunks)
        _check_free(path, force=force)
        part.replace(path)
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # not that of the temporary file
        raise
    finally:
        part.unlink(missing_ok=True)
    return written


def _check_free(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        show_failure(
            f"{path} already exists. Choose another --output, or replace the file with --force."
        )
        raise typer.Exit(1)


def _show(chunks: Iterable[bytes]) -> None:
    """Write a file to standard output once it is complete."""
    with TemporaryFile() as file:
        file.writelines(chunks)
        file.seek(0)
        copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


@contextmanager
def file_errors_shown() -> Iterator[None]:
    """End the command with exit code 1 where a file cannot be read or written."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of the output has closed it: commands end silently then
    except OSError as error:
        name = "" if error.filename is None else f"{error.filename}: "
        show_failure(f"{name}{error.strerror or error}.")
        raise typer.Exit(1) from None
