"""The command: reads a file, uploads it, and prints a summary."""

from dataclasses import replace as replaced
from math import isfinite
from pathlib import Path
from re import sub
from typing import NamedTuple

import typer
from rich.markup import escape

from clearprop import Client, TrainingSet
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.imports import options
from clearprop.cli.imports.plain_rows import plain_rows
from clearprop.cli.number_format import counted
from clearprop.cli.options import Json
from clearprop.cli.output import say_json, show_warnings
from clearprop.cli.server_options import Server
from clearprop.cli.suggestions import show_suggestion
from clearprop.cli.table_descriptions import described_images, show_columns
from clearprop.cli.table_options import (
    STDIN,
    DecimalComma,
    Delimiter,
    Header,
    bad_tables,
    csv_form,
    given_file,
    named,
    shown_progress,
)
from clearprop.cli.watches import RETRY_TIMEOUT
from clearprop.image_shapes import image_shape_of, sizes_of
from clearprop.tables.choices import listed_names, names_of
from clearprop.tables.csv_files import CsvForm
from clearprop.tables.examples import Examples, Layout, read_examples
from clearprop.tables.files import kind_of, opened_table
from clearprop.tables.widths import suspicious_columns
from clearprop.v1 import table_pb2

#: What a set without names of columns can have too.
_WITH_DIVISION = {"--targets", "--inputs", "--one-hot", "--classes", "--shape"}

#: Kinds of files whose targets have no name that is always the same.
_WITHOUT_TARGETS = {"csv", "parquet", "arrow", "arff"}

_CONVERT = "If they are dates or numbers with units, convert them."


class _Texts(NamedTuple):
    """The options that name columns, before the names of the file are known."""

    targets: str
    inputs: str
    categories: str


