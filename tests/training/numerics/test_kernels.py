"""Kernels and loops agree, bit for bit, for all networks and settings."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from numerics import (
    PAIRS,
    Floats,
    Problem,
    a_problem,
    one_nan,
    problems,
    rates_for,
    same_bits,
)
from promises import rounds
from teams import helpers_for

from training.numerics import kernels, loops, run_loops, scratch
from training.numerics.activations import ACTIVATIONS
from training.numerics.arguments import Results, Scratch, data_of
from training.numerics.dropout import NOTHING_DROPPED, unit_factors
from training.numerics.layout import Structure
from training.numerics.optimizers import OptimizerKind, Rates


def _outcome(problem: Problem, updates: list[run_loops.Update]) -> int:
    """Return why a run of the loops ended with these updates."""
    batches = problem.batches
    taken, before = batches.position(len(updates)), batches.position(max(len(updates) - 1, 0))
    full = taken // batches.examples * batches.examples
    if full > before:  # the last update ended an epoch
        mean = problem.epoch_cost(updates, full) / batches.examples
        if mean < problem.training.cost_below:
            return kernels.COST_REACHED
    return kernels.MADE if taken == problem.total_examples else kernels.DIVERGED


def _assert_kernel_equals_loops(problem: Problem) -> None:
    expected = problem.by_loops()
    progress = problem.begin()
    made = problem.advance(progress, problem.total_updates + 1, record=True)

    assert made.updates == len(expected)
    # The sign of a NaN, such as an infinite cost times a weight of 0, depends on the processor.
    assert one_nan(made.costs) == one_nan(np.array([update.cost for update in expected]))
    states = np.array([update.parameters for update in expected])
    assert made.recorded.tobytes() == states.tobytes()
    last = expected[-1].parameters if expected else problem.parameters
    memory = expected[-1].memory if expected else problem.fresh_memory()
    assert progress.parameters.tobytes() == np.array(last).tobytes()
    assert progress.memory.tobytes() == np.array(memory).tobytes()
    assert one_nan(progress.epoch_cost) == one_nan(
        np.array([problem.epoch_cost_under_way(expected)])
    )
    assert made.outcome == _outcome(problem, expected)


@settings(max_examples=rounds(50, 5_000))
@given(problems())
def test_kernel_and_loops_make_the_same_updates_to_the_bit(problem: Problem) -> None:
    _assert_kernel_equals_loops(problem)


@settings(max_examples=rounds(50, 5_000))
@given(problems(extreme=True))
def test_kernel_and_loops_agree_on_any_finite_numbers_and_on_where_they_end(
    problem: Problem,
) -> None:
    _assert_kernel_equals_loops(problem)


@pytest.mark.parametrize("optimizer", OptimizerKind)
@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_kernel_and_loops_agree_for_every_kind_of_outputs_and_optimizer(
    pair: tuple[str, str], optimizer: str
) -> None:
    for batch_size in (1, 4, 8):
        _assert_kernel_equals_loops(
            a_problem(
                (3, 4, 2), pair, examples=9, batch_size=batch_size, epochs=2, optimizer=optimizer
            )
        )


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 25, 33, 41])
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_kernel_and_loops_agree_on_any_number_of_tiles(hidden: str, batch_size: int) -> None:
    _assert_kernel_equals_loops(
        a_problem((5, 3, 2), hidden=hidden, examples=41, batch_size=batch_size, epochs=2)
    )


@pytest.mark.parametrize("batch_size", [1, 3, 4, 9, 21])
@pytest.mark.parametrize(
    "sizes", [(23, 40, 17, 3), (1, 65, 1), (64, 1, 64), (47, 49, 2), (130, 2), (2, 130)], ids=str
)
def test_kernel_and_loops_agree_on_wide_layers(sizes: tuple[int, ...], batch_size: int) -> None:
    bias = batch_size != 4
    _assert_kernel_equals_loops(
        a_problem(sizes, bias=bias, examples=21, batch_size=batch_size, epochs=1)
    )


@pytest.mark.parametrize(
    ("sizes", "batch_size"),
    [
        ((150, 9, 2), 41),  # more numbers than stay in a cache, for four tiles at once and more
        ((9, 150, 2), 64),
        ((43, 7, 2), 77),  # more examples than stay in a cache, and panels of each width
        ((200, 90, 3), 3),  # more parameters than make their step at once
        ((40, 410, 41, 2), 1),
        ((17000, 2), 2),
    ],
    ids=str,
)
def test_kernel_and_loops_agree_where_work_is_done_in_parts(
    sizes: tuple[int, ...], batch_size: int
) -> None:
    for optimizer in ("gradient-descent", "adam"):
        _assert_kernel_equals_loops(
            a_problem(
                sizes,
                width=0.1,
                examples=batch_size,
                batch_size=batch_size,
                epochs=2,
                optimizer=optimizer,
            )
        )


@settings(max_examples=rounds(30, 2_000))
@given(problems(), st.data())
def test_a_run_cut_into_calls_is_the_same_run(problem: Problem, data: st.DataObject) -> None:
    whole = problem.begin()
    made = problem.advance(whole, problem.total_updates)

    parts = problem.begin()
    costs = []
    outcome = kernels.MADE
    while parts.updates_done < problem.total_updates and outcome == kernels.MADE:
        count = data.draw(st.integers(1, 7), label="count")
        record = data.draw(st.booleans(), label="record")
        before = parts.updates_done
        part = problem.advance(parts, count, record=record)
        assert part.updates == min(count, made.updates - before)
        costs.append(part.costs)
        outcome = part.outcome
    assert outcome == made.outcome
    assert parts.bits() == whole.bits()
    assert np.concatenate(costs).tobytes() == made.costs.tobytes()


@pytest.mark.parametrize("optimizer", OptimizerKind)
@pytest.mark.parametrize("batch_size", [1, 3, 6])
@pytest.mark.parametrize("shuffle_seed", [None, 5])
def test_a_run_can_be_cut_after_any_of_its_updates(
    optimizer: str, batch_size: int, shuffle_seed: int | None
) -> None:
    problem = a_problem(
        batch_size=batch_size, optimizer=optimizer, shuffle_seed=shuffle_seed, epochs=3
    )
    whole = problem.begin()
    costs = problem.advance(whole, problem.total_updates).costs
    for cut in range(problem.total_updates + 1):
        parts = problem.begin()
        first = problem.advance(parts, cut).costs
        second = problem.advance(parts, problem.total_updates - cut).costs
        assert parts.bits() == whole.bits()
        assert np.concatenate([first, second]).tobytes() == costs.tobytes()


@settings(max_examples=rounds(30, 1_000))
@given(problems(extreme=True))
def test_whether_updates_are_recorded_changes_nothing(problem: Problem) -> None:
    progress, silently = problem.begin(), problem.begin()
    recorded = problem.advance(progress, problem.total_updates, record=True)
    made = problem.advance(silently, problem.total_updates)
    assert (made.updates, made.outcome) == (recorded.updates, recorded.outcome)
    assert made.costs.tobytes() == recorded.costs.tobytes()
    assert progress.bits() == silently.bits()


@settings(max_examples=rounds(30, 1_000))
@given(problems())
def test_a_run_never_goes_past_its_last_update(problem: Problem) -> None:
    training = dataclasses.replace(problem.training, cost_below=-math.inf)
    problem = dataclasses.replace(problem, training=training)
    progress = problem.begin()
    made = problem.advance(progress, problem.total_updates + 5)
    assume(made.outcome != kernels.DIVERGED)
    assert (made.updates, made.outcome) == (problem.total_updates, kernels.MADE)
    before = progress.bits()
    for done in (problem.total_updates, problem.total_updates + 3, 0):
        progress.updates_done = done
        assert problem.advance(progress, 0 if done == 0 else 5).updates == 0
        assert progress.bits() == before


@pytest.mark.parametrize("batch_size", [1, 3, 4, 7])
@pytest.mark.parametrize("shuffle_seed", [None, 2])
def test_a_run_ends_with_the_first_epoch_of_a_low_enough_cost(
    batch_size: int, shuffle_seed: int | None
) -> None:
    problem = a_problem(
        batch_size=batch_size, epochs=20, shuffle_seed=shuffle_seed, rates=Rates(0.3)
    )
    updates = problem.by_loops()
    means = [problem.epoch_cost(updates, 7 * epoch) / 7 for epoch in range(1, 21)]
    for epoch in (1, 2, 10, 19):
        # The first epoch below the mean of this one, and below the number just above it.
        for cost_below in (means[epoch - 1], math.nextafter(means[epoch - 1], math.inf)):
            reached = [number for number, mean in enumerate(means, 1) if mean < cost_below]
            training = dataclasses.replace(problem.training, cost_below=cost_below)
            ending = dataclasses.replace(problem, training=training)
            made = ending.advance(ending.begin(), problem.total_updates)
            assert made.outcome == (kernels.COST_REACHED if reached else kernels.MADE)
            expected = math.ceil(7 * reached[0] / batch_size) if reached else len(updates)
            assert made.updates == expected


@dataclasses.dataclass(frozen=True)
class Evaluated:
    """What `evaluate` makes of a problem's parameters as they are first."""

    outputs: Floats
    costs: Floats
    gradient: Floats
    mean: float


