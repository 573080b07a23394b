"""Warnings about the costs of runs."""

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from worlds import make_world

from training.run import Run
from training.settings import StopCondition
from training.validation import Validated, ValidationProgress, ValidationResult
from training.warnings.cost_warnings import (
    compared_updates,
    warnings_of_costs,
    warnings_of_validations,
)


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


def opened(stop: StopCondition) -> Run:
    run = make_world(stop=stop).open().run
    assert run is not None
    return run


def validated(best: float | None, latest: float, *, restore_best: bool = False) -> Run:
    """Return a run with these validations, after updates 1200 and 5000."""
    run = opened(StopCondition(restore_best=restore_best))
    lowest = None if best is None else Validated(1200, ValidationResult(best))
    progress = ValidationProgress(Validated(5000, ValidationResult(latest)), lowest)
    return replace(run, validation=progress)


def test_a_network_that_overfits_has_its_best_update_named() -> None:
    (warning,) = warnings_of_validations(validated(0.25, 0.75))
    assert warning.code == "VALIDATION_COST_HAS_RISEN"
    assert "lowest after update 1,200 (0.25), and is 0.75 at the end" in warning.message
    assert warning.action.startswith("Fork the network at update 1,200")
    assert warnings_of_validations(validated(0.25, inf))
    assert warnings_of_validations(validated(0.5, 0.56))


def test_a_run_that_ends_near_its_best_validation_or_returns_to_it_has_no_warning() -> None:
    assert not warnings_of_validations(validated(0.5, 0.54))
    assert not warnings_of_validations(validated(0.25, 0.75, restore_best=True))
    assert not warnings_of_validations(validated(None, nan))
    assert not warnings_of_validations(opened(StopCondition()))
