"""Dropout: which units are dropped, and what dropping them does to the gradient."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numerics import Problem, a_problem, problems
from promises import tries
from worlds import make_world

from training.dropout import Dropout, check_dropout, dropped_units
from training.errors import Violations
from training.network import Network
from training.numerics import loops
from training.numerics.dropout import (
    _GOLDEN,
    NOTHING_DROPPED,
    DroppedUnits,
    _mixed,
    unit_factors,
)


def dropped(rate: float, seed: int = 1, update: int = 0) -> DroppedUnits:
    return DroppedUnits(np.array([rate]), seed, update)


def test_the_random_numbers_are_those_of_split_mix_64() -> None:
    # The first outputs for the seed 1234567, of the reference implementation by S. Vigna.
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [_mixed(1234567 + k * _GOLDEN) for k in (1, 2, 3)] == expected


@given(st.floats(0.0, 0.99), st.integers(0, 2**63 - 1), st.integers(0, 2**53))
def test_units_are_dropped_at_the_rate_and_the_others_scaled(
    rate: float, seed: int, update: int
) -> None:
    (factors,) = unit_factors(dropped(rate, seed, update), (1, 2000, 1), 0)
    assert set(factors) <= {0.0, 1.0 / (1.0 - rate)}
    share = factors.count(0.0) / len(factors)
    assert abs(share - rate) < 0.08  # seven standard deviations


def test_every_seed_update_position_and_unit_has_its_own_number() -> None:
    rows = [
        tuple(unit_factors(dropped(0.5, seed, update), (1, 64, 1), position)[0])
        for seed in range(4)
        for update in range(4)
        for position in range(4)
    ]
    assert len(set(rows)) == len(rows)


def test_a_later_start_continues_the_batch() -> None:
    whole = dropped(0.5)
    assert whole.after(3).position == 3
    assert unit_factors(NOTHING_DROPPED, (2, 3, 1), 0) == []


@settings(max_examples=tries(15))
@given(problems())
def test_a_rate_of_zero_changes_no_bit(problem: Problem) -> None:
    structure = problem.structure
    hidden = len(structure.layer_sizes) - 2
    assume(hidden)
    batch = (
        structure,
        problem.parameters.tolist(),
        problem.inputs.tolist(),
        problem.targets.tolist(),
    )
    nothing = DroppedUnits(np.zeros(hidden))
    assert repr(loops.batch_gradient(*batch, nothing)) == repr(loops.batch_gradient(*batch))


def test_gradients_are_the_slopes_of_the_cost_with_the_same_units_dropped() -> None:
    problem = a_problem((3, 6, 5, 2), ("identity", "squared-error"), examples=4)
    dropout = DroppedUnits(np.array([0.3, 0.5]), 11, 5)
    inputs, targets = problem.inputs.tolist(), problem.targets.tolist()

    def cost(parameters: list[float]) -> float:
        costs, _ = loops.batch_gradient(problem.structure, parameters, inputs, targets, dropout)
        return sum(costs) / 4

    parameters = problem.parameters.tolist()
    _, gradient = loops.batch_gradient(problem.structure, parameters, inputs, targets, dropout)
    for p, analytic in enumerate(gradient):
        above, below = list(parameters), list(parameters)
        above[p] += 1e-5
        below[p] -= 1e-5
        assert abs((cost(above) - cost(below)) / 2e-5 - analytic) < 1e-8


def test_settings_that_do_not_fit_are_named() -> None:
    network = make_world((2, 3, 4, 1), [[0.0, 0.0]], [[0.0]]).network
    plain = make_world((2, 1), [[0.0, 0.0]], [[0.0]]).network

    def found(dropout: Dropout, of: Network = network) -> list[str]:
        violations = Violations(())
        check_dropout(violations, "dropout", dropout, of)
        return [violation.field for violation in violations.found]

    assert found(Dropout((0.5,))) == found(Dropout((0.1, 0.2))) == []
    assert found(Dropout((0.1, 0.2, 0.3))) == ["dropout.rates"]
    assert found(Dropout(())) == ["dropout.rates"]
    assert found(Dropout((1.0, -0.1), -1)) == [
        "dropout.rates[0]",
        "dropout.rates[1]",
        "dropout.seed",
    ]
    assert found(Dropout((float("nan"),))) == ["dropout.rates[0]"]
    assert found(Dropout((0.5,)), plain) == ["dropout"]
    assert dropped_units(network, Dropout((0.5,))).rates.tolist() == [0.5, 0.5]
