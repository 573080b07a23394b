"""`clearprop predict`: a network's outputs."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.markup import escape

from clearprop import Network
from clearprop.cli.answers import answers_of, csv_of
from clearprop.cli.connection import connected
from clearprop.cli.console import err, out, say
from clearprop.cli.number_format import counted, listed, number
from clearprop.cli.options import Json, NetworkId, UpdateNumber
from clearprop.cli.output import say_json, show_table
from clearprop.cli.parsers import vector
from clearprop.cli.reasons import show_reasons
from clearprop.cli.server_options import Server
from clearprop.cli.table_options import (
    DecimalComma,
    Delimiter,
    Header,
    bad_tables,
    csv_form,
    existing_file,
    given_file,
)
from clearprop.cli.written_files import (
    STDOUT,
    Force,
    check_folder,
    file_errors_shown,
    show_file,
    write_file,
)
from clearprop.numerals import shown
from clearprop.snapshots import Prediction
from clearprop.tables.choices import listed_names
from clearprop.tables.csv_files import CsvForm
from clearprop.tables.decoding import columns_of_examples
from clearprop.tables.files import opened_table
from clearprop.tables.prediction import read_rows
from clearprop.tables.values import ValuesSource
from clearprop.training_set_infos import Examples
from clearprop.values import Matrix, MatrixLike

_Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUTS",
        help="Input vectors such as 0,1, or values of a network's columns in order, such as"
        " 31,nurse. Write -- before negative numbers: -- -1,0.",
    ),
]
_Set = Annotated[str, typer.Option(metavar="SET", help="Use the inputs of this training set.")]
_File = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        dir_okay=False,
        callback=existing_file,
        help="Use the columns of this table, such as new.csv; - is standard input. See `clearprop"
        " import`.",
    ),
]
_Answers = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="The CSV file for the answers to --from; - is standard output."
    ),
]
_Why = Annotated[
    bool,
    typer.Option(
        "--why",
        help="For INPUTS, also show which units raise the largest output most above the next one.",
    ),
]


class _TableFile(NamedTuple):
    """A table as it was given, the file that has it, and how it is read."""

    given: Path
    file: Path
    form: CsvForm


class _Output(NamedTuple):
    """Where answers go, and from which update they are."""

    path: str
    update: int | None
    force: bool
    as_json: bool


def predict(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    inputs: _Inputs = None,
    *,
    on: _Set = "",
    table: _File = None,
    output: _Answers = "",
    force: Force = False,
    delimiter: Delimiter = "",
    header: Header = None,
    decimal_comma: DecimalComma = False,
    update: UpdateNumber = None,
    why: _Why = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Compute a network's outputs."""
    _check_sources([bool(inputs), bool(on), table is not None], why=why)
    if table is not None:
        answers = _Output(output, update, force=force, as_json=as_json)
        with given_file(table) as file:
            form = csv_form(file, delimiter, header, decimal_comma)
            _predict_table(network, _TableFile(table, file, form), answers, server)
        return
    if output or force or CsvForm(delimiter, header, decimal_comma) != CsvForm():
        raise typer.BadParameter("This option is for --from.", param_hint="'--output'")
    with connected(server) as client:
        asked = client.network(network)
        shown_inputs: MatrixLike | Sequence[Sequence[str]]
        targets: MatrixLike | None = None
        if on:
            examples = client.training_set(on).examples()
            shown_inputs, targets = examples.inputs, examples.targets
            prediction = asked.predict(_inputs_of(asked, examples), update=update)
        else:
            shown_inputs, prediction = _predict_inputs(asked, inputs or (), update, why=why)
    if as_json:
        say_json(prediction.message)
        return
    names = escape(listed_names(prediction.output_names))
    say(f"Outputs{f' ({names})' if names else ''} at update {prediction.update:,}:")
    show_outputs(shown_inputs, targets, prediction.outputs, answers_of(prediction))
    not_finite = sum(len(each.non_finite_outputs) for each in prediction.message.predictions)
    if not_finite:
        say(f"[yellow]{counted(not_finite, 'output')} not finite.[/]")
    if why:
        show_reasons(asked, prediction)


def _check_sources(given: Sequence[bool], *, why: bool) -> None:
    """Refuse several sources of inputs, of which INPUTS are the first, or none."""
    if given.count(True) != 1:
        raise typer.BadParameter("Use one of them.", param_hint="'INPUTS' / '--on' / '--from'")
    if why and not given[0]:
        raise typer.BadParameter("This option is for INPUTS.", param_hint="'--why'")


