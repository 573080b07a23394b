"""Names of classes fit the targets of every example."""

import numpy as np
import pytest

from training.errors import Violations
from training.example_collector import Collector
from training.limits import Limits
from training.training_set import Examples


def refused(names: list[str], targets: list[list[float]]) -> list[str]:
    violations, collector = Violations(), Collector(Limits())
    collector.expect_classes(violations, names)
    rows = np.array(targets)
    collector.add(violations, Examples(np.zeros((len(rows), 1)), rows))
    return [f"{each.field}: {each.description}" for each in violations.found]


@pytest.mark.parametrize(
    ("names", "targets", "problem"),
    [
        (["cat"], [[1.0]], "class_names: must have at least 2 names, not 1"),
        (["cat", ""], [[1.0, 0.0]], "class_names[1]: must have 1 to 255 characters, not 0"),
        (["cat", "cat"], [[1.0, 0.0]], "class_names[1]: 'cat' occurs twice"),
        (["cat", "dog"], [[1.0, 0.0, 0.0]], "class_names: must have 3 names"),
        (["cat", "dog"], [[1.0, 0.0], [1.0, 1.0]], "the targets of example 1 are not 1 once"),
        (["cat", "dog"], [[0.5, 0.0]], "the targets of example 0 are not 1 once"),
    ],
)
def test_names_that_do_not_fit_are_refused(
    names: list[str], targets: list[list[float]], problem: str
) -> None:
    (found,) = refused(names, targets)
    assert problem in found


def test_names_that_fit_are_accepted() -> None:
    assert refused(["cat", "dog"], [[1.0, 0.0], [0.0, 1.0]]) == []
