"""Measures of a regression, from the outputs of a network and the targets of examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from training.network import Array
from training.numerics.overflow import allow_overflow


@dataclass(frozen=True, slots=True)
class OutputErrors:
    """The errors of one output over all examples.

    `mae` is the mean of |output − target|, `rmse` the root of the mean of its square. `r2` is
    1 − Σ(output − target)² / Σ(target − mean target)²: 1 for exact outputs, 0 for outputs that are
    always the mean target; None if all targets are equal.
    """

    mae: float
    rmse: float
    r2: float | None


class ErrorCounter:
    """Collects examples, some at a time, into the `OutputErrors` of each output.

    `targets` (n, outputs) are those of all n ≥ 1 examples.
    """

    def __init__(self, targets: Array) -> None:
        self._count = len(targets)
        self._mean = targets.mean(axis=0)
        self._is_constant = (targets == targets[0]).all(axis=0)
        self._absolute, self._squared, self._spread = np.zeros((3, targets.shape[1]))

    @allow_overflow
    def add(self, outputs: Array, targets: Array) -> None:
        """Add examples: `outputs` and `targets` (n, outputs)."""
        errors = outputs - targets
        self._absolute += np.abs(errors).sum(axis=0)
        self._squared += (errors**2).sum(axis=0)
        self._spread += ((targets - self._mean) ** 2).sum(axis=0)

    def result(self) -> Sequence[OutputErrors]:
        """Return the errors of each output."""
        return [
            OutputErrors(
                absolute / self._count,
                sqrt(squared / self._count),
                None if is_constant else 1.0 - squared / spread,
            )
            for absolute, squared, spread, is_constant in zip(
                *(column.tolist() for column in (self._absolute, self._squared, self._spread)),
                self._is_constant.tolist(),
                strict=True,
            )
        ]