def _evaluate(problem: Problem, *, gradient: bool) -> Evaluated:
    outputs = np.empty((problem.examples, problem.structure.layer_sizes[-1]))
    costs = np.empty(problem.examples)
    total = np.zeros(problem.parameters.size if gradient else 0)
    mean = kernels.evaluate(
        problem.network,
        problem.data,
        problem.parameters,
        problem.training.dropout,
        Results(outputs, costs, total),
    )
    return Evaluated(outputs, costs, total / max(problem.examples, 1), mean)


@settings(max_examples=rounds(40, 2_000))
@given(st.booleans().flatmap(lambda extreme: problems(extreme=extreme)))
def test_forward_and_evaluate_agree_with_the_loops(problem: Problem) -> None:
    activations = np.empty((problem.examples, sum(problem.structure.layer_sizes[1:])))
    kernels.forward(
        problem.network,
        problem.inputs,
        problem.parameters,
        problem.training.dropout,
        activations,
    )
    evaluated = _evaluate(problem, gradient=False)
    layers, dropout = problem.layers, problem.training.dropout
    for e, (x, y) in enumerate(zip(problem.inputs.tolist(), problem.targets.tolist(), strict=True)):
        factors = unit_factors(dropout, problem.structure.layer_sizes, e)
        logits, expected = loops.forward(problem.structure, layers, x, factors)
        assert same_bits(activations[e], [a for layer in expected for a in layer])
        assert same_bits(evaluated.outputs[e], expected[-1])
        cost = loops.example_cost(problem.structure, logits, expected, y)
        for weight in problem.weights_of([e]):
            cost = loops.weigh_cost(cost, weight)
        assert same_bits(evaluated.costs[e], cost)
    mean = loops.total(evaluated.costs.tolist()) / problem.examples
    assert same_bits(evaluated.mean, mean)


