"""Reads tables from JSON: objects, columns, or the pairs that libraries for JavaScript have."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clearprop.tables.bad_table import BadTable
from clearprop.tables.values import RowsSource, ValuesSource

_PAIR = {"input", "output"}

_FORM = (
    'Write a list of objects, such as [{"age": 39, "kind": "a"}], or one object per line (.jsonl).'
)


def json_source(lines: Iterator[str]) -> RowsSource | ValuesSource:
    """Return the table in a JSON document. Raises BadTable."""
    text = "".join(lines)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and text.lstrip()[:1] == "{":
            return json_lines_source(iter(text.splitlines(keepends=True)))
        raise BadTable(f"Line {error.lineno}: It is not JSON: {error.msg}.") from None
    except RecursionError:
        raise BadTable(f"The document is nested too deeply. {_FORM}") from None
    if isinstance(document, dict) and document and _are_columns(document):
        return ValuesSource(document, _example)
    if not isinstance(document, list) or not document:
        raise BadTable(f"The document is not a list of examples. {_FORM}")
    return _source(document, [*range(1, len(document) + 1)], "Example")


def json_lines_source(lines: Iterator[str]) -> RowsSource:
    """Return the table in JSON lines. Raises BadTable."""
    rows, numbers = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise BadTable(f"Line {number}: It is not JSON: {error.msg}.") from None
        except RecursionError:
            raise BadTable(f"Line {number}: It is nested too deeply.") from None
        numbers.append(number)
    if not rows:
        raise BadTable("The file has no examples.")
    return _source(rows, numbers, "Line")


def _example(row: int) -> str:
    return f"Example {row + 1}"


def _are_columns(document: Mapping[str, Any]) -> bool:
    return all(isinstance(values, list) for values in document.values())


def _source(rows: Sequence[Any], numbers: Sequence[int], word: str) -> RowsSource:
    def place(row: int) -> str:
        return f"{word} {numbers[row]}"

    for row, each in enumerate(rows):
        if not isinstance(each, dict):
            raise BadTable(f"{place(row)}: It is not an object. {_FORM}")
    if all("input" in each and each.keys() <= _PAIR for each in rows):
        return _pairs(rows, place)
    return RowsSource(rows, place)


def _pairs(rows: Sequence[Mapping[str, Any]], place: Any) -> RowsSource:  # noqa: ANN401 - callable
    """Return a table of pairs of an input and an output: each a list, an object or a value."""
    flat: list[dict[str, Any]] = [{} for _ in rows]
    names = {}
    for part in ("input", "output"):
        given = [row.get(part) for row in rows]
        names[part] = _add_part(flat, part, given, place)
    both = names["input"].keys() & names["output"].keys()
    if both:
        raise BadTable(f"Inputs and outputs have the same name: {', '.join(sorted(both))}.")
    absent = 0.0 if any(isinstance(row.get("input"), dict) for row in rows) else None
    source = RowsSource(flat, place, absent=absent)
    source.default_targets = list(names["output"])
    return source


def _add_part(
    flat: Sequence[dict[str, Any]],
    part: str,
    given: Sequence[Any],
    place: Any,  # noqa: ANN401 - callable
) -> dict[str, None]:
    names: dict[str, None] = {}
    length = len(given[0]) if isinstance(given[0], list) else None
    for row, value in enumerate(given):
        if isinstance(value, list):
            if len(value) != length:
                wanted = "a value" if length is None else f"{length} values"
                raise BadTable(
                    f"{place(row)}: {part} has {len(value)} values, but that of the first example"
                    f" is {wanted}."
                )
            found = {f"{part}.{number}": each for number, each in enumerate(value, start=1)}
        elif isinstance(value, dict):
            found = value
        elif value is None:
            continue
        else:
            found = {part: value}
        flat[row].update(found)
        names.update(dict.fromkeys(found))
    return names
