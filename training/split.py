"""Splits a training set into examples to train on and examples that are held out.

The split is a pure function of the targets, the share and the seed, so every replay makes it again.
"""

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Split:
    """The indices of the examples on each side, in the order of the set; at least one on each."""

    training: Indices
    held_out: Indices


def held_out_count(examples: int, share: float) -> int:
    """Return how many of at least 2 examples are held out: share × examples, rounded.

    At least one, and at least one is left.
    """
    return min(max(floor(share * examples + 0.5), 1), examples - 1)


def split(targets: NDArray[np.float64], share: float, seed: int) -> Split:
    """Hold out a share in (0, 1) of at least 2 examples with these targets (examples, outputs).

    If the targets are classes, each class gives its share: share × examples of the class, rounded
    down; those that are missing then to `held_out_count` come from the classes with the largest
    remainders, the first of equals, and from a class that would have no example left only after all
    others. Targets are classes if they are one-hot, or if the only output is 0 or 1.

    Every example gets a number in the order of the set, the next raw one of NumPy's PCG64 with this
    seed. In each class, the examples with the smallest numbers are held out.
    """
    count = len(targets)
    classes = _classes(targets)
    wanted = _shares(np.bincount(classes), share, held_out_count(count, share))
    by_class = _by_class(classes, seed)
    begins = np.searchsorted(classes[by_class], np.arange(len(wanted)))
    rank = np.empty(count, dtype=np.intp)
    rank[by_class] = np.arange(count) - begins[classes[by_class]]
    is_held_out = rank < wanted[classes]
    return Split(np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out))


def fold_count(examples: int, folds: int, fold: int) -> int:
    """Return how many examples are in a fold, 1 to `folds`."""
    return (examples + folds - fold) // folds


def split_fold(targets: NDArray[np.float64], folds: int, fold: int, seed: int) -> Split:
    """Hold out one fold, 1 to `folds`, of at least `folds` examples with these targets.

    The examples are sorted by their classes and by the numbers that `split` describes, and dealt
    to the folds in turn. So each example is in one fold, and the numbers of examples in two folds,
    and of those of each class, differ by at most one.
    """
    count = len(targets)
    is_held_out = np.zeros(count, dtype=np.bool_)
    is_held_out[_by_class(_classes(targets), seed)[fold - 1 :: folds]] = True
    return Split(np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out))


def _by_class(classes: Indices, seed: int) -> Indices:
    """Return the indices of the examples, sorted by class and by their random numbers."""
    return np.lexsort((np.random.PCG64(seed).random_raw(len(classes)), classes))


def _classes(targets: NDArray[np.float64]) -> Indices:
    """Return the class of each example, from 0; all are of class 0 if there are no classes."""
    is_binary = bool(((targets == 0.0) | (targets == 1.0)).all())
    if is_binary and targets.shape[1] == 1:
        return targets[:, 0].astype(np.intp)
    classes: Indices = np.zeros(len(targets), dtype=np.intp)
    if is_binary and (np.count_nonzero(targets, axis=1) == 1).all():
        targets.argmax(axis=1, out=classes)
    return classes


def _shares(examples: Indices, share: float, total: int) -> Indices:
    """Return how many examples of each class are held out, `total` of all classes."""
    exact = share * examples
    most = np.maximum(examples - 1, 0)
    wanted: Indices = np.minimum(np.floor(exact), most).astype(np.intp)
    is_last = wanted + 1 >= examples
    order = np.lexsort((-(exact - wanted), is_last))
    for each in order[: total - int(wanted.sum())]:
        wanted[each] += 1
    return wanted
