"""Updates to be explained, for the tests of explanations."""

from hypothesis import strategies as st
from worlds import World, worlds

from training.batch_update import BatchUpdate, batch_update
from training.explanation.explanation import Explanation, explain
from training.explanation.place import WeightPlace
from training.update import State


def update_of(world: World, index: int) -> BatchUpdate:
    """Return the run's update `index`, or the last one before it that can be made."""
    run = world.open().run
    assert run is not None
    before = world.engine(run).advance(State(0, world.parameters), 0, index).state
    return batch_update(world.network, run, before.update, before, world.examples_of(run))


def whole(update: BatchUpdate, place: WeightPlace) -> Explanation:
    return explain(update, place, range(len(update.numbers)))


@st.composite
def updates(draw: st.DrawFn) -> tuple[BatchUpdate, WeightPlace]:
    """Any update of any small network, and a weight or a bias of it."""
    world = draw(worlds())
    run = world.open().run
    assert run is not None
    update = update_of(world, min(draw(st.integers(0, 40)), run.total_updates - 1))
    layer = draw(st.integers(1, len(world.network.shapes)))
    shape = world.network.shapes[layer - 1]
    inputs = st.integers(0, shape.inputs - 1)
    return update, WeightPlace(
        layer,
        draw(st.integers(0, shape.units - 1)),
        draw(st.none() | inputs if shape.bias else inputs),
    )
