"""The readable loops: their gradients are slopes, their runs go through the examples in order."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.numerics import loops
from training.numerics.initializers import uniform
from training.numerics.layout import Weights, to_flat, to_layers

XOR_INPUTS = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
XOR_TARGETS = [[0.0], [1.0], [1.0], [0.0]]


def _weights(layer_sizes: list[int], seed: int, width: float = 2.0) -> Weights:
    count = sum(a * b for a, b in pairwise(layer_sizes))
    return to_layers(layer_sizes, uniform(seed, -width, width, count))


@settings(max_examples=30, deadline=None)
@given(
    layer_sizes=st.lists(st.integers(1, 4), min_size=2, max_size=5),
    seed=st.integers(0, 2**32),
    examples=st.integers(1, 4),
)
def test_the_gradient_is_the_slope_of_the_cost(
    layer_sizes: list[int], seed: int, examples: int
) -> None:
    weights = _weights(layer_sizes, seed)
    rows = range(examples)
    inputs = [uniform(seed + 1 + row, -2.0, 2.0, layer_sizes[0]).tolist() for row in rows]
    targets = [uniform(seed + 9 + row, 0.0, 1.0, layer_sizes[-1]).tolist() for row in rows]

    def cost_with(place: int, change: float) -> float:
        flat = to_flat(weights)
        flat[place] += change
        return loops.batch_gradient(to_layers(layer_sizes, flat), inputs, targets)[0]

    analytic = to_flat(loops.batch_gradient(weights, inputs, targets)[1])
    largest = max(abs(g) for g in analytic)
    for place, (w, g) in enumerate(zip(to_flat(weights), analytic, strict=True)):
        h = 6e-6 * max(1.0, abs(w))
        numeric = (cost_with(place, h) - cost_with(place, -h)) / (2 * h)
        assert abs(g - numeric) <= 1e-6 * largest + 1e-9


def test_one_example_worked_by_hand() -> None:
    # 1 input, 1 hidden unit, 1 output; all numbers exact or checked with a pocket calculator.
    logits, activations = loops.forward([[[0.0]], [[2.0]]], [3.0])
    assert logits == [[0.0], [1.0]]
    assert activations[0] == [0.5]
    assert activations[1][0] == pytest.approx(0.7310585786300049)
    deltas = loops.backward([[[0.0]], [[2.0]]], activations, [1.0])
    assert deltas[1] == [activations[1][0] - 1.0]
    assert deltas[0] == [deltas[1][0] * 2.0 * 0.25]
    assert loops.example_cost(logits, [1.0]) == pytest.approx(0.31326168751822286)
    assert loops.gradient([3.0], activations, deltas) == [
        [[deltas[0][0] * 3.0]],
        [[deltas[1][0] * 0.5]],
    ]


def test_the_worked_example_makes_exactly_6_updates_with_a_last_batch_of_1() -> None:
    weights = _weights([2, 5, 1], 1)
    updates = list(loops.train(weights, XOR_INPUTS, XOR_TARGETS, 0.5, batch_size=3, epochs=4))
    assert len(updates) == 6
    # The last batch holds the last example alone, and is averaged over what it really holds.
    before = updates[4].weights
    assert (updates[5].cost, updates[5].gradient) == loops.batch_gradient(
        before, XOR_INPUTS[3:], XOR_TARGETS[3:]
    )


def test_a_batch_may_straddle_the_end_of_an_epoch() -> None:
    weights = _weights([2, 5, 1], 2)
    updates = list(loops.train(weights, XOR_INPUTS, XOR_TARGETS, 0.5, batch_size=3, epochs=2))
    assert len(updates) == 3
    rows = (3, 0, 1)
    cost, gradient = loops.batch_gradient(
        updates[0].weights, [XOR_INPUTS[r] for r in rows], [XOR_TARGETS[r] for r in rows]
    )
    assert (updates[1].cost, updates[1].gradient) == (cost, gradient)
    assert updates[1].weights == loops.descend(updates[0].weights, gradient, 0.5)


def test_the_cost_and_the_deltas_use_the_weights_before_the_update() -> None:
    weights = _weights([2, 3, 1], 3)
    (update,) = loops.train(weights, XOR_INPUTS, XOR_TARGETS, 1.0, batch_size=4, epochs=1)
    assert update.cost == loops.batch_gradient(weights, XOR_INPUTS, XOR_TARGETS)[0]
    assert weights == _weights([2, 3, 1], 3)  # what was given is not changed


def test_a_run_that_diverges_ends_with_the_last_finite_weights() -> None:
    inputs = [[1e200], [-1e200]]
    updates = list(loops.train([[[1.0]]], inputs, [[0.0], [0.0]], 1e150, batch_size=1, epochs=1))
    assert updates == []
    inputs = [[1.0], [1e300]]
    updates = list(loops.train([[[1.0]]], inputs, [[0.0], [1.0]], 1e9, batch_size=1, epochs=1))
    assert len(updates) == 1
    assert math.isfinite(updates[0].weights[0][0][0])


def test_sums_start_at_positive_zero() -> None:
    logits, _ = loops.forward([[[-0.0]]], [1.0])
    assert math.copysign(1.0, logits[0][0]) == 1.0
