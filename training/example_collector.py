"""Examples that arrive in chunks: each is checked, and stored as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import repeat
from math import isfinite

import numpy as np

from training.class_names import check_class_names, check_class_targets
from training.errors import LimitExceeded, Violations, validating
from training.generators import Generator, check_generator, generate
from training.image_shape import (
    ImageShape,
    check_image_inputs,
    check_image_shape,
    check_image_table,
    image_shape_of,
)
from training.limits import Limits
from training.network import Array
from training.network_rules import check_finite
from training.tables.encoding import Column, encode_rows
from training.tables.table import Table, check_table
from training.training_set import Examples

#: Of the weights in a chunk of columns, so many invalid ones are reported.
_MOST_REPORTED = 10

_IMAGE_SHAPE = "image_shape"
_CLASS_NAMES = "class_names"

#: The inputs and targets of an example, of any length, and its weight.
Row = tuple[Array, Array, float]


class Collector:
    """Collects the examples of one training set, up to the limits.

    `table` are their columns, if they have names; they are then added by `add_columns`.
    `image_shape` is the shape of their inputs, if they are an image, `class_names` are the names of
    their classes, if they have no table, and `generator` is what made them, if anything did.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.table: Table | None = None
        self.image_shape: ImageShape | None = None
        self.class_names: tuple[str, ...] = ()
        self.generator: Generator | None = None
        self._weights_column = ""
        self._has_refused = False
        self._widths: list[int] = []
        self._count = 0
        self._inputs: list[Array] = []
        self._targets: list[Array] = []
        self._weights: list[Array | None] = []

    def add(self, violations: Violations, rows: Examples | Sequence[Row]) -> None:
        """Add a chunk of examples, or a violation for each invalid one.

        All examples must have the same number of inputs and of targets as the first one, at least
        one of each, and all numbers must be finite. Raises LimitExceeded before allocating.
        """
        count = len(rows.inputs) if isinstance(rows, Examples) else len(rows)
        if not count:
            return
        if not self._widths:
            self._widths = _widths(rows)
            if self.image_shape:
                check_image_inputs(violations, _IMAGE_SHAPE, self.image_shape, self._widths[0])
        self._check_size(count, more_weights=_has_weights(rows))
        chunk = _matrices(rows, self._widths)
        if chunk is None or not _is_valid(chunk):
            self._has_refused = True
            self._note(violations, _each(rows))
            return
        if self.class_names:
            names = self.class_names
            check_class_targets(violations, _CLASS_NAMES, names, chunk.targets, self._count)
        self._inputs.append(chunk.inputs)
        self._targets.append(chunk.targets)
        self._weights.append(chunk.weights)
        self._count += count

    def expect(self, violations: Violations, table: Table, weights: str) -> None:
        """Expect the rows of a table; `weights` is the name of its column of weights, or empty."""
        check_table(violations, "table", table)
        self.table, self._weights_column = table, weights
        self.image_shape = image_shape_of(table)
        self._widths = [len(table.input_units), len(table.target_units)]

    def expect_image(self, violations: Violations, shape: ImageShape) -> None:
        """Expect inputs that are an image, before they are added; after `expect` with a table."""
        if not check_image_shape(violations, _IMAGE_SHAPE, shape):
            return
        self.image_shape = shape
        if self.table is not None:
            check_image_table(violations, _IMAGE_SHAPE, shape, self.table)
            self.table = replace(self.table, shape=shape.sizes)

    def expect_classes(self, violations: Violations, names: Sequence[str]) -> None:
        """Expect examples of classes with these names, before they are added; after `expect`."""
        violations.require(
            self.table is None, _CLASS_NAMES, "must be empty with a table, which names its classes"
        )
        check_class_names(violations, _CLASS_NAMES, names)
        self.class_names = tuple(names)

    def add_columns(self, violations: Violations, columns: Sequence[Column]) -> None:
        """Add rows of the expected table, or a violation for each invalid value.

        Raises LimitExceeded before encoding them.
        """
        if not columns or self.table is None:
            return
        self._check_size(max(map(len, columns)), more_weights=bool(self._weights_column))
        rows = encode_rows(violations, self.table, columns, self._weights_column, self._count)
        if rows is None:
            self._has_refused = True
            return
        if rows.weights is not None:
            place = [column.name for column in columns].index(self._weights_column)
            for index in np.flatnonzero(rows.weights < 0.0)[:_MOST_REPORTED].tolist():
                violations.add(
                    f"columns[{place}].numbers[{self._count + index}]",
                    f"must be at least 0, not {rows.weights[index]}"
                    f" (column {self._weights_column!r})",
                )
        self._inputs.append(rows.inputs)
        self._targets.append(rows.targets)
        self._weights.append(rows.weights)
        self._count += len(rows.inputs)

    def add_generated(self, violations: Violations, generator: Generator) -> None:
        """Add the examples of a generator with a seed, or violations of its fields.

        Raises InvalidFields, also for earlier violations, and LimitExceeded.
        """
        check_generator(violations, "generator", generator)
        violations.refuse()
        self.generator = generator
        self.add(violations, Examples(*generate(generator)))

    def check_count(self, violations: Violations) -> None:
        """Require at least one example, unless there were some that are invalid."""
        part = "examples" if self.table is None else "columns"
        violations.require(
            self._count > 0 or self._has_refused, part, "must have at least one example"
        )

    def examples(self) -> Examples:
        """Return all examples and clear the collector. Raises InvalidFields if there are none."""
        with validating() as violations:
            self.check_count(violations)
        weights = self._joined_weights()
        return Examples(_joined(self._inputs), _joined(self._targets), weights)

    def _joined_weights(self) -> Array | None:
        """Return all weights; None if all are 1."""
        given, self._weights = self._weights, []
        if all(weights is None for weights in given):
            return None
        counts = map(len, self._inputs)
        return _joined(
            [
                np.ones(count) if weights is None else weights
                for weights, count in zip(given, counts, strict=True)
            ]
        )

    def _check_size(self, more: int, *, more_weights: bool) -> None:
        has_weights = more_weights or any(weights is not None for weights in self._weights)
        size = 8 * (sum(self._widths) + has_weights) * (self._count + more)
        if size > self._limits.training_set_bytes:
            raise LimitExceeded(
                f"the examples take more than {self._limits.training_set_bytes} bytes as float64,"
                " the limit of a training set: send fewer examples",
                limit="training_set_bytes",
                value=self._limits.training_set_bytes,
            )

    def _note(self, violations: Violations, rows: Iterable[Row]) -> None:
        """Add the violations of a chunk."""
        for index, (*row, weight) in enumerate(rows, start=self._count):
            violations.require(
                isfinite(weight) and weight >= 0.0,
                f"examples[{index}].weight",
                f"must be finite and at least 0, not {weight}",
            )
            for part, values, width in zip(("inputs", "targets"), row, self._widths, strict=True):
                where = f"examples[{index}].{part}"
                violations.require(len(values) >= 1, where, "must have at least one number")
                violations.require(
                    len(values) == width,
                    where,
                    f"must have {width} numbers, as in the first example, not {len(values)}",
                )
                check_finite(violations, where, values)


