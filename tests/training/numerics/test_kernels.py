"""The kernels: what the loops compute, bit for bit, however a run is cut into calls."""

import hashlib
import math
import re
import threading
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray

from training.numerics import kernels, loops
from training.numerics.initializers import uniform
from training.numerics.layout import to_flat, to_layers

Floats = NDArray[np.float64]
NOTHING: Floats = np.empty((0, 0))


@dataclass(frozen=True)
class Problem:
    """A network, a training set and the settings of a run."""

    layer_sizes: list[int]
    parameters: Floats
    inputs: Floats
    targets: Floats
    learning_rate: float
    batch_size: int
    epochs: int

    @property
    def total_examples(self) -> int:
        return self.epochs * len(self.inputs)

    @property
    def total_updates(self) -> int:
        return math.ceil(self.total_examples / self.batch_size)

    def by_loops(self) -> list[loops.Update]:
        return list(
            loops.train(
                to_layers(self.layer_sizes, self.parameters),
                self.inputs.tolist(),
                self.targets.tolist(),
                self.learning_rate,
                self.batch_size,
                self.epochs,
            )
        )

    def by_kernel(
        self, parameters: Floats, done: int, count: int, recorded: Floats = NOTHING
    ) -> tuple[int, Floats]:
        """Advance `parameters` and return the number of updates made and their costs."""
        costs = np.empty(count)
        made = kernels.train(
            np.array(self.layer_sizes),
            self.inputs,
            self.targets,
            self.learning_rate,
            self.batch_size,
            self.total_examples,
            done,
            count,
            parameters,
            costs,
            recorded,
        )
        return made, costs[:made]


@st.composite
def problems(draw: Any, *, extreme: bool = False) -> Problem:
    """Draw a problem; an extreme one has subnormal numbers, and some whose sums overflow."""
    number = st.floats(allow_nan=False, allow_infinity=False) if extreme else st.floats(-4, 4)
    learning_rate = st.floats(1e-300, 1e300) if extreme else st.floats(1e-3, 10)
    layer_sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5))
    examples = draw(st.integers(1, 6))

    def array(numbers: st.SearchStrategy[float], *shape: int) -> Floats:
        count = math.prod(shape)
        drawn = draw(st.lists(numbers, min_size=count, max_size=count))
        return np.array(drawn, dtype=np.float64).reshape(shape)

    count = sum(a * b for a, b in pairwise(layer_sizes))
    return Problem(
        layer_sizes,
        array(number, count),
        array(number, examples, layer_sizes[0]),
        array(st.floats(0, 1), examples, layer_sizes[-1]),
        draw(learning_rate),
        draw(st.integers(1, examples)),
        draw(st.integers(1, 4)),
    )


def _assert_kernel_equals_loops(problem: Problem) -> None:
    expected = problem.by_loops()
    parameters = problem.parameters.copy()
    recorded = np.empty((problem.total_updates + 1, parameters.size))
    made, costs = problem.by_kernel(parameters, 0, problem.total_updates + 1, recorded)

    assert made == len(expected)
    assert costs.tobytes() == np.array([update.cost for update in expected]).tobytes()
    states = np.array([to_flat(update.weights) for update in expected])
    assert recorded[:made].tobytes() == states.tobytes()
    last = recorded[made - 1] if made else problem.parameters
    assert parameters.tobytes() == last.tobytes()


@settings(max_examples=150, deadline=None)
@given(problems())
def test_kernel_and_loops_make_the_same_updates_to_the_bit(problem: Problem) -> None:
    _assert_kernel_equals_loops(problem)


@settings(max_examples=150, deadline=None)
@given(problems(extreme=True))
def test_kernel_and_loops_agree_on_any_finite_numbers_and_on_where_they_end(
    problem: Problem,
) -> None:
    _assert_kernel_equals_loops(problem)


def test_kernel_and_loops_agree_on_wide_layers() -> None:
    generator = np.random.default_rng(1)
    problem = Problem(
        [23, 40, 17, 3],
        generator.normal(size=23 * 40 + 40 * 17 + 17 * 3),
        generator.normal(size=(9, 23)),
        generator.uniform(size=(9, 3)),
        0.7,
        4,
        3,
    )
    _assert_kernel_equals_loops(problem)


@settings(max_examples=50, deadline=None)
@given(problems(), st.data())
def test_a_run_cut_into_calls_is_the_same_run(problem: Problem, data: st.DataObject) -> None:
    whole = problem.parameters.copy()
    made, costs = problem.by_kernel(whole, 0, problem.total_updates)

    parts = problem.parameters.copy()
    part_costs = []
    done = 0
    while done < made:
        count = data.draw(st.integers(1, 3), label="count")
        recorded = np.empty((count, parts.size)) if data.draw(st.booleans()) else NOTHING
        step, step_costs = problem.by_kernel(parts, done, count, recorded)
        assert step == min(count, made - done)
        part_costs.append(step_costs)
        done += step
    assert parts.tobytes() == whole.tobytes()
    assert np.concatenate(part_costs).tobytes() == costs.tobytes()


@settings(max_examples=20, deadline=None)
@given(problems())
def test_a_run_never_goes_past_its_last_update(problem: Problem) -> None:
    parameters = problem.parameters.copy()
    made, _ = problem.by_kernel(parameters, 0, problem.total_updates + 5)
    assert made == problem.total_updates
    last = parameters.copy()
    assert problem.by_kernel(parameters, made, 5)[0] == 0
    assert problem.by_kernel(parameters, made + 3, 5)[0] == 0
    assert problem.by_kernel(parameters, 0, 0)[0] == 0
    assert parameters.tobytes() == last.tobytes()


