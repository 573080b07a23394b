"""Invalid networks are refused, with every invalid field named."""

from itertools import product
from math import inf, nan

import numpy as np
import pytest
from refusing import refused, unknown

from training.errors import LimitExceeded, Violations
from training.limits import Limits
from training.network import Initializer, LayerParameters
from training.network_rules import (
    check_initializer,
    check_layer_parameters,
    check_structure,
)
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind

SIGMOID, TANH, SOFTMAX = Activation.SIGMOID, Activation.TANH, Activation.SOFTMAX
CROSS_ENTROPY, CATEGORICAL = CostFunction.CROSS_ENTROPY, CostFunction.CATEGORICAL_CROSS_ENTROPY
SQUARED_ERROR = CostFunction.SQUARED_ERROR


def structure(
    layer_sizes: tuple[int, ...] = (2, 5, 1),
    activations: tuple[Activation, ...] = (),
    cost_function: CostFunction = CROSS_ENTROPY,
    bad: tuple[str, ...] = (),
) -> dict[str, str]:
    return refused(
        lambda violations: check_structure(
            violations,
            layer_sizes,
            bias=True,
            activations=activations,
            cost_function=cost_function,
            limits=Limits(),
        ),
        unknown(*bad),
    )


@pytest.mark.parametrize(
    ("layer_sizes", "activations", "cost_function", "bad"),
    [
        ((2, 5, 1), (), CROSS_ENTROPY, []),
        ((2, 5, 1), (SIGMOID,), CROSS_ENTROPY, []),
        ((2, 5, 1), (TANH, SIGMOID), CROSS_ENTROPY, []),
        ((2, 3), (SOFTMAX,), CATEGORICAL, []),
        ((2, 5, 3), (TANH, SOFTMAX), CATEGORICAL, []),
        ((2,), (), CROSS_ENTROPY, ["layer_sizes"]),
        ((), (), CROSS_ENTROPY, ["layer_sizes"]),
        ((2, 0, -1), (), CROSS_ENTROPY, ["layer_sizes[1]", "layer_sizes[2]"]),
        ((2, 5, 1), (SIGMOID,) * 3, CROSS_ENTROPY, ["activations"]),
        ((2, 5, 3), (SOFTMAX,), CATEGORICAL, ["activations[0]"]),
        ((2, 5, 1), (TANH, SOFTMAX), CATEGORICAL, ["activations[1]"]),
        ((2, 1), (SOFTMAX,), CATEGORICAL, ["activations[0]"]),
        ((2, 5, 3), (SOFTMAX, SOFTMAX), CATEGORICAL, ["activations[0]"]),
        ((2, 5, 1), (SOFTMAX, SIGMOID), CROSS_ENTROPY, ["activations[0]"]),
        ((2, 5, 3), (TANH, SOFTMAX), CROSS_ENTROPY, ["cost_function"]),
        ((2, 5, 3), (TANH, SOFTMAX), SQUARED_ERROR, ["cost_function"]),
        ((2, 5, 3), (), CATEGORICAL, ["cost_function"]),
        ((2, 5, 1), (TANH,), CROSS_ENTROPY, ["cost_function"]),
    ],
)
def test_every_bad_field_of_a_structure_is_named(
    layer_sizes: tuple[int, ...],
    activations: tuple[Activation, ...],
    cost_function: CostFunction,
    bad: list[str],
) -> None:
    assert list(structure(layer_sizes, activations, cost_function)) == bad


@pytest.mark.parametrize(
    ("layer_sizes", "activations", "cost_function", "not_known", "bad"),
    [
        ((2, 5, 5, 1), (SIGMOID,) * 3, CROSS_ENTROPY, ["activations[0]", "activations[2]"], []),
        ((2, 5, 1), (), CATEGORICAL, ["cost_function"], []),
        ((2, 5, 1), (SIGMOID,), CATEGORICAL, ["activations[0]"], []),
        (
            (0, 5, 1),
            (SOFTMAX, SIGMOID),
            CATEGORICAL,
            ["activations[1]", "cost_function"],
            ["layer_sizes[0]", "activations[0]"],
        ),
    ],
)
def test_a_function_that_is_not_known_is_named_and_does_not_matter_to_the_other_rules(
    layer_sizes: tuple[int, ...],
    activations: tuple[Activation, ...],
    cost_function: CostFunction,
    not_known: list[str],
    bad: list[str],
) -> None:
    assert list(structure(layer_sizes, activations, cost_function, tuple(not_known))) == [
        *bad,
        *not_known,
    ]


def test_each_pair_of_outputs_and_cost_is_accepted_or_refused_with_what_to_do() -> None:
    sensible = {(SIGMOID, CROSS_ENTROPY), (SOFTMAX, CATEGORICAL)} | {
        (outputs, cost)
        for outputs in Activation
        for cost in CostFunction
        if outputs is not SOFTMAX and cost.definition.activation is None
    }
    for outputs, cost in product(Activation, CostFunction):
        found = structure((2, 5, 3), (TANH, outputs), cost)
        if (outputs, cost) in sensible:
            assert found == {}
        else:
            assert list(found) == ["cost_function"]
            assert cost.name in found["cost_function"]
            assert outputs.name in found["cost_function"]
            assert any(advice in found["cost_function"] for advice in ("must be", "use "))