def _widths(rows: Examples | Sequence[Row]) -> list[int]:
    """Return the numbers of inputs and of targets of the first example."""
    inputs, targets, _ = next(iter(_each(rows)))
    return [len(inputs), len(targets)]


def _each(rows: Examples | Sequence[Row]) -> Iterable[Row]:
    if not isinstance(rows, Examples):
        return rows
    weights = repeat(1.0, len(rows.inputs)) if rows.weights is None else rows.weights
    return zip(rows.inputs, rows.targets, map(float, weights), strict=True)


def _has_weights(rows: Examples | Sequence[Row]) -> bool:
    """Return whether some weights are not 1."""
    if isinstance(rows, Examples):
        return rows.weights is not None and bool((rows.weights != 1.0).any())
    return any(weight != 1.0 for _, _, weight in rows)


def _is_valid(chunk: Examples) -> bool:
    weights = chunk.weights
    is_finite = bool(np.isfinite(chunk.inputs).all() and np.isfinite(chunk.targets).all())
    return is_finite and (weights is None or bool((np.isfinite(weights) & (weights >= 0.0)).all()))


def _matrices(rows: Examples | Sequence[Row], widths: list[int]) -> Examples | None:
    """Return a chunk of examples as matrices; None if some have other lengths, or 0."""
    is_weighted = _has_weights(rows)
    if isinstance(rows, Examples):
        return (rows if is_weighted else rows.unweighted) if _widths(rows) == widths else None
    if 0 in widths or any([len(part) for part in row] != widths for *row, _ in rows):
        return None
    return Examples(
        np.array([inputs for inputs, _, _ in rows], dtype=np.float64),
        np.array([targets for _, targets, _ in rows], dtype=np.float64),
        np.array([weight for _, _, weight in rows]) if is_weighted else None,
    )


def _joined(chunks: list[Array]) -> Array:
    joined = chunks[0] if len(chunks) == 1 else np.concatenate(chunks)
    chunks.clear()
    return joined
