"""The orders of shuffled epochs never change, and all are equally likely."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from compiled import compiled
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.numerics import pcg64
from training.numerics import random as numbers
from training.numerics.random import epoch_order
from training.numerics.vectors import pointer

SEEDS = st.integers(0, 2**63 - 1)


@compiled
def _compiled(words: Any, order: Any) -> None:
    pcg64.next_order(pointer(words), pointer(order), order.size)


def next_order(words: NDArray[np.uint64], examples: int) -> list[int]:
    """Return the order of the epoch that `words` stand at, and move them on."""
    order = np.full(examples, -1)
    _compiled(words, order)
    listed: list[int] = order.tolist()
    return listed


@pytest.mark.parametrize(
    ("seed", "epoch", "order"),
    [
        (0, 1, [4, 3, 1, 5, 0, 2, 6, 7, 9, 8]),
        (0, 2, [4, 7, 1, 2, 6, 5, 9, 0, 3, 8]),
        (1, 1, [3, 6, 1, 0, 9, 4, 5, 8, 7, 2]),
        (2**63 - 1, 1_000_000_007, [0, 6, 3, 4, 9, 2, 8, 5, 1, 7]),
    ],
)
def test_the_orders_of_a_seed_never_change(seed: int, epoch: int, order: list[int]) -> None:
    # Stored histories are replayed by them, on whatever machine.
    assert epoch_order(seed, epoch, 10) == order


@given(SEEDS, st.integers(1, 2**40), st.integers(0, 40))
def test_an_order_holds_every_example_once(seed: int, epoch: int, examples: int) -> None:
    assert sorted(epoch_order(seed, epoch, examples)) == list(range(examples))


@given(SEEDS, st.lists(st.integers(1, 9), min_size=1))
def test_an_order_follows_from_seed_and_epoch_alone(seed: int, epochs: list[int]) -> None:
    expected = {epoch: epoch_order(seed, epoch, 12) for epoch in range(1, 10)}
    np.random.default_rng(seed).random()
    for epoch in epochs:
        assert epoch_order(seed, epoch, 12) == expected[epoch]


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = [tuple(epoch_order(seed, epoch, 20)) for seed in range(20) for epoch in range(1, 21)]
    assert len(set(orders)) == 400


@pytest.mark.parametrize("seed", [0, 1])
def test_every_order_of_three_examples_is_as_likely(seed: int) -> None:
    epochs = 6000
    counts = Counter(tuple(epoch_order(seed, epoch, 3)) for epoch in range(1, epochs + 1))
    assert len(counts) == 6
    expected = epochs / 6
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < 25.7  # one of 10,000 fair shuffles exceeds it


def test_every_example_comes_to_every_place_as_often() -> None:
    epochs, examples = 4000, 8
    orders = np.array([epoch_order(5, epoch, examples) for epoch in range(1, epochs + 1)])
    counts = np.array([np.bincount(column, minlength=examples) for column in orders.T])
    expected = epochs / examples
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < 98  # one of 10,000 fair shuffles exceeds it, with 49 degrees of freedom


@given(SEEDS, st.integers(1, 2**40), st.integers(1, 40), st.integers(1, 6))
def test_compiled_orders_are_the_same_epoch_after_epoch(
    seed: int, epoch: int, examples: int, epochs: int
) -> None:
    words = pcg64.shuffling(seed, epoch)
    for later in range(epoch, epoch + epochs):
        assert next_order(words, examples) == epoch_order(seed, later, examples)


@given(SEEDS, st.integers(1, 2**40))
def test_the_compiled_generator_comes_to_the_words_of_every_later_epoch(
    seed: int, epoch: int
) -> None:
    words = pcg64.shuffling(seed, epoch)
    for later in range(epoch + 1, epoch + 4):
        next_order(words, 3)
        assert words.tolist() == pcg64.shuffling(seed, later).tolist()


def _about_to_draw(raw: int) -> np.random.PCG64:
    """Return a generator whose next raw number is this one."""
    generator = np.random.PCG64(0)
    state: Any = generator.state
    # With an upper half of 0 the lower half is neither changed nor turned.
    before = (raw - state["state"]["inc"]) * pow(pcg64.MULTIPLIER, -1, 2**128) % 2**128
    state["state"]["state"] = before
    generator.state = state
    return generator


# A raw number beyond the last multiple would make the first examples likelier: 2⁶⁴ is 1 more than a
# multiple of 3.


def test_a_raw_number_beyond_the_last_multiple_is_drawn_again() -> None:
    generator, same = _about_to_draw(2**64 - 1), _about_to_draw(2**64 - 1)
    first, second = same.random_raw(2).tolist()
    assert first == 2**64 - 1
    assert numbers._below(generator, 3) == second % 3


def test_the_last_raw_number_before_it_is_used() -> None:
    assert numbers._below(_about_to_draw(2**64 - 2), 3) == (2**64 - 2) % 3
    assert numbers._below(_about_to_draw(2**64 - 1), 4) == 3


@pytest.mark.parametrize("raw", [2**64 - 1, 2**64 - 2, 2**64 - 3])
def test_compiled_code_draws_the_same_raw_numbers_again(raw: int) -> None:
    generator = _about_to_draw(raw)
    words = pcg64.shuffling(0, 1)
    state, increment = pcg64._numbers(generator)
    words[:4] = [state >> 64, state % 2**64, increment >> 64, increment % 2**64]
    order = [0, 1, 2]
    for place in (2, 1):
        other = numbers._below(generator, place + 1)
        order[place], order[other] = order[other], order[place]
    assert next_order(words, 3) == order
