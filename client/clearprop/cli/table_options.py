"""The options of the commands that read tables, and how they are parsed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from clearprop.cli.console import out, show_failure
from clearprop.cli.parsers import real_number
from clearprop.tables.bad_table import BadTable
from clearprop.tables.choices import names_of
from clearprop.tables.csv_files import CsvForm
from clearprop.tables.delimiters import is_delimiter
from clearprop.tables.files import kind_of
from clearprop.tables.sources import Source

#: The name of a table that is standard input.
STDIN = Path("-")

Delimiter = Annotated[
    str,
    typer.Option(
        metavar="CHAR",
        help="The delimiter of the columns: a character, tab or space.",
        show_default="guessed from the first lines",
    ),
]
Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="Whether the first line has column names. If not, columns are named 1, 2, 3, ….",
        show_default="--header",
    ),
]
DecimalComma = Annotated[
    bool,
    typer.Option("--decimal-comma", help="Read 1,5 as 1.5. Decimal points are then invalid."),
]


def existing_file(file: Path | None) -> Path | None:
    """Return the file of a table as it is given. Raises typer.BadParameter if it does not exist."""
    if file is not None and file != STDIN and not file.exists():
        raise typer.BadParameter(f"file {str(file)!r} does not exist.")
    return file


@contextmanager
def given_file(file: Path) -> Iterator[Path]:
    """Yield a file, or a copy of standard input for `-`: tables are read from files only."""
    if file != STDIN:
        yield file
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder, "standard input")
        with copy.open("wb") as content:
            copyfileobj(sys.stdin.buffer, content)
        yield copy


def csv_form(file: Path, delimiter: str, header: bool | None, decimal_comma: bool) -> CsvForm:
    """Return the form of a CSV file. Raises typer.BadParameter for options of another file."""
    if delimiter and not is_delimiter(delimiter):
        raise typer.BadParameter("Use one character, tab or space.", param_hint="'--delimiter'")
    form = CsvForm(delimiter, header, decimal_comma)
    if form != CsvForm() and kind_of(file) != "csv":
        raise typer.BadParameter(
            f"These options are for CSV tables, not for {file.suffix or kind_of(file)} files.",
            param_hint="'--delimiter' / '--header' / '--no-header' / '--decimal-comma'",
        )
    return form


def filling(text: str | float) -> str | float:
    """Parse what replaces missing numbers: mean, median or a number."""
    if isinstance(text, str) and text in ("mean", "median"):
        return text
    try:
        return real_number(text)
    except typer.BadParameter:
        raise typer.BadParameter(f"{text!r} is not mean, median or a number.") from None


def image_shape(text: str | list[int]) -> list[int]:
    """Parse the height and width of an image, such as 8x8, and 3 channels, such as 8x8x3."""
    if not isinstance(text, str):  # a default
        return text
    sizes = text.lower().replace("×", "x").split("x")
    are_sizes = all(each.isdecimal() and each.isascii() and 0 < int(each) < 2**31 for each in sizes)
    if not are_sizes or len(sizes) not in (2, 3) or sizes[2:] not in ([], ["1"], ["3"]):
        raise typer.BadParameter(f"{text!r} is not a shape such as 8x8 or 8x8x3.")
    return [int(each) for each in sizes]


def named(text: str, source: Source) -> list[str]:
    """Return the names in an option: those of columns, of which one may have commas itself."""
    if not text or text in source.names or text in source.groups:
        return [text] if text else []
    return names_of(text)


@contextmanager
def bad_tables(file: Path) -> Iterator[None]:
    """End the command with exit code 1 for a table that is not valid."""
    try:
        yield
    except BadTable as error:
        show_failure(f"{'standard input' if file == STDIN else file}: {error}")
        raise typer.Exit(1) from None


@contextmanager
def shown_progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal during the block, and nothing in a pipe."""
    if not out.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task(escape(title), total=total)
        yield lambda done: progress.update(task, completed=done)
