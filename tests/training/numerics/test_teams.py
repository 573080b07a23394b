"""Threads that compute updates together give the bits of one thread."""

from concurrent.futures import Future
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import PAIRS, Problem, a_problem, problems
from promises import rounds
from teams import helpers_for

from training.numerics import helpers, kernels
from training.numerics.arguments import Scratch
from training.numerics.gradient_rule import NO_RULE, GradientRule
from training.numerics.helpers import Helpers, compute_together
from training.numerics.optimizers import OptimizerKind
from training.numerics.teams import Member

TEAMS = [2, 3, 4, 8]


def _bits(problem: Problem, threads: int) -> tuple[Any, ...]:
    progress = problem.begin()
    made = problem.advance(
        progress, problem.total_updates + 1, record=True, helpers=helpers_for(threads)
    )
    numbers = made.costs.tobytes(), made.recorded.tobytes(), progress.bits()
    return made.updates, made.outcome, *numbers


def _assert_teams_give_the_same_bits(problem: Problem, *teams: int) -> None:
    alone = _bits(problem, 1)
    for threads in teams:
        assert _bits(problem, threads) == alone


@settings(max_examples=rounds(30, 2_000))
@given(problems(least=5), st.sampled_from(TEAMS))
def test_any_number_of_threads_gives_the_bits_of_one(problem: Problem, threads: int) -> None:
    _assert_teams_give_the_same_bits(problem, threads)


@settings(max_examples=rounds(15, 2_000))
@given(problems(least=5, extreme=True), st.sampled_from(TEAMS))
def test_all_threads_end_a_run_together_where_one_would(problem: Problem, threads: int) -> None:
    _assert_teams_give_the_same_bits(problem, threads)


@pytest.mark.parametrize(
    ("sizes", "batch_size"),
    [
        ((150, 9, 2), 41),  # fewer blocks of units than threads
        ((43, 87, 21, 2), 77),
        ((200, 190, 3), 5),  # more parameters of a thread than make their step at once
        ((17000, 2), 6),
    ],
    ids=str,
)
def test_threads_share_wide_layers_and_large_batches(
    sizes: tuple[int, ...], batch_size: int
) -> None:
    for optimizer, rule in (("adam", NO_RULE), ("momentum", GradientRule(0.1, clip_norm=0.5))):
        problem = a_problem(
            sizes,
            width=0.1,
            examples=batch_size,
            batch_size=batch_size,
            epochs=2,
            optimizer=optimizer,
            gradient_rule=rule,
        )
        _assert_teams_give_the_same_bits(problem, *TEAMS)


@pytest.mark.parametrize("optimizer", OptimizerKind)
@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_threads_share_every_kind_of_outputs_and_optimizer(
    pair: tuple[str, str], optimizer: str
) -> None:
    problem = a_problem((3, 11, 7), pair, examples=19, batch_size=18, epochs=2, optimizer=optimizer)
    _assert_teams_give_the_same_bits(problem, 2)


def test_small_batches_are_computed_by_one_thread() -> None:
    for batch_size in (1, 4):
        assert not kernels.can_be_shared(batch_size)
        _assert_teams_give_the_same_bits(a_problem((30, 40, 2), batch_size=batch_size), 2)
    assert kernels.can_be_shared(5)


def test_the_number_of_threads_may_change_between_calls() -> None:
    problem = a_problem((33, 21, 3), examples=20, batch_size=6, epochs=6, shuffle_seed=2)
    alone = problem.begin()
    problem.advance(alone, problem.total_updates)
    parts = problem.begin()
    for threads in (2, 1, 8, 3, 1, 4):
        problem.advance(parts, 3, helpers=helpers_for(threads))
    problem.advance(parts, problem.total_updates, helpers=helpers_for(2))
    assert parts.bits() == alone.bits()


def _meeting(failing: int, scratch: Scratch, member: Member) -> tuple[int, int]:
    """Stand in for a kernel: fail, or wait until nobody waits for this thread any more."""
    if member.number == failing:
        raise MemoryError("too little")
    while scratch.integers[0] < helpers._NO_MEETING:
        pass
    return 1, 0


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_thread_that_fails_ends_the_call_of_all(failing: int) -> None:
    scratch = Scratch(np.ones(1, dtype=np.int64), np.empty(0))
    with pytest.raises(MemoryError, match="too little"):
        compute_together(partial(_meeting, failing, scratch), scratch, helpers_for(3))


def test_a_helper_that_cannot_begin_ends_the_call_of_all() -> None:
    begun: list[Future[tuple[int, int]]] = []

    def begin(work: Any) -> "Future[tuple[int, int]]":
        if begun:
            raise RuntimeError("shutting down")
        begun.append(helpers_for(2).begin(work))
        return begun[0]

    scratch = Scratch(np.ones(1, dtype=np.int64), np.empty(0))
    with pytest.raises(RuntimeError, match="shutting down"):
        compute_together(partial(_meeting, 2, scratch), scratch, Helpers(2, begin))
    assert begun[0].done()
