"""Summaries of layers are those of plain loops over every number."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numerics import Floats, uniform
from worlds import make_world

from training import chunks as chunking
from training.engine import activations
from training.layer_summary import norm, spread_examples, summarize
from training.network import Network
from training.numerics.activations import Activation

UNITS = (Activation.RELU, Activation.TANH, Activation.SIGMOID, Activation.IDENTITY)


def example_network(*, bias: bool = True) -> Network:
    sizes = (3, 6, 5, 4, 2)
    return make_world(sizes, [[0.0] * 3], [[0.0] * 2], activations=UNITS, bias=bias).network


def loop_norm(numbers: list[float]) -> float:
    total = 0.0
    for number in numbers:
        total = total + number * number
    return math.sqrt(total)


@pytest.mark.parametrize("bias", [True, False])
def test_norms_and_weights_are_those_of_each_layer(bias: bool) -> None:
    network = example_network(bias=bias)
    before, after, gradient = (
        uniform(seed, -1.0, 1.0, network.parameter_count) for seed in (1, 2, 3)
    )
    for shape, found in zip(
        network.shapes, summarize(network, before, after, gradient, None), strict=True
    ):
        whole = slice(shape.offset, shape.offset + shape.units * (shape.inputs + bias))
        assert found.gradient_norm == loop_norm(gradient[whole].tolist())
        assert found.update_norm == loop_norm((after - before)[whole].tolist())
        assert found.parameter_norm == loop_norm(after[whole].tolist())
        assert int(found.weights.counts.sum()) == shape.units * shape.inputs
        low, *_, high = found.weights.bins.edges
        weights = after[shape.weights]
        assert low <= weights.min() <= weights.max() < high
        assert found.units is None


#: Whether an activation says that its unit is dead or saturated.
IDLE: dict[Activation, Callable[[float], bool]] = {
    Activation.RELU: lambda a: a == 0.0,
    Activation.TANH: lambda a: not -0.9 < a < 0.9,
    Activation.SIGMOID: lambda a: not 0.05 < a < 0.95,
}


def expected_idle(activation: Activation, values: list[list[float]]) -> int | None:
    """Return the number of units that are dead or saturated for every example, with loops."""
    idle = IDLE.get(activation)
    if idle is None:
        return None
    return sum(all(idle(row[unit]) for row in values) for unit in range(len(values[0])))


@pytest.mark.parametrize("work", [1, 2**26])
def test_activations_dead_and_saturated_units_are_those_of_all_examples(
    work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunking, "_WORK", work)
    network = example_network()
    parameters = uniform(4, -9.0, 9.0, network.parameter_count)
    inputs: Floats = uniform(5, -2.0, 2.0, 21, 3)
    values, first, idle = activations(network, parameters, inputs), 0, 0
    layers = summarize(network, None, parameters, None, inputs)
    for activation, found in zip(network.activations, layers, strict=True):
        assert (found.gradient_norm, found.update_norm) == (None, None)
        assert found.units is not None
        last = first + network.shapes[layers.index(found)].units
        of_layer = values[:, first:last]
        expected = expected_idle(activation, of_layer.tolist())
        is_relu = activation is Activation.RELU
        assert found.units.dead == (expected if is_relu else None)
        assert found.units.saturated == (None if is_relu else expected)
        edges = found.activations.bins.edges
        counts = [
            int(((of_layer >= low) & (of_layer < high)).sum())
            for low, high in itertools.pairwise(edges)
        ]
        assert found.activations.counts.tolist() == counts
        first, idle = last, idle + (expected or 0)
    assert idle > 0


def test_activations_that_are_not_finite_are_counted_apart() -> None:
    network = example_network()
    layers = summarize(
        network, None, np.full(network.parameter_count, 1e308), None, np.full((1, 3), 10.0)
    )
    assert [layer.activations.non_finite for layer in layers] == [6, 0, 0, 2]
    assert layers[0].parameter_norm == math.inf


def test_a_norm_adds_in_order() -> None:
    numbers = np.array([1e8, 1.0, 1e8, 1.0])
    assert norm(numbers) == loop_norm(numbers.tolist())


def test_examples_are_spread_over_the_set() -> None:
    assert spread_examples(3).tolist() == [0, 1, 2]
    assert spread_examples(0).tolist() == []
    assert spread_examples(10, 4).tolist() == [0, 2, 5, 7]
    assert spread_examples(1797).tolist() == [i * 1797 // 256 for i in range(256)]
