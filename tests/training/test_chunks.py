"""Chunks change no bit of a result, and a cancelled computation ends between two of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import thread_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import Floats, one_nan, uniform
from promises import rounds
from worlds import make_world

from training import chunks as chunking
from training.cancellation import Cancellation, cancelled_by
from training.chunks import chunks
from training.engine import activations, cost_and_gradient, outputs_and_costs
from training.errors import CallCancelled
from training.evaluation import evaluate
from training.network import Network
from training.numerics.activations import Activation
from training.numerics.sums import sum_in_order
from training.training_set import Examples


@contextmanager
def smallest_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunking, "_WORK", 1)
        yield


@dataclass(frozen=True)
class Case:
    network: Network
    parameters: Floats
    examples: Examples


def case(sizes: tuple[int, ...], examples: int, seed: int = 1, *, bias: bool = True) -> Case:
    inputs = uniform(seed, -2.0, 2.0, examples, sizes[0])
    targets = (uniform(seed + 1, 0.0, 1.0, examples, sizes[-1]) > 0.5).astype(np.float64)
    activations = (Activation.TANH,) * (len(sizes) - 2) + (Activation.SIGMOID,)
    network = make_world(
        sizes, inputs[:1].tolist(), targets[:1].tolist(), activations=activations, bias=bias
    ).network
    parameters = uniform(seed + 2, -1.0, 1.0, network.parameter_count)
    return Case(network, parameters, Examples(inputs, targets))


def results(given: Case) -> list[bytes]:
    """Return everything that is computed in chunks, as bytes."""
    network, parameters, examples = given.network, given.parameters, given.examples
    outputs, costs = outputs_and_costs(network, parameters, examples)
    cost, gradient = cost_and_gradient(network, parameters, examples)
    units = activations(network, parameters, examples.inputs)
    found = evaluate(network, parameters, examples)
    numbers = [outputs, costs, gradient, units, np.array([cost, found.cost, found.correct])]
    return [np.asarray(each).tobytes() for each in numbers]


@settings(max_examples=rounds(40, 3_000))
@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=4).map(tuple),
    st.integers(1, 70),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_results_in_chunks_have_the_bits_of_the_whole(
    sizes: tuple[int, ...], examples: int, seed: int, bias: bool
) -> None:
    given = case(sizes, examples, seed, bias=bias)
    whole = results(given)
    with smallest_chunks():
        assert results(given) == whole


@given(st.integers(1, 2_000), st.booleans())
def test_chunks_are_all_examples_in_order(examples: int, gradient: bool) -> None:
    network = case((3, 2), 1).network
    begun = chunks(network, examples, gradient=gradient)
    assert [number for rows in begun for number in range(examples)[rows]] == [*range(examples)]


@given(st.lists(st.floats(), max_size=50), st.floats())
def test_sums_are_those_of_a_loop(numbers: list[float], start: float) -> None:
    total = start
    for number in numbers:
        total = total + number
    found = np.array([sum_in_order(np.array(numbers), start)])
    assert one_nan(found) == one_nan(np.array([total]))


@pytest.mark.parametrize("compute", [outputs_and_costs, cost_and_gradient, evaluate])
def test_a_cancelled_computation_ends_before_its_next_chunk(compute: object) -> None:
    given = case((3, 4, 2), 64)
    assert callable(compute)
    cancellation = Cancellation()
    with smallest_chunks(), cancelled_by(cancellation):
        compute(given.network, given.parameters, given.examples)
        cancellation.cancel(CallCancelled("the call was cancelled"))
        with pytest.raises(CallCancelled):
            compute(given.network, given.parameters, given.examples)
        with pytest.raises(CallCancelled):
            activations(given.network, given.parameters, given.examples.inputs)


@pytest.mark.parametrize("sizes", [(2, 100_000, 1), (700, 700), (2, 3, 1)], ids=str)
@pytest.mark.parametrize("gradient", [False, True])
def test_a_chunk_is_short(sizes: tuple[int, ...], gradient: bool) -> None:
    network = case(sizes, 1).network
    rows = next(chunks(network, 2**30, gradient=gradient)).stop
    given = case(sizes, rows)
    compute = cost_and_gradient if gradient else outputs_and_costs
    seconds = []
    for _ in range(3):
        begun = thread_time()
        compute(given.network, given.parameters, given.examples)
        seconds.append(thread_time() - begun)
    assert min(seconds) < 0.1
