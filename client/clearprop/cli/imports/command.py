"""The command: reads a file, uploads it, and prints a summary."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from re import sub
from typing import Annotated, Generic, TypeVar

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from clearprop import TrainingSet
from clearprop.cli.connection import connected, show_failure
from clearprop.cli.imports.columns import listed_names, names_of
from clearprop.cli.imports.csv_files import Layout, read_csv
from clearprop.cli.imports.delimiters import is_delimiter
from clearprop.cli.imports.rows import BadFile, Imported
from clearprop.cli.number_format import counted
from clearprop.cli.options import Json
from clearprop.cli.output import out, say, say_json, show_warnings
from clearprop.cli.parsers import real_number
from clearprop.cli.server_options import Server
from clearprop.cli.watches import RETRY_TIMEOUT

RowT = TypeVar("RowT")

#: The bar moves after this many examples.
_EXAMPLES = 1_000

_MOST_CLASSES = 20


File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE.csv|FILE.npz",
        exists=True,
        dir_okay=False,
        help="A table with column names on the first line (.csv, .csv.gz), or NumPy arrays (.npz).",
    ),
]
SetName = Annotated[
    str,
    typer.Option(
        metavar="ID", help="The id of the training set.", show_default="from the file name"
    ),
]
TargetNames = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="The target columns, separated by commas, or the target array in .npz.",
        show_default="for .npz: targets",
    ),
]
InputNames = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="The input columns, separated by commas, or the input array in .npz.",
        show_default="all other columns; for .npz: inputs",
    ),
]
WeightName = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="The column, or the array in .npz, with the weight of each example.",
        show_default="all weights are 1",
    ),
]
OneHotLabels = Annotated[
    bool,
    typer.Option(
        "--one-hot",
        help="The target is a class label: create one target per class, 1 or 0.",
    ),
]
Divisor = Annotated[
    float,
    typer.Option(
        metavar="NUMBER",
        parser=real_number,
        help="Divide all inputs by this number, such as 255 for pixels.",
    ),
]
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


def import_file(  # noqa: PLR0913 - an argument for each option of the command
    file: File,
    *,
    name: SetName = "",
    targets: TargetNames = "",
    inputs: InputNames = "",
    weights: WeightName = "",
    one_hot: OneHotLabels = False,
    divide_by: Divisor = 1.0,
    delimiter: Delimiter = "",
    header: Header = None,
    decimal_comma: DecimalComma = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a training set from a file.

    If anything in the file is wrong, nothing is stored.
    """
    layout = Layout(targets, inputs, delimiter, header, one_hot, divide_by, decimal_comma, weights)
    is_npz = file.suffix.lower() == ".npz"
    _check_usage(layout, is_npz=is_npz)
    try:
        with _progress(f"reading {file.name}", file.stat().st_size) as show:
            found = _read_arrays(file, layout) if is_npz else read_csv(file, layout, show)
    except BadFile as error:
        show_failure(f"{file}: {error}")
        raise typer.Exit(1) from None
    made = _upload(found, name or _id_of(file), server)
    if as_json:
        say_json(made.message)
    else:
        _report(made, found)


def _read_arrays(file: Path, layout: Layout) -> Imported:
    # Here, not above: all else works without NumPy.
    try:
        from clearprop.cli.imports.npz_files import Names, read_npz  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadFile("NumPy is needed to read it: pip install 'clearprop[numpy]'.") from None

    names = Names(layout.inputs or "inputs", layout.targets or "targets", layout.weights)
    return read_npz(file, names, one_hot=layout.one_hot, divisor=layout.divisor)


def _check_usage(layout: Layout, *, is_npz: bool) -> None:
    if not is_npz and not layout.targets:
        raise typer.BadParameter("Name the target columns of the table.", param_hint="'--targets'")
    if not is_npz and layout.one_hot and len(names_of(layout.targets)) > 1:
        raise typer.BadParameter("Name only one target column.", param_hint="'--one-hot'")
    if layout.delimiter and not is_delimiter(layout.delimiter):
        raise typer.BadParameter("Use one character, tab or space.", param_hint="'--delimiter'")
    if not (layout.divisor > 0.0 and isfinite(layout.divisor)):
        raise typer.BadParameter("Use a number greater than 0.", param_hint="'--divide-by'")
    if is_npz and (layout.delimiter or layout.header is not None or layout.decimal_comma):
        raise typer.BadParameter(
            "These options are for tables, not for .npz files.",
            param_hint="'--delimiter' / '--header' / '--no-header' / '--decimal-comma'",
        )


def _upload(found: Imported, name: str, server: Server) -> TrainingSet:
    with (
        _progress("sending", len(found.inputs)) as show,
        connected(server, retry_timeout=RETRY_TIMEOUT) as client,
    ):
        rows = _Counted(found.inputs, show)
        made = client.upload_training_set(name, rows, found.targets, weights=found.weights)
        return client.training_set(made.id)  # with its warnings


def _report(made: TrainingSet, found: Imported) -> None:
    counts = (
        counted(made.example_count, "example"),
        counted(made.input_count, "input"),
        counted(made.target_count, "target"),
    )
    say(f"Training set [cyan]{escape(made.id)}[/]: {', '.join(counts)}")
    if found.input_names:
        say(f"Inputs: {escape(listed_names(found.input_names))}")
    if found.classes is not None:
        listed = listed_names(found.classes, _MOST_CLASSES)
        (label,) = found.target_names
        say(f"Targets: the classes of {escape(label)} in this order: {escape(listed)}")
    show_warnings(made.warnings)


def _id_of(file: Path) -> str:
    """Return an id from the name of a file."""
    name = file.name.lower().removesuffix(".gz")
    words = sub(r"[^a-z0-9]+", "-", Path(name).stem).strip("-")
    return (words if words[:1].isalpha() else f"set-{words}")[:63].rstrip("-")


@dataclass(frozen=True, slots=True)
class _Counted(Generic[RowT]):
    """Rows that report how many were iterated over, each time from the start."""

    rows: Iterable[RowT]
    show: Callable[[int], None]

    def __iter__(self) -> Iterator[RowT]:
        for count, row in enumerate(self.rows):
            if count % _EXAMPLES == 0:
                self.show(count)
            yield row


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal during the block, and nothing in a pipe."""
    if not out.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task(escape(title), total=total)
        yield lambda done: progress.update(task, completed=done)