def _predict_inputs(
    network: Network, inputs: Sequence[str], update: int | None, *, why: bool
) -> tuple[MatrixLike | Sequence[Sequence[str]], Prediction]:
    """Return the rows that were typed, as the network takes them, with their prediction."""
    if network.preparation is not None:
        texts = [next(csv.reader([each])) for each in inputs]
        rows = _named_rows(network, texts)
        return texts, network.predict(rows, update=update, contributions=why)
    given = {each: vector(each, "INPUTS") for each in inputs}
    _check_lengths(given, network.id, network.layer_sizes[0])
    numbers = [given[each] for each in inputs]
    return numbers, network.predict(numbers, update=update, contributions=why)


def _predict_table(network: str, source: _TableFile, answers: _Output, server: Server) -> None:
    """Read a table as the network expects it, and write an answer for each row."""
    if not answers.path and not answers.as_json:
        raise typer.BadParameter("Name a file, or - for the terminal.", param_hint="'--output'")
    if answers.path:
        check_folder(answers.path)
    with connected(server) as client, file_errors_shown():
        asked = client.network(network)
        if asked.preparation is None:
            raise ValueError(
                f"Network {network} knows no columns: train it first, on a training set that was"
                " imported without --divide-by"
            )
        with bad_tables(source.given), opened_table(source.file, source.form) as opened:
            rows = read_rows(opened, asked.preparation.table.message)
        prediction = asked.predict(rows.table, update=answers.update)
        if answers.as_json:
            say_json(prediction.message)
            return
        content = [csv_of(asked, prediction).encode()]
        if answers.path == STDOUT:
            show_file(content)
        else:
            write_file(content, Path(answers.path), force=answers.force)
    # Standard output is the answers.
    show = err if answers.path == STDOUT else out
    count = counted(rows.table.row_count, "row")
    show.print(f"{count} predicted at update {prediction.update:,}.", soft_wrap=True)
    if rows.unused:
        show.print(f"Not used: {escape(listed_names(rows.unused))}", soft_wrap=True)


def show_outputs(
    inputs: MatrixLike | Sequence[Sequence[str]],
    targets: MatrixLike | None,
    outputs: Matrix,
    answers: Sequence[str] = (),
) -> None:
    """Print a line for each row, with the targets if they are known, and the answers if any."""
    columns = {"inputs": [_listed(row) for row in inputs]}
    if targets is not None:
        columns["targets"] = [listed(row) for row in targets]
    columns["outputs"] = [listed(row) for row in outputs]
    if answers:
        columns["answer"] = list(answers)
    show_table(list(columns), zip(*columns.values(), strict=True))


def _listed(row: Iterable[float] | Sequence[str]) -> str:
    return "  ".join(each if isinstance(each, str) else number(each) for each in row)


def _check_lengths(vectors: Mapping[str, Sequence[float]], network: str, inputs: int) -> None:
    """Show the first vector of another length as it was written."""
    for text, numbers in vectors.items():
        if len(numbers) != inputs:
            raise typer.BadParameter(
                f"{shown(text)} has {counted(len(numbers), 'number')}, but network {network} has "
                f"{counted(inputs, 'input')}.",
                param_hint="'INPUTS'",
            )


def _named_rows(network: Network, rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return rows of values, which are in the order of the network's columns, by name."""
    columns = network.message.preparation.table.inputs
    for row in rows:
        if len(row) != len(columns):
            raise typer.BadParameter(
                f"{shown(','.join(row))} has {counted(len(row), 'value')}, but network {network.id}"
                f" has the columns {listed_names([each.name for each in columns])}.",
                param_hint="'INPUTS'",
            )
    return [{column.name: text for column, text in zip(columns, row, strict=True)} for row in rows]


def _inputs_of(network: Network, examples: Examples) -> MatrixLike | ValuesSource:
    """Return the inputs of examples as the network takes them."""
    if network.preparation is None:
        table = examples.message.table
        if table.scaling or table.HasField("filling"):
            raise ValueError(
                f"the columns of training set {examples.message.training_set} must be prepared, and"
                f" network {network.id} has no preparation: it learns one in its first run, so"
                " train a new network on this training set first"
            )
        return examples.inputs
    if not examples.message.HasField("table"):
        raise ValueError(
            f"Network {network.id} knows its inputs by the names of columns, which training set"
            f" {examples.message.training_set} does not have: import it from a table"
        )
    found = columns_of_examples(examples.message)
    columns = [(each.name, each.part(0, len(each))) for each in found.columns]
    return ValuesSource(columns, found.place)  # whose values are checked
