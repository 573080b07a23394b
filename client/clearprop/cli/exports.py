"""Commands that take networks out of a server and in again: export, import-network."""

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
from clearprop.cli.options import Json, NetworkId, Server, UpdateNumber, one_of
from clearprop.cli.output import say, say_json
from clearprop.v1.training_service_pb2 import ExportFormat
from clearprop.values import enum_word

_FORMATS = [enum_word(ExportFormat, each) for each in ExportFormat.values()[1:]]

_STDOUT = Path("-")


def export(
    network: NetworkId,
    *,
    file_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="WORD",
            parser=one_of(_FORMATS),
            help="json: all of the network, for import-network; npz: its parameters, for NumPy;"
            " onnx: from inputs to outputs, for other runtimes; csv: its history up to the update.",
        ),
    ] = "json",
    update: UpdateNumber = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to write it, - for standard output.",
            show_default="a name that says what it is",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
    server: Server,
) -> None:
    """Write a network or its history to a file.

    The file is complete, or it is not written.
    """
    kind: Any = file_format  # one of the words
    with connected(server) as client, _telling(output):
        found = client.network(network).export(kind, update=update)
        if output == _STDOUT:
            _show(found)
            return
        path = _place(output, found.file_name)
        written = _write(found, path, force=force)
    say(f"[cyan]{escape(str(path))}[/]: {written:,} bytes")


def import_network(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.json",
            exists=True,
            dir_okay=False,
            help="What export --format json has written.",
        ),
    ],
    *,
    network: Annotated[
        str,
        typer.Option(metavar="ID", help="Its id.", show_default="one that the server makes"),
    ] = "",
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a network from an exported file.

    Its parameters are equal to the exported ones, bit for bit.
    """
    with _telling(file):
        document = file.read_bytes()
    with connected(server) as client:
        made = client.import_network(document, network)
    if as_json:
        say_json(made.message)
    else:
        say(f"{described(made)}, imported from {escape(str(file))}")


def _place(output: Path | None, file_name: str) -> Path:
    """Return where to write: the file that was named, or one of the server's name in a folder."""
    folder = output or Path()
    return folder / Path(file_name).name if folder.is_dir() else folder


def _write(pieces: Iterable[bytes], path: Path, *, force: bool) -> int:
    """Write a file under another name, which it loses when it is whole; return its size."""
    _check_free(path, force=force)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            written = sum(file.write(piece) for piece in pieces)
        _check_free(path, force=force)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return written


def _check_free(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        show_failure(f"{path} exists: name another --output, or write over it with --force")
        raise typer.Exit(1)


def _show(pieces: Iterable[bytes]) -> None:
    """Write a file to standard output when all of it has come, however slowly that is read."""
    with TemporaryFile() as file:
        file.writelines(pieces)
        file.seek(0)
        copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


@contextmanager
def _telling(path: Path | None) -> Iterator[None]:
    """End the command with exit code 1 and what the system says where a file cannot be used."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever reads has enough: every command ends quietly then
    except OSError as error:
        show_failure(f"{error.filename or path}: {error.strerror}")
        raise typer.Exit(1) from None