@settings(max_examples=50, deadline=None)
@given(problems())
def test_forward_gives_the_activations_of_the_loops(problem: Problem) -> None:
    weights = to_layers(problem.layer_sizes, problem.parameters)
    units = sum(problem.layer_sizes[1:])
    activations = np.empty((len(problem.inputs), units))
    sizes = np.array(problem.layer_sizes)
    kernels.forward(sizes, problem.inputs, problem.parameters, activations)
    for x, row in zip(problem.inputs.tolist(), activations, strict=True):
        _, expected = loops.forward(weights, x)
        assert row.tobytes() == np.array([a for layer in expected for a in layer]).tobytes()


def _exploding(learning_rate: float) -> Problem:
    """Return a problem whose weight is pulled to and fro by contradicting examples."""
    return Problem(
        [1, 1],
        np.array([0.5]),
        np.array([[1.0], [2.0], [1e3]]),
        np.array([[0.0], [1.0], [0.0]]),
        learning_rate,
        1,
        50,
    )


@pytest.mark.parametrize("learning_rate", [1e306, 1e307, 1.7e308])
def test_a_learning_rate_that_explodes_leaves_the_last_finite_parameters(
    learning_rate: float,
) -> None:
    problem = _exploding(learning_rate)
    expected = problem.by_loops()
    parameters = problem.parameters.copy()
    made, costs = problem.by_kernel(parameters, 0, problem.total_updates)
    assert made == len(expected) < problem.total_updates
    assert np.isfinite(parameters).all()
    assert parameters.tolist() == (to_flat(expected[-1].weights) if made else [0.5])
    assert len(costs) == made
    # Who tries again from there fails again at once and changes nothing.
    before = parameters.copy()
    assert problem.by_kernel(parameters, made, 10)[0] == 0
    assert parameters.tobytes() == before.tobytes()


def test_inputs_so_large_that_sums_overflow_are_found_at_the_first_update() -> None:
    problem = Problem(
        [2, 2, 1],
        np.array([1.0, -1.0, 2.0, 2.0, 1.0, 1.0]),
        np.array([[1.7e308, 1.7e308]]),
        np.array([[1.0]]),
        10.0,
        1,
        3,
    )
    _assert_kernel_equals_loops(problem)
    overflowing = Problem(
        [2, 1], np.array([4.0, -4.0]), np.array([[1e308, 1e308]]), np.array([[1.0]]), 1.0, 1, 3
    )
    _assert_kernel_equals_loops(overflowing)
    parameters = overflowing.parameters.copy()
    assert overflowing.by_kernel(parameters, 0, 3)[0] == 0  # ∞ − ∞ is a logit that is no number
    assert parameters.tolist() == [4.0, -4.0]


def test_the_bits_of_a_run_never_change() -> None:
    # Stored histories are replayed by later versions and on other machines: who changes these
    # digests makes them unreadable.
    problem = Problem(
        [2, 5, 1],
        uniform(1, -0.12, 0.12, 15),
        np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
        np.array([[0.0], [1.0], [1.0], [0.0]]),
        5.0,
        4,
        10_000,
    )
    parameters = problem.parameters.copy()
    _, costs = problem.by_kernel(parameters, 0, problem.total_updates)
    assert costs[-1] < 0.01
    assert (
        hashlib.sha256(costs.tobytes()).hexdigest()
        == "f8777a5e083883c4123281293f13b640f5ad86203f1519ae3156959e1ac6522e"
    )
    assert (
        hashlib.sha256(parameters.tobytes()).hexdigest()
        == "2617b86c2dc01d2d3f51807f3a898e8e3651b408b908cfaee47db5f59274c877"
    )


def test_subnormal_numbers_survive_in_a_thread() -> None:
    problem = Problem([1, 1], np.array([0.0]), np.array([[4e-310]]), np.array([[0.0]]), 0.5, 1, 3)
    parameters = problem.parameters.copy()
    thread = threading.Thread(target=problem.by_kernel, args=(parameters, 0, 3))
    thread.start()
    thread.join()
    assert parameters.tolist() == to_flat(problem.by_loops()[-1].weights)
    assert 0.0 < -parameters[0] < 2.0**-1022


@pytest.mark.parametrize("kernel", kernels.KERNELS, ids=lambda kernel: kernel.name)
def test_compiled_code_neither_fuses_nor_reorders(kernel: Any) -> None:
    kernel.prepare()
    (signature,) = kernel.dispatcher.nopython_signatures
    # Code from the cache cannot be looked into: compile it again.
    fresh = njit(error_model="numpy")(kernel.dispatcher.py_func)
    fresh.compile(signature)
    (assembly,) = fresh.inspect_asm().values()
    assert re.search(r"\b(v?mulsd|v?mulpd|fmul)\b", assembly)  # it is the code that is meant
    assert not re.search(r"\b(v?fn?m(add|sub)\w*|fml[as])\b", assembly)
    (code,) = fresh.inspect_llvm().values()
    freedoms = "fast|reassoc|contract|arcp|afn|nnan|ninf|nsz"
    assert not re.search(rf"\bf(add|sub|mul|div|neg) ({freedoms})\b", code)
    assert "llvm.fma" not in code
    assert "llvm.fmuladd" not in code
