"""Updates to be explained, and explanations computed again, for the tests of explanations."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numerics import same_bits
from worlds import World, worlds

from training.batch_update import BatchUpdate, batch_update
from training.explanation.explanation import Explanation, explain
from training.explanation.place import WeightPlace
from training.explanation.terms import Operation
from training.network import Network
from training.numerics.activations import sigmoid
from training.numerics.elementary import exp
from training.numerics.normal_distribution import density, probability_below
from training.update import State

COMPUTE: dict[Operation, Callable[..., Any]] = {
    Operation.ADD: np.add,
    Operation.SUBTRACT: np.subtract,
    Operation.MULTIPLY: np.multiply,
    Operation.DIVIDE: np.divide,
    Operation.SQUARE_ROOT: np.sqrt,
    Operation.SIGMOID: sigmoid,
    Operation.EXPONENTIAL: exp,
    Operation.NORMAL_DISTRIBUTION: probability_below,
    Operation.NORMAL_DENSITY: density,
}


def recomputed(explanation: Explanation) -> float:
    """Compute the lines of an explanation one by one, compare each, and return the last number."""
    values: list[float] = []
    for line in explanation.lines:
        operands = [
            values[operand.source.line] if operand.source.line is not None else operand.value
            for operand in line.operands
        ]
        assert same_bits(operands, [operand.value for operand in line.operands])
        with np.errstate(all="ignore"):
            values.append(float(COMPUTE[line.operation](*operands)))
        assert same_bits(values[-1], line.value)
    return values[-1]


def update_of(world: World, index: int) -> BatchUpdate:
    """Return the run's update `index`, or the last one before it that can be made."""
    run = world.open().run
    assert run is not None
    before = world.engine(run).advance(State(0, world.parameters), 0, index).state
    return batch_update(world.network, run, before.update, before, world.examples_of(run))


def whole(update: BatchUpdate, place: WeightPlace) -> Explanation:
    return explain(update, place, range(len(update.numbers)))


def places(network: Network) -> list[WeightPlace]:
    """Return every weight and bias of a network."""
    return [
        WeightPlace(layer, unit, place)
        for layer, shape in enumerate(network.shapes, start=1)
        for unit in range(shape.units)
        for place in (*range(shape.inputs), *[None] * shape.bias)
    ]


@st.composite
def updates(draw: st.DrawFn) -> tuple[BatchUpdate, WeightPlace]:
    """Any update of any small network, and a weight or a bias of it."""
    world = draw(worlds())
    run = world.open().run
    assert run is not None
    update = update_of(world, min(draw(st.integers(0, 40)), run.total_updates - 1))
    return update, draw(st.sampled_from(places(world.network)))
