"""Reads the preparation of an exported JSON document."""

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from clearprop.v1.table_pb2 import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Preparation,
    Scaling,
    Table,
    TargetKind,
    Targets,
)
from clearprop.values import EnumT, enum_value

if TYPE_CHECKING:
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper

#: Adds a problem.
_Report = Callable[[str], None]

_NUMBERS = ("fills", "offsets", "scales", "target_offsets", "target_scales")


def read_preparation(report: _Report, fields: object) -> Preparation:
    """Return the message of a preparation; `report` is called with each problem.

    The service checks whether its names and numbers fit each other and the network.
    """
    reader = _Reader(report)
    found = reader.fields("preparation", fields)
    targets = reader.fields("preparation.targets", found.get("targets"))
    filling = reader.fields("preparation.filling", found.get("filling", {}))
    table = Table(
        inputs=[
            reader.column(f"preparation.inputs[{place}]", each)
            for place, each in enumerate(reader.items("preparation.inputs", found.get("inputs")))
        ],
        targets=Targets(
            kind=reader.choice(TargetKind, "preparation.targets.kind", targets.get("kind")),
            names=reader.texts("preparation.targets.names", targets.get("names")),
            classes=reader.texts("preparation.targets.classes", targets.get("classes", [])),
        ),
        shape=map(int, reader.numbers("preparation.shape", found.get("shape", []))),
    )
    if found.get("scaling", "none") != "none":
        table.scaling = reader.choice(Scaling, "preparation.scaling", found["scaling"])
    if filling:
        (value,) = reader.numbers("preparation.filling.value", [filling.get("value", 0.0)]) or [0.0]
        kind = reader.choice(FillingKind, "preparation.filling.kind", filling.get("kind"))
        table.filling.CopyFrom(Filling(kind=kind, value=value))
    (count,) = reader.numbers("preparation.example_count", [found.get("example_count", 0)]) or [0.0]
    preparation = Preparation(table=table, example_count=int(count))
    for name in _NUMBERS:
        numbers = reader.numbers(f"preparation.{name}", found.get(name, []))
        getattr(preparation, name).extend(numbers)
    return preparation


def preparation_in(text: str) -> Preparation:
    """Return the message of a preparation that an exported file has as JSON.

    Raises ValueError with all that is wrong.
    """
    problems: list[str] = []
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("The preparation in the file is not JSON. Export it again.") from None
    preparation = read_preparation(problems.append, fields)
    if problems:
        raise ValueError(f"The preparation in the file is not valid: {'; '.join(problems)}.")
    return preparation


class _Reader:
    """Reads fields, and reports what is wrong with them."""

    def __init__(self, report: _Report) -> None:
        self._report = report

    def fields(self, place: str, value: object) -> Mapping[str, Any]:
        """Return an object."""
        if isinstance(value, Mapping):
            return value
        self._report(f"{place} must be an object")
        return {}

    def items(self, place: str, value: object) -> list[Any]:
        """Return a list."""
        if isinstance(value, list | tuple):
            return list(value)
        self._report(f"{place} must be a list")
        return []

    def texts(self, place: str, value: object) -> list[str]:
        """Return a list of texts."""
        items = self.items(place, value)
        if all(isinstance(item, str) for item in items):
            return items
        self._report(f"{place} must be texts")
        return []

    def numbers(self, place: str, value: object) -> list[float]:
        """Return a list of finite numbers."""
        items = self.items(place, value)
        if all(_is_finite(item) for item in items):
            return list(map(float, items))
        self._report(f"{place} must be finite numbers")
        return []

    def choice(self, enum: "_EnumTypeWrapper[EnumT]", place: str, word: object) -> EnumT:
        """Return the value of an enum by its word."""
        try:
            return enum_value(enum, word if isinstance(word, str) else "")
        except ValueError as error:
            self._report(f"{place}: {str(error).rstrip('.')}")
            return enum.values()[0]

    def column(self, place: str, value: object) -> InputColumn:
        """Return a column of inputs."""
        found = self.fields(place, value)
        (name,) = self.texts(f"{place}.name", [found.get("name")]) or [""]
        has_missing = found.get("has_missing", False)
        if not isinstance(has_missing, bool):
            self._report(f"{place}.has_missing must be true or false")
        return InputColumn(
            name=name,
            kind=self.choice(ColumnKind, f"{place}.kind", found.get("kind", "number")),
            categories=self.texts(f"{place}.categories", found.get("categories", [])),
            has_missing=has_missing is True,
        )


def _is_finite(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return abs(value) < 2**1023 and isfinite(value)
