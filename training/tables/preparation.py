"""A preparation: turns the numbers of a table into inputs, and outputs into answers."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from training.errors import Violations
from training.numerics.overflow import allow_overflow
from training.tables.table import Scaling, Table

Array = NDArray[np.float64]

_Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """The columns of a network, and what was learned from the rows it was first trained on.

    Each input is (x − offset) / scale, where x is the value, or its fill if it is missing; each
    target is (y − offset) / scale. `fills`, `offsets` and `scales` have a number for each input,
    `target_offsets` and `target_scales` for each output; they are empty if nothing is filled, or
    scaled. `training_set_uid` is empty if it was imported with a network.
    """

    table: Table
    fills: _Numbers = ()
    offsets: _Numbers = ()
    scales: _Numbers = ()
    target_offsets: _Numbers = ()
    target_scales: _Numbers = ()
    training_set_uid: str = ""
    example_count: int = 0

    @allow_overflow
    def inputs(self, raw: Array) -> Array:
        """Return the inputs (examples, inputs) for the values of the columns; NaN is missing."""
        if self.fills:
            raw = np.where(np.isnan(raw), np.array(self.fills), raw)
        if self.offsets:
            raw = (raw - np.array(self.offsets)) / np.array(self.scales)
        return raw

    @allow_overflow
    def targets(self, raw: Array) -> Array:
        """Return the targets (examples, outputs) for the values of the target columns."""
        if not self.target_offsets:
            return raw
        targets: Array = (raw - np.array(self.target_offsets)) / np.array(self.target_scales)
        return targets

    @allow_overflow
    def values(self, outputs: Array) -> Array:
        """Return outputs (examples, outputs) in the units of the target columns."""
        if not self.target_offsets:
            return outputs
        values: Array = outputs * np.array(self.target_scales) + np.array(self.target_offsets)
        return values


def check_preparation(violations: Violations, where: str, preparation: Preparation) -> None:
    """Require a number for each input and output where the table needs one."""
    table = preparation.table
    inputs, outputs = len(table.input_units), len(table.target_units)
    scales = table.scaling is not Scaling.NONE
    for name, is_needed, count in (
        ("fills", table.fills, inputs),
        ("offsets", scales, inputs),
        ("scales", scales, inputs),
        ("target_offsets", table.scales_targets, outputs),
        ("target_scales", table.scales_targets, outputs),
    ):
        numbers: _Numbers = getattr(preparation, name)
        needed = count if is_needed else 0
        place = f"{where}.{name}"
        violations.require(
            len(numbers) == needed, place, f"must have {needed} numbers, not {len(numbers)}"
        )
        violations.require(all(map(isfinite, numbers)), place, "must be finite")
        if name.endswith("scales"):
            violations.require(0.0 not in numbers, place, "must not be 0")
    violations.require(
        preparation.example_count >= 0, f"{where}.example_count", "must be at least 0"
    )
