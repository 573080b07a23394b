"""The names of classes of training sets whose columns have no names."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from training.errors import Violations
from training.network import Array

_LONGEST: Final = 255
_FEWEST: Final = 2


def check_class_names(violations: Violations, field: str, names: Sequence[str]) -> None:
    """Require at least 2 different names of 1 to 255 characters."""
    violations.require(
        len(names) >= _FEWEST, field, f"must have at least {_FEWEST} names, not {len(names)}"
    )
    seen = set[str]()
    for index, name in enumerate(names):
        violations.require(
            1 <= len(name) <= _LONGEST,
            f"{field}[{index}]",
            f"must have 1 to {_LONGEST} characters, not {len(name)}",
        )
        violations.require(name not in seen, f"{field}[{index}]", f"{name!r} occurs twice")
        seen.add(name)


def check_class_targets(
    violations: Violations, field: str, names: Sequence[str], targets: Array, first: int
) -> None:
    """Require a name for each target, and examples of one class each: one target is 1, others 0.

    `targets` (n, targets) are those of the examples from number `first` on.
    """
    count = targets.shape[1]
    if count != len(names):
        violations.add(field, f"must have {count} names, one for each target, not {len(names)}")
        return
    are_one_hot = ((targets == 1.0).sum(axis=1) == 1) & ((targets != 0.0).sum(axis=1) == 1)
    if not are_one_hot.all():
        violations.add(
            field,
            "must be empty, because not every example is of one class: the targets of example"
            f" {first + int(np.argmin(are_one_hot))} are not 1 once and 0 otherwise",
        )