@settings(max_examples=rounds(40, 2_000))
@given(st.booleans().flatmap(lambda extreme: problems(extreme=extreme)))
def test_the_mean_gradient_of_all_examples_is_that_of_the_loops(problem: Problem) -> None:
    evaluated = _evaluate(problem, gradient=True)
    costs, gradient = loops.batch_gradient(
        problem.structure,
        problem.parameters.tolist(),
        problem.inputs.tolist(),
        problem.targets.tolist(),
        problem.training.dropout,
        problem.weights_of(range(problem.examples)),
    )
    assert same_bits(evaluated.costs, costs)
    assert same_bits(evaluated.gradient, gradient)
    # Outputs and costs are the same whether or not a gradient is asked for.
    without = _evaluate(problem, gradient=False)
    assert same_bits(without.outputs, evaluated.outputs)
    assert same_bits(without.costs, evaluated.costs)
    assert same_bits(without.mean, evaluated.mean)


def _exploding(optimizer: str, batch_size: int, learning_rate: float) -> Problem:
    """Return a problem whose weights are pulled to and fro, further each time.

    But the steps of an optimizer with squares are as long as its rate, whatever the gradient.  To
    these a problem is given whose weights are always pulled the same way, by inputs so tiny that
    this makes no difference.
    """
    if "s" in OptimizerKind(optimizer).definition.memory:
        return Problem(
            Structure((3, 1), ("sigmoid",), "cross-entropy"),
            np.array([0.5, 0.0, -0.5]),
            np.repeat([[1e-308, 2e-308, 5e-309]], 9, axis=0),
            np.ones((9, 1)),
            run_loops.Training(
                Rates(learning_rate, beta1=0.5, beta2=0.999, epsilon=2e-308),
                batch_size,
                200,
                optimizer,
            ),
        )
    problem = a_problem(
        (2, 3, 2),
        ("identity", "squared-error"),
        hidden="identity",
        examples=9,
        width=2.0,
        batch_size=batch_size,
        epochs=200,
        optimizer=optimizer,
    )
    rates = rates_for(optimizer)._replace(learning_rate=learning_rate)
    training = dataclasses.replace(problem.training, rates=rates)
    return dataclasses.replace(problem, training=training)


