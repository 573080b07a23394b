"""The layout of parameters, and their initial values."""

from dataclasses import replace
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import make_world

from training.network import (
    Initializer,
    LayerParameters,
    count_parameters,
    initial_parameters,
    layer_shapes,
    split_layers,
)
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction, natural_cost_function
from training.numerics.initializers import INITIALIZERS, InitializerKind
from training.numerics.random import RandomStream

SEEDED = [kind for kind in InitializerKind if kind.definition.seeded]
sizes = st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple)


@given(sizes, st.booleans())
def test_layers_follow_each_other_weights_first_then_biases(
    layer_sizes: tuple[int, ...], bias: bool
) -> None:
    places: list[int] = []
    every = range(count_parameters(layer_sizes, bias))
    for shape, (inputs, units) in zip(
        layer_shapes(layer_sizes, bias), pairwise(layer_sizes), strict=True
    ):
        assert (shape.units, shape.inputs) == (units, inputs)
        assert len(every[shape.weights]) == units * inputs
        assert len(every[shape.biases]) == (units if bias else 0)
        assert shape.size == len(every[shape.weights]) + len(every[shape.biases])
        places += [*every[shape.weights], *every[shape.biases]]
    assert places == list(every)


def test_split_layers_are_views_of_the_flat_vector() -> None:
    flat = np.arange(3 * 2 + 3 + 1 * 3 + 1, dtype=np.float64)
    first, second = split_layers((2, 3, 1), bias=True, parameters=flat)
    assert first.weights.tolist() == [0, 1, 2, 3, 4, 5]
    assert first.biases.tolist() == [6, 7, 8]
    assert second.weights.tolist() == [9, 10, 11]
    assert second.biases.tolist() == [12]
    assert first.weights.base is flat
    (only,) = split_layers((2, 1), bias=False, parameters=flat[:2])
    assert only.biases.size == 0


@given(sizes, st.booleans(), st.sampled_from(SEEDED), st.integers(0, 2**63 - 1))
def test_weights_are_drawn_layer_after_layer_from_one_stream_and_biases_are_0(
    layer_sizes: tuple[int, ...], bias: bool, kind: InitializerKind, seed: int
) -> None:
    world = make_world(
        layer_sizes,
        [[0.0] * layer_sizes[0]],
        [[0.0] * layer_sizes[-1]],
        bias=bias,
    )
    network = replace(world.network, initializer=Initializer(kind, seed))
    stream = RandomStream(seed)
    layers = split_layers(layer_sizes, bias, initial_parameters(network))
    for layer in layers:
        bounds = {
            InitializerKind.UNIFORM: 0.12,
            InitializerKind.GLOROT: sqrt(6 / (layer.inputs + layer.units)),
            InitializerKind.HE: sqrt(6 / layer.inputs),
            InitializerKind.LECUN: sqrt(3 / layer.inputs),
        }
        deviations = {
            InitializerKind.LECUN_NORMAL: sqrt(1 / layer.inputs),
            InitializerKind.GLOROT_NORMAL: sqrt(2 / (layer.inputs + layer.units)),
            InitializerKind.HE_NORMAL: sqrt(2 / layer.inputs),
            InitializerKind.NORMAL: 0.05,
        }
        count = layer.units * layer.inputs
        if kind in bounds:
            expected = stream.uniform(-bounds[kind], bounds[kind], count)
        elif kind in deviations:
            expected = stream.normal(deviations[kind], count)
        else:
            assert kind is InitializerKind.ORTHOGONAL
            expected = INITIALIZERS[kind](stream, layer.inputs, layer.units, {})
        assert layer.weights.tobytes() == expected.tobytes()
        assert not layer.biases.any()


def test_uniform_weights_lie_between_the_bounds_that_were_given() -> None:
    recipe = Initializer(InitializerKind.UNIFORM, 1, low=0.0, high=1e-3)
    parameters = initial_parameters(replace(make_world((30, 30, 1)).network, initializer=recipe))
    assert 0.0 <= parameters.min() < parameters.max() < 1e-3


def test_zeros_are_zeros() -> None:
    recipe = Initializer(InitializerKind.ZEROS)
    assert not initial_parameters(replace(make_world().network, initializer=recipe)).any()


def test_explicit_parameters_are_used_unchanged() -> None:
    network = replace(
        make_world((2, 2, 1), bias=True).network,
        initializer=Initializer(InitializerKind.EXPLICIT),
    )
    layers = [
        LayerParameters(2, 2, np.array([-0.0, 5e-324, 3.0, 4.0]), np.array([5.0, 6.0])),
        LayerParameters(1, 2, np.array([7.0, 8.0]), np.array([9.0])),
    ]
    expected = np.array([-0.0, 5e-324, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    assert initial_parameters(network, layers).tobytes() == expected.tobytes()


@pytest.mark.parametrize("kind", list(InitializerKind))
def test_only_some_have_arguments_where_none_are_given(kind: InitializerKind) -> None:
    completed = Initializer(kind).completed()
    assert completed.deviation == (0.05 if kind is InitializerKind.NORMAL else None)
    bounds = (-0.12, 0.12) if kind is InitializerKind.UNIFORM else (None, None)
    assert (completed.low, completed.high) == bounds
    assert completed.seed is None


def test_the_natural_cost_function_follows_from_the_outputs() -> None:
    assert {activation: natural_cost_function(activation) for activation in Activation} == {
        Activation.SIGMOID: CostFunction.CROSS_ENTROPY,
        Activation.SOFTMAX: CostFunction.CATEGORICAL_CROSS_ENTROPY,
        Activation.TANH: CostFunction.SQUARED_ERROR,
        Activation.RELU: CostFunction.SQUARED_ERROR,
        Activation.LEAKY_RELU: CostFunction.SQUARED_ERROR,
        Activation.ELU: CostFunction.SQUARED_ERROR,
        Activation.SELU: CostFunction.SQUARED_ERROR,
        Activation.GELU: CostFunction.SQUARED_ERROR,
        Activation.SILU: CostFunction.SQUARED_ERROR,
        Activation.SOFTPLUS: CostFunction.SQUARED_ERROR,
        Activation.IDENTITY: CostFunction.SQUARED_ERROR,
    }
