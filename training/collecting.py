"""Examples that arrive a chunk at a time: checked as they come, kept as arrays."""

from collections.abc import Sequence

import numpy as np

from training.errors import LimitExceeded, Violations, validating
from training.limits import Limits
from training.network import Array
from training.network_rules import check_finite
from training.training_set import Examples

#: An example's inputs and targets, as they came.
Row = tuple[Array, Array]


class Collector:
    """Collects the examples of one training set; they may be as large as the limits say."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._widths: list[int] = []
        self._count = 0
        self._inputs: list[Array] = []
        self._targets: list[Array] = []

    def add(self, violations: Violations, rows: Sequence[Row]) -> None:
        """Add a chunk of examples, or note every one of them that is bad.

        All examples must have as many inputs, and as many targets, as the first, at least one of
        each, and all numbers must be finite. Raises LimitExceeded, before anything is allocated.
        """
        if not rows:
            return
        self._widths = self._widths or [len(part) for part in rows[0]]
        self._check_size(len(rows))
        if 0 in self._widths or any([len(part) for part in row] != self._widths for row in rows):
            self._note(violations, rows)
            return
        inputs = np.array([inputs for inputs, _ in rows], dtype=np.float64)
        targets = np.array([targets for _, targets in rows], dtype=np.float64)
        if not (np.isfinite(inputs).all() and np.isfinite(targets).all()):
            self._note(violations, rows)
            return
        self._inputs.append(inputs)
        self._targets.append(targets)
        self._count += len(rows)

    def examples(self) -> Examples:
        """Return all that was added, and keep nothing. Raises InvalidFields where it is nothing."""
        with validating() as violations:
            violations.require(self._count > 0, "examples", "must be at least one")
        return Examples(_joined(self._inputs), _joined(self._targets))

    def _check_size(self, more: int) -> None:
        size = 8 * sum(self._widths) * (self._count + more)
        if size > self._limits.training_set_bytes:
            raise LimitExceeded(
                f"the examples take more than {self._limits.training_set_bytes} bytes as float64,"
                " which is the limit of a training set: send fewer",
                limit="training_set_bytes",
                value=self._limits.training_set_bytes,
            )

    def _note(self, violations: Violations, rows: Sequence[Row]) -> None:
        """Note what is wrong with a chunk."""
        for index, row in enumerate(rows, start=self._count):
            for part, values, width in zip(("inputs", "targets"), row, self._widths, strict=True):
                where = f"examples[{index}].{part}"
                violations.require(len(values) >= 1, where, "must have at least one number")
                violations.require(
                    len(values) == width,
                    where,
                    f"must have {width} numbers like the first example, has {len(values)}",
                )
                check_finite(violations, where, values)


def _joined(chunks: list[Array]) -> Array:
    joined = chunks[0] if len(chunks) == 1 else np.concatenate(chunks)
    chunks.clear()
    return joined
