"""Files that commands write: complete or not at all."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Annotated

import typer

from clearprop.cli.console import show_failure

#: The name of an output that is standard output.
STDOUT = "-"

Force = Annotated[bool, typer.Option("--force", help="Replace an existing file.")]


def check_folder(output: str) -> None:
    """End the command with exit code 1 if the folder of the output does not exist."""
    if output == STDOUT:
        return
    folder = Path(output) if output.endswith(("/", os.sep)) else Path(output).parent
    if not folder.is_dir():
        show_failure(f"Folder {folder} does not exist. Create it, or choose another --output.")
        raise typer.Exit(1)


def path_in(output: Path, file_name: str) -> Path:
    """Return the file to write: that of the output, or one with the server's name in a folder."""
    return output / Path(file_name).name if output.is_dir() else output


def write_file(chunks: Iterable[bytes], path: Path, *, force: bool) -> int:
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


def show_file(chunks: Iterable[bytes]) -> None:
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
