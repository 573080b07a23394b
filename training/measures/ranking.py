"""Measures of the order in which outputs put examples or classes."""

import numpy as np
from numpy.typing import NDArray

from training.network import Array

Marks = NDArray[np.bool_]


def roc_auc(scores: Array, is_positive: Marks) -> float | None:
    """Return the area under the ROC curve of the scores (n) of n examples.

    It is the probability that a positive example has a higher score than a negative one, where
    equal scores count half: (R − P(P + 1)/2) / (P·N), with R the sum of the ranks of the P positive
    examples among all, and equal scores sharing the mean of their ranks (Mann and Whitney, 1947).
    None if there are no positive or no negative examples, or if a score is NaN.
    """
    positives = int(np.count_nonzero(is_positive))
    negatives = len(scores) - positives
    if not positives or not negatives or np.isnan(scores).any():
        return None
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    # Twice the mean rank is an integer, so the sum is exact.
    twice_ranks = 2 * np.cumsum(counts) - counts + 1
    twice_sum = int(twice_ranks[group[is_positive]].sum())
    return (twice_sum - positives * (positives + 1)) / (2 * positives * negatives)


def ranks_of_classes(outputs: Array, classes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many classes come before the given one of each row, by their outputs.

    A class comes before another one if its output is larger; of equal ones, the first does. So 0
    means that the class is the predicted one.
    """
    own = outputs[np.arange(len(outputs)), classes][:, np.newaxis]
    is_earlier = np.arange(outputs.shape[1]) < classes[:, np.newaxis]
    before: NDArray[np.intp] = ((outputs > own) | ((outputs == own) & is_earlier)).sum(axis=1)
    return before
