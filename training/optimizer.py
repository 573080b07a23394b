"""Optimizers: their settings, their state, and the rules for both."""

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
    """An optimizer and its settings, without the learning rate.

    `momentum` in [0, 1) applies to MOMENTUM and NESTEROV; `beta1` in [0, 1) to ADAM and ADAMW,
    `beta2` in [0, 1) to these and RMSPROP; `epsilon`, > 0 and finite, to these and ADAGRAD. Those
    that are not given, or do not apply, are None. `weight_decay`, ≥ 0 and finite, applies to all:
    with ADAMW to the parameters, with the others to their gradients; with `decay_weights_only` not
    to biases. `dampening` in [0, 1] applies to MOMENTUM; 0 is the same as None.
    """

    kind: OptimizerKind = OptimizerKind.GRADIENT_DESCENT
    momentum: float | None = None
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None
    weight_decay: float = 0.0
    decay_weights_only: bool = False
    dampening: float | None = None

    def completed(self) -> "Optimizer":
        """Return the optimizer with defaults for the settings that are not given."""
        missing: dict[str, Any] = {
            name: default
            for name, default in self.kind.definition.defaults.items()
            if getattr(self, name) is None
        }
        if self.dampening == 0.0:
            missing["dampening"] = None  # an equal optimizer continues the state
        return replace(self, **missing) if missing else self

    @property
    def is_dampened(self) -> bool:
        """Whether the state has the share of the next gradient."""
        return bool(self.dampening)

    def fresh_state(self, parameters: int) -> Array:
        """Return the state for this number of parameters before the first step."""
        return self.kind.definition.fresh(parameters, dampened=self.is_dampened)


@dataclass(frozen=True, slots=True)
class OptimizerState:
    """The state that an optimizer carries from update to update.

    `values` is flat: for MOMENTUM and NESTEROV the velocities v (parameters), with dampening also
    the share of the next gradient; for RMSPROP and ADAGRAD s (parameters), the mean or sum of
    squares; for ADAM and ADAMW the moments v and s (parameters each), and the running products β1^t
    and β2^t. The array is never changed in place. `optimizer` is completed: a run with an equal one
    continues the state, any other starts at zero.
    """

    optimizer: Optimizer
    values: Array


def check_optimizer(violations: Violations, field: str, optimizer: Optimizer) -> None:
    """Require settings that apply to the optimizer and are in range."""
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
                f"must be absent with {kind.name}: {_owners(name)}",
            )
        if name == "epsilon":
            violations.require(
                isfinite(value) and value > 0.0,
                f"{field}.{name}",
                f"must be finite and greater than 0, not {value}",
            )
        else:
            violations.require(
                0.0 <= value < 1.0,
                f"{field}.{name}",
                f"must be at least 0 and less than 1, not {value}",
            )
    dampening = optimizer.dampening
    if dampening is not None and known and not kind.definition.dampens:
        violations.add(
            f"{field}.dampening", f"must be absent with {kind.name}: only MOMENTUM has dampening"
        )
    elif dampening is not None:
        violations.require(
            0.0 <= dampening <= 1.0, f"{field}.dampening", f"must be 0 to 1, not {dampening}"
        )
    decay = optimizer.weight_decay
    violations.require(
        isfinite(decay) and decay >= 0.0,
        f"{field}.weight_decay",
        f"must be finite and at least 0, not {decay}",
    )


def check_optimizer_state(
    violations: Violations, field: str, state: OptimizerState, parameters: int
) -> None:
    """Require a possible optimizer state for a network with this number of parameters."""
    optimizer = state.optimizer
    check_optimizer(violations, f"{field}.optimizer", optimizer)
    if not violations.known(f"{field}.optimizer.kind"):
        return
    wanted = optimizer.kind.definition.size(parameters, dampened=optimizer.is_dampened)
    if wanted == 0:
        violations.add(field, f"must be absent: {optimizer.kind.name} has no optimizer state")
        return
    values = f"{field}.values"
    check_finite(violations, values, state.values)
    if violations.require(
        len(state.values) == wanted,
        values,
        f"must have {wanted} numbers for {optimizer.kind.name} and {parameters} parameters,"
        f" not {len(state.values)}",
    ):
        _check_values(violations, values, state, parameters)


def _check_values(
    violations: Violations, field: str, state: OptimizerState, parameters: int
) -> None:
    """Require squares of at least 0, and powers of β in [0, 1]."""
    table, values = state.optimizer.kind.definition, state.values
    if state.optimizer.is_dampened:
        share = values[parameters]
        violations.require(
            0.0 <= share <= 1.0,
            f"{field}[{parameters}]",
            f"is the share of the next gradient and must be 0 to 1, not {share}",
        )
    if "s" in table.memory:
        first = table.memory.index("s") * parameters
        negative = np.flatnonzero(values[first : first + parameters] < 0.0)
        if negative.size:
            index = first + negative[0]
            violations.add(
                f"{field}[{index}]",
                f"is a second moment and must be at least 0, not {values[index]}",
            )
    powers = table.memories * parameters
    for index in range(powers, powers + table.powers):
        violations.require(
            not (values[index] < 0.0 or values[index] > 1.0),
            f"{field}[{index}]",
            f"is a power of beta1 or beta2 and must be 0 to 1, not {values[index]}",
        )


def _owners(name: str) -> str:
    owners = [kind.name for kind in OptimizerKind if name in kind.definition.defaults]
    if len(owners) == 1:
        return f"only {owners[0]} has {name}"
    return f"only {', '.join(owners[:-1])} and {owners[-1]} have {name}"
