"""The split of a training set into examples to train on and examples that are held out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.split import fold_count, held_out_count, split, split_fold

SEEDS = st.integers(0, 2**63 - 1)
SHARES = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)


@given(targets=st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=60), share=SHARES, seed=SEEDS)
def test_every_example_is_on_one_side(targets: list[float], share: float, seed: int) -> None:
    sides = split(np.array(targets).reshape(-1, 1), share, seed)
    assert len(sides.held_out) == held_out_count(len(targets), share)
    assert 1 <= len(sides.held_out) < len(targets)
    assert sorted([*sides.training, *sides.held_out]) == list(range(len(targets)))
    for side in (sides.training, sides.held_out):
        assert (np.diff(side) > 0).all()


@given(
    classes=st.lists(st.integers(0, 4), min_size=2, max_size=60),
    is_one_output=st.booleans(),
    share=SHARES,
    seed=SEEDS,
)
def test_each_class_gives_its_share(
    classes: list[int], is_one_output: bool, share: float, seed: int
) -> None:
    if is_one_output:
        classes = [each % 2 for each in classes]
        targets = np.array(classes, dtype=np.float64).reshape(-1, 1)
    else:
        targets = np.eye(5)[classes]
    held_out = split(targets, share, seed).held_out
    total = held_out_count(len(classes), share)
    is_even = total == round(share * len(classes))
    for each in set(classes):
        count = classes.count(each)
        found = sum(classes[index] == each for index in held_out)
        if is_even and 0.01 < share < 0.99:
            # 1 more if other classes would have no example left.
            assert abs(found - share * count) <= 1.0
        if count > 1 and total <= len(classes) - len(set(classes)):
            assert found < count


def test_a_class_with_one_example_keeps_it() -> None:
    targets = np.eye(3)[[0] * 9 + [1] * 9 + [2]]
    for seed in range(50):
        assert 18 not in split(targets, 0.2, seed).held_out


def test_the_seed_decides_and_the_split_never_changes() -> None:
    targets = np.eye(2)[[0, 1] * 10]
    assert split(targets, 0.2, 0).held_out.tolist() == [2, 3, 11, 18]
    assert split(targets, 0.2, 1).held_out.tolist() == [2, 9, 16, 19]
    # Without classes, the examples with the smallest of all numbers.
    numbers = np.random.PCG64(7).random_raw(20)
    found = split(np.linspace(0, 1, 20).reshape(-1, 1), 0.2, 7).held_out
    assert found.tolist() == sorted(np.argsort(numbers)[:4].tolist())


@pytest.mark.parametrize(
    ("examples", "share", "count"),
    [(2, 0.5, 1), (2, 1e-300, 1), (2, 1 - 1e-12, 1), (5, 0.5, 3), (1797, 0.2, 359), (10, 0.99, 9)],
)
def test_the_count_is_rounded_and_leaves_both_sides_an_example(
    examples: int, share: float, count: int
) -> None:
    assert held_out_count(examples, share) == count


@given(
    classes=st.lists(st.integers(0, 4), min_size=2, max_size=60),
    is_one_output=st.booleans(),
    folds=st.integers(2, 60),
    seed=SEEDS,
)
def test_every_example_is_in_one_fold_and_each_fold_has_its_share_of_each_class(
    classes: list[int], is_one_output: bool, folds: int, seed: int
) -> None:
    folds = min(folds, len(classes))
    if is_one_output:
        classes = [each % 2 for each in classes]
        targets = np.array(classes, dtype=np.float64).reshape(-1, 1)
    else:
        targets = np.eye(5)[classes]
    all_sides = [split_fold(targets, folds, fold, seed) for fold in range(1, folds + 1)]
    held_out = [index for sides in all_sides for index in sides.held_out]
    assert sorted(held_out) == list(range(len(classes)))
    for fold, sides in enumerate(all_sides, start=1):
        assert sorted([*sides.training, *sides.held_out]) == list(range(len(classes)))
        assert len(sides.held_out) == fold_count(len(classes), folds, fold)
        assert len(sides.training) >= 1
        assert (np.diff(sides.training) > 0).all()
        assert (np.diff(sides.held_out) > 0).all()
    for each in set(classes):
        counts = [sum(classes[index] == each for index in sides.held_out) for sides in all_sides]
        assert max(counts) - min(counts) <= 1


def test_the_seed_decides_the_folds_and_they_never_change() -> None:
    targets = np.eye(2)[[0, 1] * 10]
    folds = [split_fold(targets, 4, fold, 0).held_out.tolist() for fold in range(1, 5)]
    assert folds == [[0, 2, 12, 13, 17], [7, 14, 15, 16, 18], [1, 4, 5, 8, 11], [3, 6, 9, 10, 19]]
    # Without classes, the examples in the order of all numbers.
    numbers = np.random.PCG64(7).random_raw(20)
    found = split_fold(np.linspace(0, 1, 20).reshape(-1, 1), 3, 2, 7).held_out
    assert found.tolist() == sorted(np.argsort(numbers)[1::3].tolist())
