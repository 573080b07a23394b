"""Examples that arrive in chunks: each is checked, and stored as arrays."""

from collections.abc import Sequence

import numpy as np

from training.errors import LimitExceeded, Violations, validating
from training.limits import Limits
from training.network import Array
from training.network_rules import check_finite
from training.training_set import Examples

#: The inputs and targets of an example, of any length.
Row = tuple[Array, Array]


class Collector:
    """Collects the examples of one training set, up to the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._widths: list[int] = []
        self._count = 0
        self._inputs: list[Array] = []
        self._targets: list[Array] = []

    def add(self, violations: Violations, rows: Sequence[Row]) -> None:
        """Add a chunk of examples, or a violation for each invalid one.

        All examples must have the same number of inputs and of targets as the first one, at least
        one of each, and all numbers must be finite. Raises LimitExceeded before allocating.
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
        """Return all examples and clear the collector. Raises InvalidFields if there are none."""
        with validating() as violations:
            violations.require(self._count > 0, "examples", "must have at least one example")
        return Examples(_joined(self._inputs), _joined(self._targets))

    def _check_size(self, more: int) -> None:
        size = 8 * sum(self._widths) * (self._count + more)
        if size > self._limits.training_set_bytes:
            raise LimitExceeded(
                f"the examples take more than {self._limits.training_set_bytes} bytes as float64,"
                " the limit of a training set: send fewer examples",
                limit="training_set_bytes",
                value=self._limits.training_set_bytes,
            )

    def _note(self, violations: Violations, rows: Sequence[Row]) -> None:
        """Add the violations of a chunk."""
        for index, row in enumerate(rows, start=self._count):
            for part, values, width in zip(("inputs", "targets"), row, self._widths, strict=True):
                where = f"examples[{index}].{part}"
                violations.require(len(values) >= 1, where, "must have at least one number")
                violations.require(
                    len(values) == width,
                    where,
                    f"must have {width} numbers, as in the first example, not {len(values)}",
                )
                check_finite(violations, where, values)


def _joined(chunks: list[Array]) -> Array:
    joined = chunks[0] if len(chunks) == 1 else np.concatenate(chunks)
    chunks.clear()
    return joined
