"""Settings of optimizers: defaults, and invalid ones."""

from math import inf, nan

import numpy as np
import pytest
from refusing import refused, unknown

from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer, OptimizerState, check_optimizer, check_optimizer_state

GRADIENT_DESCENT, MOMENTUM = OptimizerKind.GRADIENT_DESCENT, OptimizerKind.MOMENTUM
NESTEROV, ADAM = OptimizerKind.NESTEROV, OptimizerKind.ADAM
RMSPROP, ADAMW, ADAGRAD = OptimizerKind.RMSPROP, OptimizerKind.ADAMW, OptimizerKind.ADAGRAD


def test_missing_settings_have_defaults() -> None:
    assert Optimizer().completed() == Optimizer(GRADIENT_DESCENT)
    assert Optimizer(MOMENTUM).completed() == Optimizer(MOMENTUM, momentum=0.9)
    assert Optimizer(NESTEROV, momentum=0.0).completed() == Optimizer(NESTEROV, momentum=0.0)
    assert Optimizer(ADAM, beta2=0.5).completed() == Optimizer(
        ADAM, beta1=0.9, beta2=0.5, epsilon=1e-8
    )


def test_a_dampening_of_0_is_none() -> None:
    dampened = Optimizer(MOMENTUM, momentum=0.5, dampening=0.0)
    assert dampened.completed() == Optimizer(MOMENTUM, momentum=0.5)


@pytest.mark.parametrize("kind", list(OptimizerKind))
def test_a_completed_optimizer_is_complete_and_valid(kind: OptimizerKind) -> None:
    completed = Optimizer(kind).completed()
    assert completed.completed() == completed
    assert all(getattr(completed, name) is not None for name in kind.definition.defaults)
    assert refused(lambda violations: check_optimizer(violations, "it", completed)) == {}


@pytest.mark.parametrize(
    ("optimizer", "bad"),
    [
        (Optimizer(weight_decay=1e-3), []),
        (Optimizer(MOMENTUM, momentum=0.0), []),
        (Optimizer(ADAM, beta1=0.0, beta2=0.0, epsilon=5e-324), []),
        (Optimizer(momentum=0.9), ["momentum"]),
        (Optimizer(MOMENTUM, momentum=1.0), ["momentum"]),
        (Optimizer(NESTEROV, momentum=-0.1), ["momentum"]),
        (Optimizer(NESTEROV, momentum=nan), ["momentum"]),
        (Optimizer(MOMENTUM, beta1=0.9, epsilon=1e-8), ["beta1", "epsilon"]),
        (Optimizer(ADAM, momentum=0.9), ["momentum"]),
        (Optimizer(ADAM, beta1=1.0, beta2=inf, epsilon=0.0), ["beta1", "beta2", "epsilon"]),
        (Optimizer(ADAM, epsilon=inf), ["epsilon"]),
        (Optimizer(MOMENTUM, dampening=1.0, decay_weights_only=True), []),
        (Optimizer(MOMENTUM, dampening=1.5), ["dampening"]),
        (Optimizer(NESTEROV, dampening=0.5), ["dampening"]),
        (Optimizer(MOMENTUM, dampening=nan), ["dampening"]),
        (Optimizer(ADAMW, beta1=0.5, beta2=0.5, epsilon=1e-3, weight_decay=0.1), []),
        (Optimizer(RMSPROP, beta2=0.5, epsilon=1e-3), []),
        (Optimizer(RMSPROP, momentum=0.5, beta1=0.5), ["momentum", "beta1"]),
        (Optimizer(ADAGRAD, beta2=0.5, epsilon=0.0), ["beta2", "epsilon"]),
        (Optimizer(weight_decay=-1e-3), ["weight_decay"]),
        (Optimizer(weight_decay=nan), ["weight_decay"]),
        (Optimizer(weight_decay=inf), ["weight_decay"]),
    ],
)
def test_every_bad_field_of_an_optimizer_is_named(optimizer: Optimizer, bad: list[str]) -> None:
    found = refused(lambda violations: check_optimizer(violations, "it", optimizer))
    assert list(found) == [f"it.{field}" for field in bad]


@pytest.mark.parametrize(
    ("optimizer", "bad"),
    [
        (Optimizer(), []),
        (Optimizer(momentum=0.5, beta1=0.5), []),
        (Optimizer(momentum=1.0, epsilon=0.0), ["momentum", "epsilon"]),
    ],
)
def test_with_an_unknown_kind_only_invalid_values_are_reported(
    optimizer: Optimizer, bad: list[str]
) -> None:
    found = refused(
        lambda violations: check_optimizer(violations, "it", optimizer), unknown("it.kind")
    )
    assert list(found) == ["it.kind", *(f"it.{field}" for field in bad)]


def test_a_setting_that_does_not_apply_is_refused_with_the_optimizers_that_have_it() -> None:
    optimizer = Optimizer(momentum=0.5, beta1=0.5, beta2=0.5)
    found = refused(lambda violations: check_optimizer(violations, "it", optimizer))
    assert found == {
        "it.beta2": "must be absent with GRADIENT_DESCENT: only ADAM, RMSPROP and ADAMW have beta2",
        "it.momentum": "must be absent with GRADIENT_DESCENT: only MOMENTUM and NESTEROV have"
        " momentum",
        "it.beta1": "must be absent with GRADIENT_DESCENT: only ADAM and ADAMW have beta1",
    }


@pytest.mark.parametrize(
    ("optimizer", "values", "bad"),
    [
        (Optimizer(MOMENTUM), [0.5, -1.0], []),
        (Optimizer(ADAM), [1.0, -1.0, 0.0, 2.0, 0.0, 1.0], []),
        (Optimizer(), [], [""]),
        (Optimizer(MOMENTUM), [0.5], [".values"]),
        (Optimizer(NESTEROV), [0.5, nan], [".values[1]"]),
        (
            Optimizer(MOMENTUM, momentum=2.0),
            [inf],
            [".optimizer.momentum", ".values[0]", ".values"],
        ),
        (
            Optimizer(ADAM),
            [1.0, 1.0, 0.0, -1.0, 1.5, -0.5],
            [".values[3]", ".values[4]", ".values[5]"],
        ),
        (Optimizer(MOMENTUM, dampening=0.5), [0.5, -1.0, 0.5], []),
        (Optimizer(MOMENTUM, dampening=0.5), [0.5, -1.0], [".values"]),
        (Optimizer(MOMENTUM, dampening=0.5), [0.5, -1.0, 1.5], [".values[2]"]),
        (Optimizer(RMSPROP), [0.5, 0.0], []),
        (Optimizer(RMSPROP), [0.5, -0.5], [".values[1]"]),
        (Optimizer(ADAGRAD), [-0.5, 0.5], [".values[0]"]),
        (Optimizer(ADAMW), [1.0, 1.0, 0.0, 1.0, 1.5, 0.5], [".values[4]"]),
        (Optimizer(ADAM, epsilon=0.0), [0.0] * 5, [".optimizer.epsilon", ".values"]),
    ],
)
def test_every_bad_number_of_an_optimizers_state_is_named(
    optimizer: Optimizer, values: list[float], bad: list[str]
) -> None:
    state = OptimizerState(optimizer, np.array(values))
    found = refused(lambda violations: check_optimizer_state(violations, "it", state, 2))
    assert list(found) == [f"it{field}" for field in bad]
