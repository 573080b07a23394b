"""The named columns of a training set, and the inputs and outputs that they become."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import chain
from math import isfinite, prod
from typing import NamedTuple

from training.errors import Violations

_LONGEST_NAME = 255


class ColumnKind(StrEnum):
    """What the values of an input column are."""

    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"


class TargetKind(StrEnum):
    """What the targets are: any numbers, labels that are 1 or 0, or one of several classes."""

    NUMBERS = "numbers"
    LABELS = "labels"
    CLASSES = "classes"


class Scaling(StrEnum):
    """How numbers are scaled."""

    NONE = "none"
    STANDARDIZE = "standardize"
    MIN_MAX = "min-max"


class FillingKind(StrEnum):
    """What a missing number is replaced by."""

    REFUSED = "refused"
    MEAN = "mean"
    MEDIAN = "median"
    CONSTANT = "constant"


class Unit(NamedTuple):
    """An input or output of a network: a column, or one of its categories, or its indicator.

    `name` is the category or class; empty for a column of numbers.
    """

    column: str
    name: str = ""
    is_indicator: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it has the numbers of its column."""
        return not self.name and not self.is_indicator

    def __str__(self) -> str:
        if self.is_indicator:
            return f"{self.column} is missing"
        return f"{self.column} = {self.name}" if self.name else self.column


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column of inputs.

    With CATEGORY, the column is one input for each of `categories`: 1 or 0. With `has_missing`,
    an indicator follows, which is 1 in rows without a value. With BOOLEAN, the column is a number
    that is 1 or 0.
    """

    name: str
    kind: ColumnKind = ColumnKind.NUMBER
    categories: tuple[str, ...] = ()
    has_missing: bool = False

    @property
    def units(self) -> list[Unit]:
        """The inputs in order."""
        units = [Unit(self.name, category) for category in self.categories]
        if self.kind is not ColumnKind.CATEGORY:
            units = [Unit(self.name)]
        return [*units, Unit(self.name, is_indicator=True)] if self.has_missing else units


@dataclass(frozen=True, slots=True)
class Targets:
    """The target columns. With CLASSES there is one, and an output for each of `classes`."""

    kind: TargetKind
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()

    @property
    def units(self) -> list[Unit]:
        """The outputs in order."""
        if self.kind is TargetKind.CLASSES:
            return [Unit(name, each) for name in self.names for each in self.classes]
        return [Unit(name) for name in self.names]

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs: classes, or target columns."""
        return self.classes if self.kind is TargetKind.CLASSES else self.names


@dataclass(frozen=True, slots=True)
class Filling:
    """What a missing number is replaced by; `value` with CONSTANT, before it is scaled."""

    kind: FillingKind = FillingKind.REFUSED
    value: float = 0.0


@dataclass(frozen=True)
class Table:
    """Named columns. The inputs of a network are those of the columns in order.

    `shape` is that of the inputs if they are an image or a grid; empty if they are not.
    """

    inputs: tuple[InputColumn, ...]
    targets: Targets
    scaling: Scaling = Scaling.NONE
    filling: Filling = field(default_factory=Filling)
    shape: tuple[int, ...] = ()

    @cached_property
    def input_units(self) -> list[Unit]:
        """The inputs of a network."""
        return list(chain.from_iterable(column.units for column in self.inputs))

    @cached_property
    def target_units(self) -> list[Unit]:
        """The outputs of a network."""
        return self.targets.units

    @property
    def scales_targets(self) -> bool:
        """Whether the targets are scaled as well."""
        return self.scaling is not Scaling.NONE and self.targets.kind is TargetKind.NUMBERS

    @property
    def fills(self) -> bool:
        """Whether missing numbers are filled."""
        return self.filling.kind is not FillingKind.REFUSED

    @property
    def is_learned(self) -> bool:
        """Whether something must be learned from rows before a network can train on it."""
        return self.scaling is not Scaling.NONE or self.fills


def check_table(violations: Violations, where: str, table: Table) -> None:
    """Require unique names, categories and classes, and a filling where values are missing."""
    violations.require(bool(table.inputs), f"{where}.inputs", "must have at least one column")
    for index, column in enumerate(table.inputs):
        place = f"{where}.inputs[{index}]"
        _check_name(violations, f"{place}.name", column.name)
        if column.kind is ColumnKind.CATEGORY:
            _check_texts(violations, f"{place}.categories", column.categories, least=1)
        else:
            violations.require(
                not column.categories,
                f"{place}.categories",
                "must be empty unless the kind of the column is CATEGORY",
            )
        violations.require(
            table.fills or not column.has_missing,
            f"{place}.has_missing",
            "must be false unless `filling` says how missing values are replaced",
        )
    _check_targets(violations, f"{where}.targets", table.targets)
    names = Counter([*(column.name for column in table.inputs), *table.targets.names])
    for name, count in names.items():
        if count > 1:
            violations.add(where, f"must have columns with different names, not {name!r} twice")
    violations.require(
        isfinite(table.filling.value), f"{where}.filling.value", "must be a finite number"
    )
    _check_shape(violations, f"{where}.shape", table)


def _check_targets(violations: Violations, where: str, targets: Targets) -> None:
    violations.require(bool(targets.names), f"{where}.names", "must have at least one name")
    for index, name in enumerate(targets.names):
        _check_name(violations, f"{where}.names[{index}]", name)
    if targets.kind is not TargetKind.CLASSES:
        violations.require(
            not targets.classes, f"{where}.classes", "must be empty unless `kind` is CLASSES"
        )
        return
    violations.require(
        len(targets.names) == 1, f"{where}.names", "must have exactly one name with CLASSES"
    )
    _check_texts(violations, f"{where}.classes", targets.classes, least=2)


def _check_name(violations: Violations, where: str, name: str) -> None:
    violations.require(
        1 <= len(name) <= _LONGEST_NAME, where, f"must be 1 to {_LONGEST_NAME} characters"
    )


def _check_texts(violations: Violations, where: str, texts: tuple[str, ...], *, least: int) -> None:
    violations.require(len(texts) >= least, where, f"must have at least {least}")
    violations.require(len(set(texts)) == len(texts), where, "must all be different")
    for index, text in enumerate(texts):
        _check_name(violations, f"{where}[{index}]", text)


def _check_shape(violations: Violations, where: str, table: Table) -> None:
    if not table.shape:
        return
    count = len(table.input_units)
    violations.require(
        min(table.shape) >= 1 and prod(table.shape) == count,
        where,
        f"must have sizes of at least 1 whose product is {count}, the number of inputs",
    )