def import_file(  # noqa: PLR0913 - an argument for each option of the command
    file: options.File,
    *,
    name: options.SetName = "",
    targets: options.TargetNames = "",
    inputs: options.InputNames = "",
    weights: options.WeightName = "",
    one_hot: options.OneHotLabels = False,
    classes: options.ClassNames = "",
    categories: options.CategoryNames = "",
    standardize: options.Standardize = False,
    min_max: options.MinMax = False,
    missing: options.Filling = None,
    shape: options.Shape = None,
    like: options.Like = "",
    replace: options.Replace = False,
    divide_by: options.Divisor = 1.0,
    delimiter: Delimiter = "",
    header: Header = None,
    decimal_comma: DecimalComma = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Create a training set from a file.

    If anything in the file is wrong, nothing is stored.
    """
    if standardize and min_max:
        raise typer.BadParameter("Use one of them.", param_hint="'--standardize' / '--min-max'")
    texts = _Texts(targets, inputs, categories)
    layout = Layout(
        weights=weights,
        one_hot=one_hot,
        classes=names_of(classes),
        scaling="standardize" if standardize else "min-max" if min_max else "",
        filling=missing if isinstance(missing, str | float) else None,
        image_shape=image_shape_of(shape if isinstance(shape, list) else None),
    )
    set_id = name or _id_of(file)
    with given_file(file) as table:
        form = csv_form(table, delimiter, header, decimal_comma)
        _check_usage(table, texts, layout, like, divide_by)
        if like:
            with connected(server) as client:
                layout = replaced(layout, like=_table_of(client, like))
        with bad_tables(file):
            found = _read(table, form, texts, layout)
    made = _upload(file, found, set_id, divide_by, server, replace=replace)
    if as_json:
        say_json(made.message)
    else:
        _report(made, found, is_like=bool(like))


def _check_usage(file: Path, texts: _Texts, layout: Layout, like: str, divisor: float) -> None:
    is_class = layout.one_hot or bool(layout.classes)
    of_like = {
        "--targets": texts.targets,
        "--inputs": texts.inputs,
        "--categories": texts.categories,
        "--one-hot": layout.one_hot,
        "--classes": layout.classes,
        "--standardize' / '--min-max": layout.scaling,
        "--missing": layout.filling is not None,
        "--shape": layout.image_shape,
    }
    given = [option for option, value in of_like.items() if value]
    if like and given:
        raise typer.BadParameter(
            f"--like {like} says this: use one of them.", param_hint=f"'{given[0]}'"
        )
    if not like and not texts.targets and kind_of(file) in _WITHOUT_TARGETS:
        raise typer.BadParameter("Name the target columns of the table.", param_hint="'--targets'")
    if is_class and len(names_of(texts.targets)) > 1:
        raise typer.BadParameter("Name only one target column.", param_hint="'--one-hot'")
    if not (divisor > 0.0 and isfinite(divisor)):
        raise typer.BadParameter("Use a number greater than 0.", param_hint="'--divide-by'")
    of_names = ["--like"] if like else [each for each in given if each not in _WITH_DIVISION]
    if divisor != 1.0 and of_names:
        raise typer.BadParameter(
            "A set with divided inputs has no named columns: use --min-max in place of"
            " --divide-by.",
            param_hint=f"'{of_names[0]}'",
        )


def _table_of(client: Client, like: str) -> table_pb2.Table:
    found = client.training_set(like)
    if not found.message.HasField("table"):
        raise ValueError(f"The training set {like} has no named columns: use another with --like.")
    return found.message.table


def _read(file: Path, form: CsvForm, texts: _Texts, layout: Layout) -> Examples:
    with (
        shown_progress(f"reading {file.name}", file.stat().st_size) as show,
        opened_table(file, form, show) as source,
    ):
        return read_examples(
            source,
            replaced(
                layout,
                targets=named(texts.targets, source),
                inputs=named(texts.inputs, source),
                categories=named(texts.categories, source),
            ),
        )


def _upload(
    file: Path, found: Examples, name: str, divisor: float, server: Server, *, replace: bool
) -> TrainingSet:
    with bad_tables(file):
        plain = plain_rows(found, divisor) if divisor != 1.0 else None
    with (
        shown_progress("sending", found.table.row_count) as show,
        connected(server, retry_timeout=RETRY_TIMEOUT) as client,
    ):
        if plain is not None:
            made = client.upload_training_set(
                *(name, plain.inputs, plain.targets),
                weights=plain.weights,
                image_shape=found.image_shape and sizes_of(found.image_shape),
                class_names=found.message.targets.classes,
                replace=replace,
            )
        else:
            made = client.upload_table(name, replaced(found, sent=show), replace=replace)
        return client.training_set(made.id)  # with its warnings


def _report(made: TrainingSet, found: Examples, *, is_like: bool) -> None:
    counts = (
        counted(made.example_count, "example"),
        counted(made.input_count, "input"),
        counted(made.target_count, "target"),
    )
    say(f"Training set [cyan]{escape(made.id)}[/]: {', '.join(counts)}")
    show_columns(found.message)
    if made.image_shape:
        say(f"The inputs are {described_images(made)}")
    if not made.message.HasField("table"):
        say(
            "The columns have no names: with --divide-by, they are not stored. --min-max keeps"
            " them."
        )
    if found.unused:
        say(f"Not used: {escape(listed_names(found.unused))}")
    show_warnings(made.warnings)
    if not is_like:
        for problem in suspicious_columns(found.message, made.example_count):
            say(f"[yellow]Warning:[/] {escape(problem)} [dim]{_CONVERT}[/]")
        show_suggestion(made)


def _id_of(file: Path) -> str:
    """Return an id from the name of a file. Raises typer.BadParameter for standard input."""
    if file == STDIN:
        raise typer.BadParameter("Name the set, as it has no file name.", param_hint="'--name'")
    name = file.name.lower().removesuffix(".gz")
    words = sub(r"[^a-z0-9]+", "-", Path(name).stem).strip("-")
    return (words if words[:1].isalpha() else f"set-{words}")[:63].rstrip("-")
