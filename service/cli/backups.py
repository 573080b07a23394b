"""`clearprop backup` and `clearprop restore`: copies of the store of a server, and back."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from clearprop.cli.connection import connected
from clearprop.cli.console import say, sentence, show_failure
from clearprop.cli.number_format import counted
from clearprop.cli.parsers import duration, whole_number
from clearprop.cli.server_options import Server
from rich.markup import escape

from service.cli.setting_options import with_settings_options
from service.settings import read_settings
from storage.backups import (
    copy_of_stopped,
    remove_backup,
    remove_unfinished,
    restore_backup,
    write_backup,
)
from storage.errors import CannotOpenStore, CannotRestore, DamagedDatabase
from storage.verifying import VerifiedDatabase

_NAME = "clearprop-{:%Y%m%dT%H%M%SZ}.db"
_NAMES = re.compile(r"clearprop-\d{8}T\d{6}Z\.db")


def backup(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The file to write, or a folder: the file is then named by time."
        ),
    ],
    *,
    database: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Back up this database of a server that is stopped, instead of asking a server.",
            show_default="that of the running server",
        ),
    ] = "",
    every: Annotated[
        timedelta | None,
        typer.Option(
            metavar="DURATION",
            parser=duration,
            help="Back up at this interval, such as 6h, until the command is stopped; FILE is a"
            " folder.",
            show_default="once",
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole_number(least=1),
            help="With --every, keep this number of backups and delete older ones.",
            show_default="all",
        ),
    ] = None,
    server: Server,
) -> None:
    """Back up the store of a server.

    The server continues to train and to answer calls. FILE is a SQLite database, which is verified
    before it gets its name; its SHA-256 is in FILE.sha256.
    """
    if keep and not every:
        _fail("--keep needs --every.")
    if not every:
        _back_up(file, database, server)
        return
    if not file.is_dir():
        _fail(f"With --every, FILE must be a folder, and {file} is none. Create it.")
    remove_unfinished(file)
    while True:
        begin = time.monotonic()
        try:
            _back_up(file, database, server)
        except typer.Exit:
            say("[yellow]No backup was made; the next one follows at its time.[/]")
        else:
            _remove_old(file, keep)
        time.sleep(max(0.0, begin + every.total_seconds() - time.monotonic()))


@with_settings_options("database")
def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file that `clearprop backup` has written.")
    ],
    **options: Any,  # noqa: ANN401 (of any setting)
) -> None:
    """Create the store of a server from a backup.

    The server must be stopped, and the database must not exist. The backup is verified before the
    database gets its name. Runs that were active resume when the server is started.
    """
    with _failures_shown():
        url = read_settings(**options).settings.database
        found = restore_backup(file, url)
    say(f"Restored [cyan]{escape(str(file))}[/] to {escape(url)}: {_described(found)}")


def _back_up(file: Path, database: str, server: Server) -> None:
    """Write one backup. Ends the command with exit code 1 if that fails."""
    with _failures_shown():
        if database:
            with copy_of_stopped(database) as chunks:
                path = file / _NAME.format(datetime.now(UTC)) if file.is_dir() else file
                found = write_backup(chunks, path)
        else:
            with connected(server) as client:
                copy = client.back_up()
                path = file / Path(copy.file_name).name if file.is_dir() else file
                found = write_backup(copy, path)
        size = path.stat().st_size
    say(f"[cyan]{escape(str(path))}[/]: {size:,} bytes, {_described(found)}")


def _remove_old(folder: Path, keep: int | None) -> None:
    """Delete all backups but the newest ones, if a number is given."""
    names = sorted(each.name for each in folder.iterdir() if _NAMES.fullmatch(each.name))
    for name in names[:-keep] if keep else []:
        remove_backup(folder / name)
        say(f"Deleted [cyan]{escape(name)}[/].")


def _described(found: VerifiedDatabase) -> str:
    if found.networks is None or found.updates is None:
        return (
            f"of the older revision {found.revision}; its structure is verified, its rows when a"
            " server has migrated it."
        )
    networks, updates = counted(found.networks, "network"), counted(found.updates, "update")
    return f"{networks}, {updates}, verified."


def _fail(message: str) -> None:
    show_failure(message)
    raise typer.Exit(1)


@contextmanager
def _failures_shown() -> Iterator[None]:
    """End the command with exit code 1 where a backup cannot be written or restored."""
    try:
        yield
    except (CannotOpenStore, CannotRestore, DamagedDatabase, ValueError) as error:
        show_failure(sentence(str(error)))
        raise typer.Exit(1) from None
    except OSError as error:
        name = "" if error.filename is None else f"{error.filename}: "
        show_failure(f"{name}{error.strerror or error}.")
        raise typer.Exit(1) from None
