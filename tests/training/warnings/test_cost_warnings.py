"""Warnings about the costs of runs."""

from math import inf, nan

import numpy as np
import pytest

from training.warnings.cost_warnings import compared_updates, warnings_of_costs


@pytest.mark.parametrize(
    ("first", "last", "warns"),
    [
        ([0.7, 0.6], [0.655, 0.64], True),  # of means: single costs vary
        ([669.8, 669.8], [669.8, 669.8], True),
        ([0.5], [0.4951], True),
        ([0.5], [0.4949], False),
        ([1.0], [2.0], True),
        ([1.0], [inf], True),
        ([1.0], [nan], True),
        ([1e-9], [1e-9], False),
    ],
)
def test_the_cost_has_fallen_if_its_mean_is_clearly_less(
    first: list[float], last: list[float], warns: bool
) -> None:
    found = warnings_of_costs(np.array(first), np.array(last))
    assert [each.code for each in found] == ["COST_HAS_NOT_FALLEN"] * warns


def test_the_means_are_named() -> None:
    (warning,) = warnings_of_costs(np.full(10, 669.8), np.full(10, 670.12345))
    assert warning.message == (
        "The cost has not fallen by 1 %: its mean was 669.8 in the first 10 updates of the run,"
        " and 670.1 in the last ones."
    )


@pytest.mark.parametrize(("per_epoch", "compared"), [(1, 10), (500, 500), (10**9, 10_000)])
def test_at_least_an_epoch_is_compared_unless_it_is_very_long(
    per_epoch: int, compared: int
) -> None:
    assert compared_updates(per_epoch) == compared
