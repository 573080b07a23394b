"""What is done to gradients: penalties, clipping and frozen parameters, in their order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numerics import a_problem, rates_for

from training.numerics import loops
from training.numerics.gradient_rule import (
    NO_RULE,
    GradientRule,
    ParameterRule,
    clipped,
    groups_of,
    norm_factor,
    parameter_rules,
    penalty_cost,
    penalty_gradient,
    used_gradient,
)
from training.numerics.layout import Structure
from training.numerics.optimizers import OptimizerKind, Rates

STRUCTURE = Structure((2, 2, 1), ("tanh", "sigmoid"), "cross-entropy", bias=True)
NUMBERS = st.floats(-1e3, 1e3)
NINE = st.lists(NUMBERS, min_size=9, max_size=9)
LIMITS = st.floats(1e-3, 1e3)


def test_groups_are_the_weights_and_then_the_biases_of_each_layer() -> None:
    groups = groups_of(STRUCTURE, (2,), frozen_biases=True)
    assert [(group.first, group.end) for group in groups] == [(0, 4), (4, 6), (6, 8), (8, 9)]
    assert [group.are_weights for group in groups] == [True, False, True, False]
    assert [group.frozen for group in groups] == [False, True, True, True]


@given(NUMBERS, LIMITS)
def test_a_clipped_number_is_at_most_as_large_as_the_limit(g: float, limit: float) -> None:
    assert clipped(g, limit) == max(-limit, min(limit, g))


@given(NINE, NINE, LIMITS)
def test_a_clipped_gradient_is_at_most_as_long_as_the_limit(
    gradient: list[float], parameters: list[float], limit: float
) -> None:
    rule = GradientRule(clip_norm=limit)
    rules = parameter_rules(rule, groups_of(STRUCTURE), Rates(0.1), parameters, gradient)
    used = list(map(used_gradient, gradient, parameters, rules))
    assert np.linalg.norm(used) <= limit * (1 + 1e-12)
    if np.linalg.norm(gradient) + 1e-5 < limit:
        assert used == gradient


def test_without_a_limit_a_norm_changes_nothing() -> None:
    assert [norm_factor(norm, math.inf) for norm in (0.0, 1e300, math.inf)] == [1.0] * 3


@given(NINE)
def test_the_gradient_of_a_penalty_is_the_slope_of_its_cost(parameters: list[float]) -> None:
    rule, groups = GradientRule(l1=0.5, l2=0.25), groups_of(STRUCTURE)
    h = 1e-4
    for p, w in enumerate(parameters):
        if abs(w) <= h:
            continue
        costs = [
            penalty_cost(rule, groups, [*parameters[:p], w + step, *parameters[p + 1 :]])
            for step in (h, -h)
        ]
        slope = (costs[0] - costs[1]) / (2 * h)
        is_bias = p in {4, 5, 8}
        expected = 0.0 if is_bias else penalty_gradient(w, 0.5, 0.25)
        assert slope == pytest.approx(expected, abs=1e-4 * (1 + abs(expected)))


@pytest.mark.parametrize("optimizer", OptimizerKind)
def test_frozen_parameters_and_their_state_stay_as_they_are(optimizer: str) -> None:
    problem = a_problem(
        optimizer=optimizer,
        frozen_layers=(2,),
        rates=rates_for(optimizer, 0.1),
        gradient_rule=NO_RULE._replace(clip_norm=1.0, l2=0.1),
    )
    count = problem.parameters.size
    first = 3 * 3  # of the second layer
    last = problem.by_loops()[-1]
    assert last.parameters[first:] == problem.parameters[first:].tolist()
    assert last.parameters[:first] != problem.parameters[:first].tolist()
    for number in range(OptimizerKind(optimizer).definition.memories):
        state = last.memory[number * count : (number + 1) * count]
        assert state[first:] == [0.0] * (count - first)
        assert any(state[:first])


def test_dampening_begins_with_the_second_step() -> None:
    rates = Rates(0.5, momentum=0.5, dampening=0.25)
    memory = OptimizerKind.MOMENTUM.definition.fresh(1, dampened=True).tolist()
    parameters, memory = loops.step("momentum", [1.0], [0.5], memory, rates)
    assert (parameters, memory) == ([0.75], [0.5, 0.75])
    parameters, memory = loops.step("momentum", parameters, [1.0], memory, rates)
    assert (parameters, memory) == ([0.75 - 0.5], [1.0, 0.75])


def test_biases_do_not_decay_if_weights_only_do() -> None:
    rule = GradientRule(decays_biases=0.0)
    rates = Rates(0.5, weight_decay=0.25, decoupled_decay=0.125)
    rules = parameter_rules(rule, groups_of(STRUCTURE), rates, [1.0] * 9, [0.0] * 9)
    used = list(map(used_gradient, [0.0] * 9, [1.0] * 9, rules))
    assert used == [0.25] * 4 + [0.0] * 2 + [0.25] * 2 + [0.0]
    assert [own.rates.decoupled_decay for own in rules[3:5]] == [0.125, 0.0]


def test_no_rule_keeps_the_bits_of_a_gradient() -> None:
    for g in (-0.0, 0.0, 5e-324, -1e308, math.inf):
        assert used_gradient(g, 2.0, ParameterRule(Rates(0.1))).hex() == g.hex()
