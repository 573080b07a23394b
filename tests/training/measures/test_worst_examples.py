"""The examples with the largest costs are those of plain sorting, among those a filter chooses."""

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import Violations
from training.measures.target_meaning import TargetKind, TargetMeaning
from training.measures.worst_examples import ExampleFilter, WorstExample, WorstExamples

CLASSES = TargetMeaning(TargetKind.CLASSES)

#: A cost, a class, and the predicted class; None if an output is NaN.
Row = tuple[float, int, int | None]

rows = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 1.0, 2.0, np.inf, nan]),
        st.integers(0, 2),
        st.sampled_from([0, 1, 2, None]),
    ),
    max_size=20,
)
filters = st.builds(
    ExampleFilter,
    st.sampled_from([None, 0, 1, 2]),
    st.sampled_from([None, 0, 1, 2]),
    st.booleans(),
)


@given(rows, filters, st.integers(1, 5), st.integers(0, 6), st.integers(1, 6))
def test_each_page_has_the_next_largest_costs(
    seen: list[Row], wanted: ExampleFilter, at_once: int, first: int, size: int
) -> None:
    worst = WorstExamples(CLASSES, wanted)
    for start in range(0, len(seen), at_once):
        some = seen[start : start + at_once]
        targets = np.eye(3)[[true for _, true, _ in some]]
        outputs = np.array(
            [[nan] * 3 if predicted is None else np.eye(3)[predicted] for _, _, predicted in some]
        )
        worst.add(np.array([cost for cost, _, _ in some]), outputs, targets, most=first + size)
    expected = sorted(
        (
            (0 if np.isnan(cost) else 1, 0.0 if np.isnan(cost) else -cost, example, true, predicted)
            for example, (cost, true, predicted) in enumerate(seen)
            if wanted.true_class in {None, true}
            and wanted.predicted_class in ({None} if predicted is None else {None, predicted})
            and not (wanted.wrong_only and true == predicted)
        ),
        key=lambda each: each[:3],
    )
    assert worst.matching == len(expected)
    found = worst.found(slice(first, first + size))
    assert [(each.example, each.true_class, each.predicted_class) for each in found] == [
        each[2:] for each in expected[first : first + size]
    ]
    for each in found:
        assert each.is_correct is (each.true_class == each.predicted_class)


def test_one_output_has_the_classes_0_and_1_and_labels_have_none() -> None:
    outputs, targets = np.array([[0.7], [0.2]]), np.array([[0.0], [1.0]])
    sides = WorstExamples(TargetMeaning(TargetKind.SIDES, 0.5), ExampleFilter(predicted_class=1))
    sides.add(np.array([1.0, 2.0]), outputs, targets, most=10)
    assert sides.found(slice(10)) == [WorstExample(0, 1.0, 0, 1, is_correct=False)]
    labels = WorstExamples(TargetMeaning(TargetKind.LABELS, 0.5), ExampleFilter(wrong_only=True))
    pairs = np.array([[0.7, 0.2], [0.7, 0.9]])
    labels.add(np.array([1.0, 2.0]), pairs, np.array([[1.0, 0.0], [1.0, 0.0]]), most=10)
    assert labels.found(slice(10)) == [WorstExample(1, 2.0, is_correct=False)]
    numbers = WorstExamples(TargetMeaning(TargetKind.NUMBERS), ExampleFilter())
    numbers.add(np.array([1.0, 2.0]), pairs, pairs, most=1)
    assert numbers.found(slice(10)) == [WorstExample(1, 2.0)]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (TargetKind.CLASSES, ["true_class"]),
        (TargetKind.SIDES, ["true_class", "predicted_class"]),
        (TargetKind.LABELS, ["true_class", "predicted_class"]),
        (TargetKind.NUMBERS, ["true_class", "predicted_class", "wrong_only"]),
    ],
)
def test_what_does_not_fit_the_targets_is_named(kind: TargetKind, wrong: list[str]) -> None:
    violations = Violations()
    sizes = (2, 1 if kind is TargetKind.SIDES else 3)
    ExampleFilter(-1, 2, wrong_only=True).check(violations, TargetMeaning(kind), sizes)
    assert [each.field for each in violations.found] == wrong
