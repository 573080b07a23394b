"""Random cases on which measures are compared with those of scikit-learn."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CASES = 500


class MeasureCase(NamedTuple):
    """Examples with scores of classes, and with outputs for targets that are any numbers.

    `scores` (examples, classes), `classes` (examples), `outputs` and `targets` (examples, 3). The
    scores are probabilities unless they are rounded.
    """

    scores: NDArray[np.float64]
    classes: NDArray[np.intp]
    outputs: NDArray[np.float64]
    targets: NDArray[np.float64]
    are_probabilities: bool


def measure_cases() -> Iterator[MeasureCase]:
    """Yield cases with ties, with classes that are absent, and with only one class or example."""
    drawn = np.random.default_rng(2026)
    for number in range(CASES):
        classes, examples = int(drawn.integers(2, 7)), int(drawn.integers(1, 40))
        present = drawn.permutation(classes)[: int(drawn.integers(1, classes + 1))]
        own = present[drawn.integers(0, len(present), examples)]
        scores = drawn.random((examples, classes))
        if number % 2:
            scores = np.round(scores, 1) + 0.01
        scores /= scores.sum(axis=1, keepdims=True)
        is_rounded = number % 3 == 0
        if is_rounded:
            scores = np.round(scores, 1)
        targets = drawn.normal(size=(examples, 3))
        outputs = targets + 0.3 * drawn.normal(size=(examples, 3))
        if number % 4 == 0:
            targets[:, 0] = 0.1
        yield MeasureCase(scores, own, outputs, targets, not is_rounded)
