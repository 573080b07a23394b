"""Measures are those of scikit-learn on random cases with ties, and absent and single classes.

Its results are recorded in tests/data/scikit_learn.npz by bench/record_scikit_learn.py.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.measure_cases import CASES, MeasureCase, measure_cases
from training.measures.class_measures import macro_average, weighted_average
from training.measures.classification import Classification, ClassificationCounter
from training.measures.regression import ErrorCounter, OutputErrors

PATH = Path(__file__).parents[2] / "data" / "scikit_learn.npz"


def classification_of(case: MeasureCase) -> Classification:
    """Measure a case in two parts."""
    examples, classes = case.scores.shape
    counter = ClassificationCounter(classes, examples, are_probabilities=case.are_probabilities)
    for rows in (slice(None, examples // 2), slice(examples // 2, None)):
        scores = case.scores[rows]
        counter.add(scores, scores.argmax(axis=1), case.classes[rows])
    return counter.result()


def errors_of(case: MeasureCase) -> list[OutputErrors]:
    counter, middle = ErrorCounter(case.targets), len(case.targets) // 2
    for rows in (slice(None, middle), slice(middle, None)):
        counter.add(case.outputs[rows], case.targets[rows])
    return [*counter.result()]


def measured(case: MeasureCase) -> Iterator[float | None]:
    """Yield all measures in the order in which they are recorded."""
    found = classification_of(case)
    assert found.confusion is not None
    yield from found.confusion.ravel().tolist()
    classes = found.classes
    yield from [each.precision for each in classes]
    yield from [each.recall for each in classes]
    yield from [each.f1 for each in classes]
    for average in (macro_average(classes), weighted_average(classes)):
        yield from (average.precision, average.recall, average.f1)
    yield from [each.roc_auc for each in classes]
    if case.are_probabilities:
        yield found.log_loss
    else:
        assert found.log_loss is None
    if len(classes) > 2:
        *counts, last = found.top
        assert last == len(case.classes)
        yield from counts
    for each in errors_of(case):
        yield from (each.mae, each.rmse, each.r2)


def test_500_cases_are_measured_as_by_scikit_learn() -> None:
    recorded = np.load(PATH)
    ends = np.cumsum(recorded["lengths"])
    assert len(ends) == CASES
    expected = np.split(recorded["measures"], ends[:-1])
    undefined = 0
    for case, theirs in zip(measure_cases(), expected, strict=True):
        ours = np.array([np.nan if each is None else each for each in measured(case)])
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
        undefined += int(np.isnan(ours).sum())
    assert undefined > 1_000
