"""Examples that are read from tables, as rows of what they are."""

from pathlib import Path
from typing import Any

from clearprop.tables.choices import names_of
from clearprop.tables.csv_files import CsvForm
from clearprop.tables.examples import Examples, Layout, read_examples
from clearprop.tables.files import opened_table

NAMES = ("targets", "inputs", "categories", "classes")


def read(file: Path, **options: Any) -> Examples:
    """Return the examples of a file, with options as a command has them."""
    form = {
        name: options.pop(name)
        for name in ("delimiter", "header", "decimal_comma")
        if name in options
    }
    layout: dict[str, Any] = {
        name: names_of(value) if name in NAMES else value for name, value in options.items()
    }
    with opened_table(file, CsvForm(**form)) as source:
        if options.get("targets") in source.names:
            layout["targets"] = [options["targets"]]
        return read_examples(source, Layout(**layout))


def parts(found: Examples) -> tuple[list[list[Any]], list[list[Any]], list[float] | None]:
    """Return the rows of inputs, the rows of targets, and the weights."""
    values = [each.part(0, len(each)) for each in found.table.columns]
    count = len(found.message.inputs)
    targets = values[count : count + len(found.message.targets.names)]
    weights = values[count + len(targets) :]
    return (
        [list(row) for row in zip(*values[:count], strict=True)],
        [list(row) for row in zip(*targets, strict=True)],
        weights[0] if weights else None,
    )


def rows(found: Examples) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return the rows of inputs and the rows of targets."""
    inputs, targets, _ = parts(found)
    return inputs, targets


def input_names(found: Examples) -> list[str]:
    """Return the names of the input columns."""
    return [each.name for each in found.message.inputs]
