"""The readable loops: gradients are slopes, and runs use the examples in order."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import PAIRS, Problem, a_problem, uniform
from promises import rounds

from training.numerics import loops, run_loops
from training.numerics.activations import ACTIVATIONS
from training.numerics.layout import Layer, Structure, to_flat, to_layers
from training.numerics.onnx_nodes import SELU_BELOW, SELU_SCALE
from training.numerics.optimizers import OptimizerKind, Rates
from training.numerics.random import epoch_order

XOR_INPUTS = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
XOR_TARGETS = [[0.0], [1.0], [1.0], [0.0]]
SIGMOIDS = Structure((2, 5, 1), ("sigmoid", "sigmoid"), "cross-entropy")


def _function(activation: str, z: Sequence[Any]) -> list[Any]:
    """Apply an activation by its plain formula."""
    if activation == "softmax":
        total = mpmath.fsum(map(mpmath.exp, z))
        return [mpmath.exp(z_k) / total for z_k in z]
    formulas = {
        "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
        "tanh": mpmath.tanh,
        "relu": lambda x: max(x, mpmath.mpf(0)),
        "leaky-relu": lambda x: x if x > 0 else mpmath.mpf(0.01) * x,
        "elu": lambda x: x if x > 0 else mpmath.expm1(x),
        "selu": lambda x: SELU_SCALE * x if x > 0 else SELU_BELOW * mpmath.expm1(x),
        "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
        "silu": lambda x: x / (1 + mpmath.exp(-x)),
        "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
        "identity": lambda x: x,
    }
    return [formulas[activation](z_k) for z_k in z]


def _cost(cost: str, a: Sequence[Any], y: Sequence[float]) -> Any:
    """Return the cost of one example by its plain formula."""
    pairs = list(zip(a, y, strict=True))
    if cost == "cross-entropy":
        terms = [y_k * mpmath.log(a_k) + (1 - y_k) * mpmath.log(1 - a_k) for a_k, y_k in pairs]
        return -mpmath.fsum(terms)
    if cost == "categorical-cross-entropy":
        return -mpmath.fsum(y_k * mpmath.log(a_k) for a_k, y_k in pairs)
    if cost == "huber":
        sizes = [abs(a_k - y_k) for a_k, y_k in pairs]
        return mpmath.fsum(d * d / 2 if d <= 1 else d - 0.5 for d in sizes)
    if cost == "hinge":
        return mpmath.fsum(max(0, 1 - y_k * a_k) for a_k, y_k in pairs)
    if cost == "poisson":
        return mpmath.fsum(mpmath.exp(a_k) - y_k * a_k for a_k, y_k in pairs)
    half = mpmath.fsum((a_k - y_k) ** 2 for a_k, y_k in pairs) / 2
    return half / len(pairs) if cost == "quadratic" else half


def _mean_cost(problem: Problem, parameters: Sequence[Any]) -> Any:
    """Return the mean cost of all examples, written anew with numbers of high precision."""
    structure = problem.structure
    costs = []
    for x, y in zip(problem.inputs.tolist(), problem.targets.tolist(), strict=True):
        rest = iter(parameters)
        a = [mpmath.mpf(x_j) for x_j in x]
        for units, activation in zip(structure.layer_sizes[1:], structure.activations, strict=True):
            rows = [[next(rest) for _ in a] for _ in range(units)]
            biases = [next(rest) if structure.bias else 0 for _ in range(units)]
            z = [mpmath.fdot(row, a) + b for row, b in zip(rows, biases, strict=True)]
            a = _function(activation, z)
        costs.append(_cost(structure.cost, a, y))
    return mpmath.fsum(costs) / len(costs)


@pytest.mark.parametrize("bias", [False, True], ids=["no bias", "bias"])
@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
@settings(max_examples=rounds(4, 100))
@given(
    hidden=st.lists(st.tuples(st.integers(1, 3), st.sampled_from(list(ACTIVATIONS))), max_size=2),
    ends=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    examples=st.integers(1, 2),
    seed=st.integers(0, 2**32),
)
def test_the_gradient_is_the_slope_of_the_cost(
    pair: tuple[str, str],
    bias: bool,
    hidden: list[tuple[int, str]],
    ends: tuple[int, int],
    examples: int,
    seed: int,
) -> None:
    sizes = (ends[0], *(units for units, _ in hidden), ends[1])
    problem = a_problem(sizes, pair, bias=bias, examples=examples, seed=seed, width=2.0)
    activations = (*(activation for _, activation in hidden), pair[0])
    problem = dataclasses.replace(
        problem, structure=dataclasses.replace(problem.structure, activations=activations)
    )
    parameters = problem.parameters.tolist()
    costs, gradient = loops.batch_gradient(
        problem.structure, parameters, problem.inputs.tolist(), problem.targets.tolist()
    )
    with mpmath.workprec(200):
        h = mpmath.mpf(10) ** -25  # so small that no kink lies between
        exact = [mpmath.mpf(p) for p in parameters]
        assert loops.total(costs) / examples == pytest.approx(
            float(_mean_cost(problem, exact)), rel=1e-13, abs=1e-14
        )
        largest = max(map(abs, gradient))
        for place, g in enumerate(gradient):
            there = [*exact[:place], exact[place] + h, *exact[place + 1 :]]
            back = [*exact[:place], exact[place] - h, *exact[place + 1 :]]
            slope = (_mean_cost(problem, there) - _mean_cost(problem, back)) / (2 * h)
            assert abs(g - slope) <= 1e-13 * largest + 1e-14


def test_one_example_worked_by_hand() -> None:
    # 1 input, 1 hidden unit, 1 output; all numbers exact or checked with a pocket calculator.
    structure = Structure((1, 1, 1), ("sigmoid", "sigmoid"), "cross-entropy")
    layers = [Layer([[0.0]], []), Layer([[2.0]], [])]
    logits, activations = loops.forward(structure, layers, [3.0])
    assert logits == [[0.0], [1.0]]
    assert activations[0] == [0.5]
    assert activations[1][0] == pytest.approx(0.7310585786300049)
    deltas = loops.backward(structure, layers, logits, activations, [1.0])
    assert deltas[1] == [activations[1][0] - 1.0]
    assert deltas[0] == [deltas[1][0] * 2.0 * 0.25]
    cost = loops.example_cost(structure, logits, activations, [1.0])
    assert cost == pytest.approx(0.31326168751822286)
    assert loops.gradient(structure, [3.0], activations, deltas) == [
        Layer([[deltas[0][0] * 3.0]], []),
        Layer([[deltas[1][0] * 0.5]], []),
    ]


def test_one_example_with_biases_worked_by_hand() -> None:
    # 2 inputs, relu, identity, half the squared error: every number is exact.
    structure = Structure((2, 2, 1), ("relu", "identity"), "squared-error", bias=True)
    layers = [Layer([[1.0, 2.0], [-1.0, 0.5]], [0.5, -3.0]), Layer([[2.0, 4.0]], [0.25])]
    logits, activations = loops.forward(structure, layers, [2.0, 1.0])
    assert logits == [[4.5, -4.5], [9.25]]
    assert activations == [[4.5, 0.0], [9.25]]
    assert loops.example_cost(structure, logits, activations, [8.0]) == 0.78125
    deltas = loops.backward(structure, layers, logits, activations, [8.0])
    assert deltas == [[2.5, 0.0], [1.25]]
    assert loops.gradient(structure, [2.0, 1.0], activations, deltas) == [
        Layer([[5.0, 2.5], [0.0, 0.0]], [2.5, 0.0]),
        Layer([[5.625, 0.0]], [1.25]),
    ]


def test_sums_start_at_positive_zero_and_the_bias_comes_last() -> None:
    structure = Structure((1, 1), ("identity",), "squared-error")
    logits, _ = loops.forward(structure, [Layer([[-0.0]], [])], [1.0])
    assert math.copysign(1.0, logits[0][0]) == 1.0
    biased = Structure((2, 1), ("identity",), "squared-error", bias=True)
    # (1 + 2⁻⁵³) + 2⁻⁵³ rounds to 1, 1 + (2⁻⁵³ + 2⁻⁵³) would not.
    layers = [Layer([[1.0, 2.0**-53]], [2.0**-53])]
    assert loops.forward(biased, layers, [1.0, 1.0])[0] == [[1.0]]


def _xor(**training: Any) -> Problem:
    """Return the problem of the worked example."""
    chosen: dict[str, Any] = {"rates": Rates(0.5), "batch_size": 3, "epochs": 4} | training
    return Problem(
        SIGMOIDS,
        uniform(1, -2.0, 2.0, 15),
        np.array(XOR_INPUTS),
        np.array(XOR_TARGETS),
        run_loops.Training(**chosen),
    )


def _assert_takes(
    problem: Problem, updates: list[run_loops.Update], number: int, rows: list[int]
) -> None:
    """Assert that an update, counted from 0, was made of these examples in this order."""
    before = updates[number - 1].parameters if number else problem.parameters.tolist()
    costs, gradient = loops.batch_gradient(
        problem.structure,
        before,
        [problem.inputs[row].tolist() for row in rows],
        [problem.targets[row].tolist() for row in rows],
    )
    assert updates[number].cost == loops.total(costs) / len(rows)
    assert updates[number].gradient == gradient


def test_the_worked_example_makes_exactly_6_updates_with_a_last_batch_of_1() -> None:
    problem = _xor()
    updates = problem.by_loops()
    assert len(updates) == 6
    # The last batch holds the last example alone, and is averaged over what it really holds.
    for number, rows in enumerate([[0, 1, 2], [3, 0, 1], [2, 3, 0], [1, 2, 3], [0, 1, 2], [3]]):
        _assert_takes(problem, updates, number, rows)


@pytest.mark.parametrize("batch_size", [1, 3, 5, 7])
def test_a_shuffled_run_takes_each_epochs_examples_in_its_order(batch_size: int) -> None:
    problem = a_problem(batch_size=batch_size, epochs=5, shuffle_seed=9)
    updates = problem.by_loops()
    assert len(updates) == math.ceil(35 / batch_size)
    for number in range(len(updates)):
        _assert_takes(problem, updates, number, problem.batch(number))


def test_a_shuffled_straddling_batch_may_hold_an_example_twice() -> None:
    problem = a_problem(batch_size=5, epochs=5, shuffle_seed=9)
    batches = [problem.batch(number) for number in range(7)]
    (twice,) = [number for number, rows in enumerate(batches) if len(set(rows)) < len(rows)][:1]
    _assert_takes(problem, problem.by_loops(), twice, batches[twice])


@pytest.mark.parametrize("optimizer", OptimizerKind)
def test_a_run_continues_its_optimizer_state(optimizer: str) -> None:
    problem = a_problem(optimizer=optimizer)
    parameters, memory = problem.parameters.tolist(), problem.fresh_memory().tolist()
    for update in problem.by_loops():
        parameters, memory = loops.step(
            optimizer, parameters, update.gradient, memory, problem.training.rates
        )
        assert (update.parameters, update.memory) == (parameters, memory)


@pytest.mark.parametrize("optimizer", OptimizerKind)
def test_a_run_computes_with_pythons_own_numbers(optimizer: str) -> None:
    # NumPy's would warn where a run diverges.
    for update in a_problem(optimizer=optimizer).by_loops():
        numbers = (update.cost, *update.gradient, *update.parameters, *update.memory)
        assert {type(number) for number in numbers} == {float}


def test_a_run_changes_nothing_that_it_was_given() -> None:
    problem = _xor()
    before = problem.parameters.tolist()
    inputs, targets = [list(row) for row in XOR_INPUTS], [list(row) for row in XOR_TARGETS]
    for _ in run_loops.train(SIGMOIDS, before, inputs, targets, problem.training):
        pass
    assert before == problem.parameters.tolist()
    assert (inputs, targets) == (XOR_INPUTS, XOR_TARGETS)


@pytest.mark.parametrize("shuffle_seed", [None, 4])
@pytest.mark.parametrize("batch_size", [1, 3, 4])
@pytest.mark.parametrize("epoch", [1, 2, 5])
def test_a_run_ends_with_the_update_that_ends_an_epoch_of_a_low_enough_cost(
    epoch: int, batch_size: int, shuffle_seed: int | None
) -> None:
    # The costs of batches that straddle belong to two epochs.
    problem = _xor(batch_size=batch_size, epochs=6, rates=Rates(0.1), shuffle_seed=shuffle_seed)
    updates = problem.by_loops()
    means = [problem.epoch_cost(updates, 4 * number) / 4 for number in range(1, 7)]
    assert means == sorted(set(means), reverse=True)  # each epoch's is lower than the one before

    def ending(cost_below: float) -> list[run_loops.Update]:
        training = dataclasses.replace(problem.training, cost_below=cost_below)
        return dataclasses.replace(problem, training=training).by_loops()

    last = math.ceil(4 * epoch / batch_size)
    just_above = math.nextafter(means[epoch - 1], math.inf)
    assert ending(just_above) == updates[:last]
    assert ending(means[epoch - 1]) == updates[: math.ceil(4 * (epoch + 1) / batch_size)]


def test_a_cost_that_is_no_number_ends_no_run() -> None:
    # The logit is infinite, and 0·∞ no number; but δ is 0, and so the weight stays.
    structure = Structure((1, 1), ("sigmoid",), "cross-entropy")
    training = run_loops.Training(Rates(0.1), 1, 3, cost_below=math.inf)
    updates = list(run_loops.train(structure, [1e300], [[1e300]], [[1.0]], training))
    assert [math.isnan(update.cost) for update in updates] == [True] * 3
    assert [update.parameters for update in updates] == [[1e300]] * 3


@pytest.mark.parametrize("optimizer", ["gradient-descent", "momentum", "nesterov"])
def test_a_run_that_diverges_ends_with_the_last_finite_parameters(optimizer: str) -> None:
    structure = Structure((1, 1), ("identity",), "squared-error")
    training = run_loops.Training(Rates(1e10, momentum=0.5), 1, 60, optimizer)
    updates = list(run_loops.train(structure, [1.0], [[1.0], [2.0]], [[0.0], [0.0]], training))
    assert 5 < len(updates) < 120
    assert math.isfinite(updates[-1].parameters[0])
    # One more is not finite.
    _, gradient = loops.batch_gradient(
        structure, updates[-1].parameters, [[float(1 + len(updates) % 2)]], [[0.0]]
    )
    last = updates[-1]
    (w,), _ = loops.step(optimizer, last.parameters, gradient, last.memory, training.rates)
    assert not math.isfinite(w)


def test_a_run_may_diverge_with_its_first_update() -> None:
    structure = Structure((1, 1), ("sigmoid",), "cross-entropy")
    training = run_loops.Training(Rates(1e150), 1, 1)
    assert list(run_loops.train(structure, [1.0], [[1e200]], [[0.0]], training)) == []


def test_the_batch_gradient_is_the_sum_of_the_examples_in_their_order_over_their_number() -> None:
    problem = a_problem(examples=3)
    layers = to_layers(problem.structure, problem.parameters)
    total = [0.0] * problem.parameters.size
    for x, y in zip(problem.inputs.tolist(), problem.targets.tolist(), strict=True):
        logits, activations = loops.forward(problem.structure, layers, x)
        deltas = loops.backward(problem.structure, layers, logits, activations, y)
        one = to_flat(loops.gradient(problem.structure, x, activations, deltas))
        total = [a + b for a, b in zip(total, one, strict=True)]
    _, gradient = loops.batch_gradient(
        problem.structure,
        problem.parameters.tolist(),
        problem.inputs.tolist(),
        problem.targets.tolist(),
    )
    assert gradient == [g / 3.0 for g in total]


def test_batches_end_with_their_epochs_if_they_have_to() -> None:
    training = run_loops.Training(Rates(0.1), batch_size=3, epochs=2, ends_with_epoch=True)
    assert list(run_loops.batches_of(5, training)) == [
        ([0, 1, 2], 5),
        ([3, 4], 2),
        ([0, 1, 2], 5),
        ([3, 4], 2),
    ]


def test_an_epoch_uses_as_many_of_its_examples_as_it_is_told() -> None:
    training = run_loops.Training(
        Rates(0.1), batch_size=3, epochs=2, shuffle_seed=4, epoch_examples=3, ends_with_epoch=True
    )
    expected = [(epoch_order(4, epoch, 5)[:3], 3) for epoch in (1, 2)]
    assert list(run_loops.batches_of(5, training)) == expected


def test_each_update_has_its_own_learning_rate() -> None:
    rates = [0.5, 0.25, 0.125]
    problem = a_problem(batch_size=7, epochs=3, rates=Rates(1.0), learning_rates=rates)
    parameters = problem.parameters
    for update, rate in zip(problem.by_loops(), rates, strict=True):
        expected = [w - g * rate for w, g in zip(parameters.tolist(), update.gradient, strict=True)]
        assert update.parameters == expected
        parameters = np.array(expected)
