"""What the kernel measures between updates is what an evaluation measures, bit by bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numerics import same_bits
from worlds import make_world

from training import chunks
from training.held_out import HeldOut
from training.measures.target_meaning import TargetKind, meaning_of
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.training_set import Examples
from training.update import State

IDENTITY, TANH, SIGMOID, SOFTMAX = (
    Activation.IDENTITY,
    Activation.TANH,
    Activation.SIGMOID,
    Activation.SOFTMAX,
)
SQUARED = CostFunction.SQUARED_ERROR

#: The targets of an output, their number, its activation, and what such targets mean.
KINDS = {
    "numbers": ([0.25, 0.5, 3.0], 2, IDENTITY, TargetKind.NUMBERS),
    "classes": ([0.0, 1.0], 3, SOFTMAX, TargetKind.CLASSES),
    "classes of numbers": ([0.0, 1.0], 3, IDENTITY, TargetKind.CLASSES),
    "sides": ([0.0, 1.0], 1, SIGMOID, TargetKind.SIDES),
    "sides of tanh": ([-1.0, 1.0], 1, TANH, TargetKind.SIDES),
    "labels": ([0.0, 1.0], 2, SIGMOID, TargetKind.LABELS),
}


def targets_of(name: str, count: int, random: np.random.Generator) -> list[list[float]]:
    values, outputs, _, kind = KINDS[name]
    is_by_class = kind is TargetKind.CLASSES
    rows: list[list[float]] = (
        np.eye(outputs)[random.integers(0, outputs, count)]
        if is_by_class
        else random.choice(values, (count, outputs))
    ).tolist()
    if kind is TargetKind.LABELS:
        rows[0] = [1.0] * outputs  # else they could be classes
    if kind is TargetKind.NUMBERS:
        rows[0] = [0.25] * outputs  # else they could be labels or classes
    return rows


@pytest.mark.parametrize("name", KINDS)
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(1, 40),
    largest=st.sampled_from([1.0, 1e308]),  # with the latter, outputs are infinite or NaN
)
def test_a_validation_by_the_kernel_is_an_evaluation(
    name: str, seed: int, count: int, largest: float
) -> None:
    _, outputs, activation, kind = KINDS[name]
    random = np.random.default_rng(seed)
    targets = targets_of(name, count, random)
    cost = None if activation is SOFTMAX else SQUARED
    world = make_world(
        (3, 4, outputs),
        inputs=random.uniform(-1, 1, (count, 3)).tolist(),
        targets=targets,
        activations=(IDENTITY, activation),
        cost_function=cost,
        batch_size=1,
        learning_rate=1e-3,
        seed=seed,
    )
    held = Examples(random.choice([-largest, 0.5, largest], (count, 3)), np.array(targets))
    held_out = HeldOut(world.network, held)
    assert meaning_of(world.network, held.targets).kind is kind
    run = world.open().run
    assert run is not None
    engine = world.engine(run)
    after = [1, run.total_updates]
    validating = held_out.validating(after, engine.state_size)

    start = State(0, world.parameters)
    with np.errstate(over="ignore", invalid="ignore"):
        made = engine.advance(start, 0, run.total_updates, epoch_cost=0.0, validating=validating)
        for index, (update, result) in enumerate(held_out.results(validating, made.made)):
            state = engine.advance(start, 0, update, epoch_cost=0.0)
            expected = held_out.evaluate(state.state.parameters)
            assert update == after[index]
            assert same_bits(np.array([result.cost]), np.array([expected.cost]))
            assert result.accuracy == expected.accuracy
            kept, epoch_cost = engine.validated(validating, index, update)
            assert same_bits(kept.parameters, state.state.parameters)
            assert epoch_cost == state.epoch_cost


def test_a_validation_that_takes_longer_than_a_chunk_is_not_for_the_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = make_world()
    assert HeldOut(world.network, world.examples).at_once > 1
    monkeypatch.setattr(chunks, "_WORK", 1)
    many = Examples(np.zeros((9, 2)), np.zeros((9, 1)))
    assert HeldOut(world.network, many).at_once == 0
