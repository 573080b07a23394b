"""How gradients become steps: the optimizers, what they are set to, and what they remember."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from training.errors import Violations
from training.network import Array
from training.network_rules import check_finite
from training.numerics.optimizers import OptimizerKind


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer and what it is set to, the learning rate aside.

    `momentum` in [0, 1) is of MOMENTUM and NESTEROV; `beta1` and `beta2` in [0, 1) and `epsilon`,
    > 0 and finite, are of ADAM. What is not given, or does not apply, is None. `weight_decay`, ≥ 0
    and finite, is of all.
    """

    kind: OptimizerKind = OptimizerKind.GRADIENT_DESCENT
    momentum: float | None = None
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None
    weight_decay: float = 0.0

    def completed(self) -> "Optimizer":
        """Return the optimizer with the values that are used where none are given."""
        missing: dict[str, Any] = {
            name: default
            for name, default in self.kind.definition.defaults.items()
            if getattr(self, name) is None
        }
        return replace(self, **missing) if missing else self


@dataclass(frozen=True, slots=True)
class OptimizerState:
    """What an optimizer remembers from update to update.

    `values` is flat: of MOMENTUM and NESTEROV the velocities v (parameters); of ADAM the moments m
    and v (parameters each), and the running products β1^t and β2^t. They are never changed in place
    once the state is made. `optimizer` is completed: a run whose own is equal goes on with the
    state, any other starts at zero.
    """

    optimizer: Optimizer
    values: Array


def check_optimizer(violations: Violations, field: str, optimizer: Optimizer) -> None:
    """Require what applies to an optimizer to be in its range, and nothing else."""
    kind = optimizer.kind
    known = violations.known(f"{field}.kind")
    for name in ("momentum", "beta1", "beta2", "epsilon"):
        value = getattr(optimizer, name)
        if value is None:
            continue
        if known:
            violations.require(
                name in kind.definition.defaults,
                f"{field}.{name}",
                f"must be absent: {kind.name} has none, {_owners(name)}",
            )
        if name == "epsilon":
            violations.require(
                isfinite(value) and value > 0.0,
                f"{field}.{name}",
                f"must be finite and greater than 0, is {value}",
            )
        else:
            violations.require(
                0.0 <= value < 1.0,
                f"{field}.{name}",
                f"must be at least 0 and less than 1, is {value}",
            )
    decay = optimizer.weight_decay
    violations.require(
        isfinite(decay) and decay >= 0.0,
        f"{field}.weight_decay",
        f"must be finite and at least 0, is {decay}",
    )


def check_optimizer_state(
    violations: Violations, field: str, state: OptimizerState, parameters: int
) -> None:
    """Require what an optimizer can have come to remember of a network with so many parameters."""
    optimizer = state.optimizer
    check_optimizer(violations, f"{field}.optimizer", optimizer)
    if not violations.known(f"{field}.optimizer.kind"):
        return
    wanted = optimizer.kind.definition.size(parameters)
    if wanted == 0:
        violations.add(field, f"must be absent: {optimizer.kind.name} remembers nothing")
        return
    values = f"{field}.values"
    check_finite(violations, values, state.values)
    if (
        violations.require(
            len(state.values) == wanted,
            values,
            f"must be {wanted} numbers for {optimizer.kind.name} and {parameters} parameters,"
            f" are {len(state.values)}",
        )
        and optimizer.kind is OptimizerKind.ADAM
    ):
        _check_adam(violations, values, state.values, parameters)


def _check_adam(violations: Violations, field: str, values: Array, parameters: int) -> None:
    """Require second moments that have a root, and powers of β that one can have."""
    negative = np.flatnonzero(values[parameters : 2 * parameters] < 0.0)
    if negative.size:
        place = parameters + negative[0]
        violations.add(
            f"{field}[{place}]", f"must be at least 0, a second moment, is {values[place]}"
        )
    for place in range(2 * parameters, 2 * parameters + 2):
        violations.require(
            not (values[place] < 0.0 or values[place] > 1.0),
            f"{field}[{place}]",
            f"must be 0 to 1, a power of beta1 or beta2, is {values[place]}",
        )


def _owners(name: str) -> str:
    owners = [kind.name for kind in OptimizerKind if name in kind.definition.defaults]
    return f"only {' and '.join(owners)} {'has' if len(owners) == 1 else 'have'} one"
