"""`clearprop copy`: moves the store of a server to another database."""

from typing import Annotated

import typer
from clearprop.cli.console import say, sentence, show_failure
from clearprop.cli.number_format import counted
from rich.markup import escape


def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="The URL of a database that no server uses.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="The URL of a new database, or of an empty one.")
    ],
) -> None:
    """Copy all data of a stopped server to another database, and verify the copy.

    URLs are those of `clearprop serve --database`: sqlite:///FILE, postgresql://USER@HOST/DATABASE.
    If the command is interrupted, repeat it: it skips the rows that are copied already, and no
    server opens the new database before all of them are.
    """
    # Imported here because it takes longer than any client command.
    from storage.errors import CannotOpenStore, CannotTransfer, DamagedDatabase  # noqa: PLC0415
    from storage.transfer import transfer  # noqa: PLC0415
    from storage.urls import without_password  # noqa: PLC0415

    rows: dict[str, int] = {}

    def progress(table: str, written: int) -> None:
        if table not in rows:
            _show_last(rows)
        rows[table] = rows.get(table, 0) + written

    try:
        done = transfer(source, target, progress)
    except (CannotOpenStore, CannotTransfer, DamagedDatabase, ValueError, OSError) as error:
        show_failure(sentence(str(error)))
        raise typer.Exit(1) from None
    _show_last(rows)
    found = done.verified
    contents = f"{counted(found.networks or 0, 'network')}, {counted(found.updates or 0, 'update')}"
    shown = escape(without_password(target))
    say(f"Copied {counted(done.rows, 'row')} to {shown}: {contents}, verified.")


def _show_last(rows: dict[str, int]) -> None:
    for table, written in [*rows.items()][-1:]:
        say(f"{table}: {counted(written, 'row')}")
