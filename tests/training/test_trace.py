"""A trace holds what the kernels computed, to the bit, for every network, optimizer and batch."""

from dataclasses import replace
from math import inf

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import same_bits
from promises import tries
from worlds import World, make_world, worlds

from training.batch_update import BatchUpdate, batch_update
from training.engine import cost_and_gradient
from training.numerics.gradient_rule import group_rule, penalizes, penalty_cost
from training.numerics.optimizers import OptimizerKind, decayed
from training.optimizer import Optimizer
from training.trace import Trace, trace
from training.update import State


def update_of(world: World, index: int) -> BatchUpdate:
    """Return the run's update `index`, or the last one before it that can be made."""
    run = world.open().run
    assert run is not None
    before = world.engine(run).advance(State(0, world.parameters), 0, index).state
    return batch_update(world.network, run, before.update, before, world.examples_of(run))


def from_limited(update: BatchUpdate, found: Trace) -> list[float]:
    """Compute the gradient that the optimizer uses from the parts of a trace, step by step."""
    rule, rates = update.rule, update.rates
    used = []
    for p, g in enumerate(found.limited_gradient.tolist()):
        group = rule.group_of(p)
        assert group is not None
        if found.norm is not None:
            g = g * min(1.0, rule.gradient_rule.clip_norm / (found.norm + 1e-6))  # noqa: PLW2901
        own = group_rule(rule.gradient_rule, group, rates)
        w = float(update.before.parameters[p])
        used.append(0.0 if group.frozen else decayed(g, w, own.rates))
    return used


@given(worlds(), st.integers(0, 40))
@settings(max_examples=tries(25))
def test_costs_gradients_and_step_are_those_that_made_the_update(world: World, index: int) -> None:
    run = world.open().run
    assert run is not None
    update = update_of(world, min(index, run.total_updates - 1))
    found = trace(update)

    cost, gradient = cost_and_gradient(
        world.network, update.before.parameters, update.examples, update.dropout
    )
    rule = update.rule
    if penalizes(rule.gradient_rule):
        parameters = update.before.parameters.tolist()
        cost = cost + penalty_cost(rule.gradient_rule, rule.groups, parameters)
    assert same_bits(found.cost, cost)
    assert same_bits(found.gradient, gradient)
    clips = rule.gradient_rule.clip_norm < inf
    assert (found.norm is not None) == clips
    if len(found.limited_gradient):
        assert same_bits(found.decayed_gradient, from_limited(update, found))
    elif not rule.groups and update.rates.weight_decay == 0.0:
        assert same_bits(found.decayed_gradient, gradient)
    if update.after is not None:
        engine = world.engine(run).advance(update.before, update.index, 1)
        assert same_bits(found.cost, engine.costs[0])
        assert same_bits(update.before.parameters - found.step, update.after.parameters)


@given(worlds(), st.integers(0, 40))
@settings(max_examples=tries(15))
@np.errstate(over="ignore", invalid="ignore")  # updates at which a run diverges have traces, too
def test_the_parts_of_a_trace_add_up(world: World, index: int) -> None:
    run = world.open().run
    assert run is not None
    found = trace(update_of(world, min(index, run.total_updates - 1)))

    total = np.zeros_like(found.gradient_sum)
    for example in found.examples:
        total = total + example.gradient
    assert same_bits(found.gradient_sum, total)
    assert same_bits(found.gradient, total / float(len(found.examples)))
    for example in found.examples:
        below = [example.inputs, *example.activations[:-1]]
        shapes = world.network.shapes
        for shape, a, deltas in zip(shapes, below, example.deltas, strict=True):
            assert same_bits(example.gradient[shape.weights], np.outer(deltas, a).ravel())


def test_a_batch_that_straddles_the_end_of_an_epoch_names_its_examples() -> None:
    world = make_world()
    straddling = update_of(world, 1)
    assert straddling.numbers == (3, 0, 1)
    assert update_of(world, 5).numbers == (3,)
    assert straddling.examples.inputs.tolist() == [[1.0, 1.0], [0.0, 0.0], [1.0, 0.0]]


def test_a_batch_takes_shuffled_examples_in_the_order_of_each_epoch() -> None:
    world = make_world(shuffle_seed=5)
    numbers = [number for index in range(6) for number in update_of(world, index).numbers]
    epochs = [numbers[start : start + 4] for start in range(0, 16, 4)]
    assert all(sorted(epoch) == [0, 1, 2, 3] for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1


def test_a_part_of_the_batch_is_shown_and_all_of_it_counted() -> None:
    world = make_world(optimizer=Optimizer(OptimizerKind.ADAM, weight_decay=0.01))
    update = update_of(world, 1)
    whole, part = trace(update), trace(update, range(1, 2))
    assert [example.position for example in part.examples] == [1]
    assert same_bits(part.gradient_sum, whole.gradient_sum)
    assert same_bits(part.step, whole.step)


def test_an_update_that_cannot_be_made_is_traced_all_the_same() -> None:
    world = make_world()
    update = update_of(world, 0)
    huge = replace(update.before, parameters=np.full(15, 1e308))
    assert update.run is not None
    diverging = batch_update(
        world.network,
        replace(update.run, settings=replace(update.run.settings, learning_rate=1e308)),
        0,
        huge,
        world.examples_of(update.run),
    )
    found = trace(diverging)
    assert (diverging.after is None) == (
        not np.isfinite(diverging.before.parameters - found.step).all()
    )


def test_a_step_of_nothing_keeps_the_sign_of_a_zero() -> None:
    world = make_world(inputs=[[0.0, 0.0]], targets=[[0.0]], batch_size=1)
    world.parameters[:10] = -0.0
    update = update_of(world, 0)
    assert update.after is not None
    assert same_bits(update.before.parameters - trace(update).step, update.after.parameters)