RATES_THAT_EXPLODE = [
    (optimizer, rate)
    for optimizer, rates in [
        ("gradient-descent", [0.9, 1e3, 1e308]),
        ("momentum", [0.9, 1e3, 1e308]),
        ("nesterov", [0.9, 1e3, 1e308]),
        ("adam", [3e307, 6e307, 1.7e308]),
        ("rmsprop", [3e307, 1.7e308]),
        ("adamw", [3e307, 1.7e308]),
        ("adagrad", [3e307, 1.7e308]),
    ]
    for rate in rates
]


@pytest.mark.parametrize("batch_size", [1, 2, 4, 5, 9])
@pytest.mark.parametrize(("optimizer", "learning_rate"), RATES_THAT_EXPLODE)
def test_a_run_that_diverges_leaves_parameters_and_memory_of_the_last_finite_update(
    optimizer: str, learning_rate: float, batch_size: int
) -> None:
    problem = _exploding(optimizer, batch_size, learning_rate)
    expected = problem.by_loops()
    progress = problem.begin()
    made = problem.advance(progress, problem.total_updates)
    assert (made.updates, made.outcome) == (len(expected), kernels.DIVERGED)
    assert len(expected) < problem.total_updates
    assert np.isfinite(progress.parameters).all()
    last = expected[-1].parameters if expected else problem.parameters
    memory = expected[-1].memory if expected else problem.fresh_memory()
    assert progress.parameters.tobytes() == np.array(last).tobytes()
    assert progress.memory.tobytes() == np.array(memory).tobytes()
    # Who tries again from there fails again at once and changes nothing.
    before = progress.bits()
    again = problem.advance(progress, 10)
    assert (again.updates, again.outcome) == (0, kernels.DIVERGED)
    assert progress.bits() == before


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
@pytest.mark.parametrize("optimizer", OptimizerKind)
def test_a_call_that_diverges_after_any_number_of_updates_leaves_the_last_finite_one(
    optimizer: str, cut: int
) -> None:
    # Of an even number and of an odd one, what is latest may lie elsewhere.
    problem = _exploding(
        optimizer, 3, 3e307 if "s" in OptimizerKind(optimizer).definition.memory else 1e3
    )
    expected = problem.by_loops()
    assert len(expected) > 3
    progress = problem.begin()
    problem.advance(progress, len(expected) - cut)
    made = problem.advance(progress, 10)
    assert (made.updates, made.outcome) == (cut, kernels.DIVERGED)
    assert progress.parameters.tobytes() == np.array(expected[-1].parameters).tobytes()
    assert progress.memory.tobytes() == np.array(expected[-1].memory).tobytes()