@pytest.mark.parametrize(
    ("layer_sizes", "bias", "exceeded"),
    [
        ((1000, 1000), False, None),
        ((1000, 1000), True, "parameters"),
        ((999, 1000), True, None),
        ((2**31 - 1,) * 64, False, "parameters"),
        ((1,) * 64, True, None),
        ((1,) * 65, True, "layers"),
    ],
)
def test_limits_are_checked_without_allocating(
    layer_sizes: tuple[int, ...], bias: bool, exceeded: str | None
) -> None:
    def check() -> None:
        check_structure(Violations(), layer_sizes, bias, (), CROSS_ENTROPY, Limits())

    if exceeded is None:
        check()
    else:
        with pytest.raises(LimitExceeded) as error:
            check()
        assert error.value.metadata["limit"] == exceeded


UNIFORM, GLOROT, ZEROS = InitializerKind.UNIFORM, InitializerKind.GLOROT, InitializerKind.ZEROS


@pytest.mark.parametrize(
    ("initializer", "bad"),
    [
        (Initializer(UNIFORM), []),
        (Initializer(UNIFORM, 2**63 - 1, -1.0, 1.0), []),
        (Initializer(UNIFORM, low=-0.5), []),
        (Initializer(GLOROT, 0), []),
        (Initializer(InitializerKind.HE), []),
        (Initializer(ZEROS), []),
        (Initializer(InitializerKind.EXPLICIT), ["kind"]),
        (Initializer(UNIFORM, -1), ["seed"]),
        (Initializer(GLOROT, 2**63), ["seed"]),
        (Initializer(ZEROS, 0), ["seed"]),
        (Initializer(UNIFORM, low=nan), ["low"]),
        (Initializer(UNIFORM, low=-inf, high=inf), ["low", "high"]),
        (Initializer(UNIFORM, low=1.0, high=1.0), ["high"]),
        (Initializer(UNIFORM, low=0.12), ["high"]),
        (Initializer(UNIFORM, high=-0.12), ["high"]),
        (Initializer(UNIFORM, low=-1e308, high=1e308), ["high"]),
        (Initializer(GLOROT, low=-0.1, high=0.1), ["low", "high"]),
        (Initializer(ZEROS, 1, low=0.0), ["seed", "low"]),
        (Initializer(InitializerKind.NORMAL), []),
        (Initializer(InitializerKind.NORMAL, deviation=2.0), []),
        (Initializer(InitializerKind.NORMAL, deviation=0.0), ["deviation"]),
        (Initializer(InitializerKind.NORMAL, deviation=nan), ["deviation"]),
        (Initializer(InitializerKind.NORMAL, low=0.0), ["low"]),
        (Initializer(InitializerKind.ORTHOGONAL, 3, deviation=1.0), ["deviation"]),
    ],
)
def test_every_bad_field_of_an_initializer_is_named(
    initializer: Initializer, bad: list[str]
) -> None:
    found = refused(lambda violations: check_initializer(violations, "it", initializer))
    assert list(found) == [f"it.{field}" for field in bad]


@pytest.mark.parametrize(
    ("initializer", "bad"),
    [
        (Initializer(UNIFORM), []),
        (Initializer(UNIFORM, low=0.5), []),
        (Initializer(UNIFORM, low=0.5, high=0.5), ["high"]),
        (Initializer(UNIFORM, -1, low=nan), ["seed", "low"]),
    ],
)
def test_with_an_unknown_initializer_only_invalid_values_are_reported(
    initializer: Initializer, bad: list[str]
) -> None:
    found = refused(
        lambda violations: check_initializer(violations, "it", initializer), unknown("it.kind")
    )
    assert list(found) == ["it.kind", *(f"it.{field}" for field in bad)]


def layer(units: int, inputs: int, weights: int, biases: int = 0) -> LayerParameters:
    return LayerParameters(units, inputs, np.ones(weights), np.ones(biases))


@pytest.mark.parametrize(
    ("bias", "layers", "bad"),
    [
        (False, [layer(3, 2, 6), layer(1, 3, 3)], []),
        (True, [layer(3, 2, 6, 3), layer(1, 3, 3, 1)], []),
        (False, [layer(3, 2, 6)], [""]),
        (False, [layer(2, 3, 6), layer(1, 3, 2)], ["[0]", "[1].weights"]),
        (True, [layer(3, 2, 6), layer(1, 3, 3, 2)], ["[0].biases", "[1].biases"]),
        (False, [layer(3, 2, 6, 3), layer(1, 3, 3)], ["[0].biases"]),
        (
            True,
            [
                LayerParameters(3, 2, np.array([1, 2, 3, nan, 5, inf]), np.array([1, -inf, 3])),
                layer(1, 3, 3, 1),
            ],
            ["[0].weights[3]", "[0].biases[1]"],
        ),
    ],
)
def test_every_bad_field_of_given_parameters_is_named(
    bias: bool, layers: list[LayerParameters], bad: list[str]
) -> None:
    found = refused(
        lambda violations: check_layer_parameters(violations, "it", layers, (2, 3, 1), bias)
    )
    assert list(found) == [f"it{field}" for field in bad]
