"""Reads tables from JSON: objects, columns, or the pairs that libraries for JavaScript have."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clearprop.numerals import shown
from clearprop.tables.bad_table import BadTable
from clearprop.tables.values import RowsSource, ValuesSource

_PAIR = {"input", "output"}

_FORM = (
    'Write a list of objects, such as [{"age": 39, "kind": "a"}], or one object per line (.jsonl).'
)


class _Doubled(dict[str, Any]):
    """An object that has a name twice."""

    name = ""


def json_source(lines: Iterator[str]) -> RowsSource | ValuesSource:
    """Return the table in a JSON document. Raises BadTable."""
    text = "".join(lines)
    try:
        document = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and text.lstrip()[:1] == "{":
            return json_lines_source(iter(text.splitlines(keepends=True)))
        raise BadTable(f"Line {error.lineno}: It is not JSON: {error.msg}.") from None
    except RecursionError:
        raise BadTable(f"The document is nested too deeply. {_FORM}") from None
    _check_names("The document", document)
    if isinstance(document, dict) and document and _are_columns(document):
        return ValuesSource(document, _example)
    if isinstance(document, dict) and document and _is_row(document):
        document = [document]
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
            rows.append(json.loads(line, object_pairs_hook=_object))
        except json.JSONDecodeError as error:
            raise BadTable(f"Line {number}: It is not JSON: {error.msg}.") from None
        except RecursionError:
            raise BadTable(f"Line {number}: It is nested too deeply.") from None
        numbers.append(number)
    if not rows:
        raise BadTable("The file has no examples.")
    return _source(rows, numbers, "Line")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, without losing that it has a name twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = _Doubled(found)
    counts = Counter(name for name, _ in pairs)
    doubled.name = next(name for name, count in counts.items() if count > 1)
    return doubled


def _check_names(where: str, value: Any) -> None:  # noqa: ANN401 - whatever JSON has
    if isinstance(value, _Doubled):
        raise BadTable(f"{where}: It has the name {shown(value.name)} twice: remove or rename one.")


def _example(row: int) -> str:
    return f"Example {row + 1}"


def _is_row(document: Mapping[str, Any]) -> bool:
    return not any(isinstance(value, list | dict) for value in document.values())


def _are_columns(document: Mapping[str, Any]) -> bool:
    return all(isinstance(values, list) for values in document.values())


def _source(rows: Sequence[Any], numbers: Sequence[int], word: str) -> RowsSource:
    def place(row: int) -> str:
        return f"{word} {numbers[row]}"

    for row, each in enumerate(rows):
        if not isinstance(each, dict):
            raise BadTable(f"{place(row)}: It is not an object. {_FORM}")
        for value in (each, *each.values()):
            _check_names(place(row), value)
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