@pytest.mark.parametrize("optimizer", OptimizerKind)
@pytest.mark.parametrize("place", [0, 1, 7, 8, 16, 36])
def test_one_parameter_that_is_not_finite_is_enough_to_diverge(optimizer: str, place: int) -> None:
    rates = Rates(1e306, momentum=0.5, beta1=0.5, beta2=0.5, epsilon=1e-8)
    inputs = np.zeros((1, 37))
    problem = Problem(
        Structure((37, 1), ("sigmoid",), "cross-entropy"),
        np.zeros(37),
        inputs,
        np.array([[0.0]]),
        run_loops.Training(rates, 1, 1, optimizer),
    )
    progress = problem.begin()
    # What moves one parameter is its gradient, or else what is remembered of it.
    if progress.memory.size:
        progress.memory[place] = (
            1e3 if "v" in OptimizerKind(optimizer).definition.memory else math.nan
        )
    else:
        inputs[0, place] = 1e3
    _, gradient = loops.batch_gradient(problem.structure, [0.0] * 37, inputs.tolist(), [[0.0]])
    stepped, _ = loops.step(optimizer, [0.0] * 37, gradient, progress.memory.tolist(), rates)
    assert [p for p, w in enumerate(stepped) if not math.isfinite(w)] == [place]

    before = progress.bits()
    made = problem.advance(progress, 1)
    assert (made.updates, made.outcome) == (0, kernels.DIVERGED)
    assert progress.bits() == before


def test_inputs_so_large_that_sums_overflow_are_found_at_the_first_update() -> None:
    overflowing = Problem(
        Structure((2, 1), ("sigmoid",), "cross-entropy"),
        np.array([4.0, -4.0]),
        np.array([[1e308, 1e308]]),
        np.array([[1.0]]),
        run_loops.Training(Rates(1.0), 1, 3),
    )
    _assert_kernel_equals_loops(overflowing)
    progress = overflowing.begin()
    assert overflowing.advance(progress, 3).updates == 0  # ∞ − ∞ is a logit that is no number
    assert progress.parameters.tolist() == [4.0, -4.0]


def test_a_cost_that_is_no_number_is_kept_as_the_same_nan_and_ends_no_run() -> None:
    problem = Problem(
        Structure((1, 1), ("sigmoid",), "cross-entropy"),
        np.array([1e300]),
        np.array([[1e300]]),
        np.array([[1.0]]),
        run_loops.Training(Rates(0.1), 1, 3, cost_below=math.inf),
    )
    made = problem.advance(problem.begin(), 3)
    assert (made.updates, made.outcome) == (3, kernels.MADE)
    assert made.costs.astype("<f8").tobytes() == bytes.fromhex("000000000000f87f") * 3


class Guarded:
    """Arrays with a zone on either side that nobody may write to."""

    ZONE = 37  # numbers, so that what lies between is not aligned for vectors
    MARK = -1.2345678901234567e77

    def __init__(self) -> None:
        self._arrays: list[tuple[Floats, int]] = []

    def copy(self, numbers: Floats) -> Floats:
        inner = self.empty(*numbers.shape)
        inner[...] = numbers
        return inner

    def empty(self, *shape: int) -> Floats:
        size = math.prod(shape)
        whole = np.full(size + 2 * self.ZONE, self.MARK)
        self._arrays.append((whole, size))
        return whole[self.ZONE : self.ZONE + size].reshape(shape)

    def scratch(self, size_of: Scratch) -> Scratch:
        """Return scratch of this size that holds NaN, and integers that are no index."""
        integers, floats = self.empty(size_of.integers.size), self.empty(size_of.floats.size)
        integers.fill(self.MARK)
        floats.fill(np.nan)
        return Scratch(integers.view(np.int64), floats)

    def is_intact(self) -> bool:
        return all(
            (whole[: self.ZONE] == self.MARK).all()
            and (whole[self.ZONE + size :] == self.MARK).all()
            for whole, size in self._arrays
        )


#: With one parameter, the share in this state of the optimizer could be taken for another velocity.
DAMPENED = Problem(
    Structure((1, 1), ("tanh",), "squared-error", bias=False),
    np.array([0.5]),
    np.array([[0.25], [1.0]]),
    np.array([[1.0], [0.5]]),
    run_loops.Training(Rates(0.1, momentum=0.5, dampening=0.25), 1, 9, OptimizerKind.MOMENTUM),
)


@settings(max_examples=rounds(40, 2_000))
@given(problems(), st.integers(0, 5), st.booleans(), st.sampled_from([1, 3]))
@example(DAMPENED, 3, False, 1)  # noqa: FBT003
def test_training_writes_nothing_outside_of_the_arrays_that_it_is_given(
    problem: Problem, count: int, record: bool, threads: int
) -> None:
    guard = Guarded()
    given_inputs, given_targets = problem.inputs.copy(), problem.targets.copy()
    problem = dataclasses.replace(
        problem, inputs=guard.copy(problem.inputs), targets=guard.copy(problem.targets)
    )
    progress = problem.begin()
    progress.parameters = guard.copy(progress.parameters)
    progress.memory = guard.copy(progress.memory)
    progress.epoch_cost = guard.copy(progress.epoch_cost)
    costs = guard.empty(count)
    recorded = guard.empty(count if record else 0, problem.parameters.size)
    made, _ = problem.train(progress, costs, recorded, guard.scratch, helpers_for(threads))
    assert guard.is_intact()
    assert problem.inputs.tobytes() == given_inputs.tobytes()
    assert problem.targets.tobytes() == given_targets.tobytes()

    # And what it was to write, it did.
    elsewhere = problem.begin()
    expected = problem.advance(elsewhere, count, record=record)
    assert costs[:made].tobytes() == expected.costs.tobytes()
    assert progress.bits() == elsewhere.bits()


@settings(max_examples=rounds(30, 2_000))
@given(problems())
def test_kernels_write_only_to_their_results(problem: Problem) -> None:
    guard = Guarded()
    sizes, network = problem.structure.layer_sizes, problem.network
    inputs, targets = guard.copy(problem.inputs), guard.copy(problem.targets)
    parameters = guard.copy(problem.parameters)
    activations = guard.empty(problem.examples, sum(sizes[1:]))
    outputs, costs = guard.empty(problem.examples, sizes[-1]), guard.empty(problem.examples)
    dropout = problem.training.dropout
    new = scratch.scratch_of
    with mock.patch.object(scratch, "scratch_of", lambda *sizes: guard.scratch(new(*sizes))):
        kernels.forward(network, inputs, parameters, dropout, activations)
        for count in (0, parameters.size):
            gradient = guard.empty(count)
            results = Results(outputs, costs, gradient)
            kernels.evaluate(network, data_of(inputs, targets), parameters, dropout, results)
            assert guard.is_intact()
        assert (activations[:, -sizes[-1] :] == outputs).all()
    assert parameters.tobytes() == problem.parameters.tobytes()
    assert inputs.tobytes() == problem.inputs.tobytes()
    assert targets.tobytes() == problem.targets.tobytes()


def test_no_examples_have_no_activations() -> None:
    problem, nothing = a_problem((3, 4, 2)), np.empty((0, 6))
    parameters = problem.parameters
    kernels.forward(problem.network, np.empty((0, 3)), parameters, NOTHING_DROPPED, nothing)
    problem = dataclasses.replace(problem, inputs=np.empty((0, 3)), targets=np.empty((0, 2)))
    assert _evaluate(problem, gradient=False).outputs.shape == (0, 2)


def test_many_calls_at_once_do_not_disturb_one_another() -> None:
    problems = [a_problem((5, 9, 2), seed=seed, epochs=400) for seed in range(8)]

    def bits(problem: Problem) -> bytes:
        progress = problem.begin()
        made = problem.advance(progress, problem.total_updates)
        return made.costs.tobytes() + progress.bits()

    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(bits, problems))
    assert at_once == [bits(problem) for problem in problems]
