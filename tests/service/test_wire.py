"""Updates that are written a page at a time have the bytes of the generated classes."""

from clearprop.v1 import training_service_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import World, make_world, worlds

from service.messages.updates import updates
from service.messages.wire import updates_response
from training.replay import Snapshots
from training.update import State


def a_page(world: World, first: int, count: int, begin: int) -> Snapshots:
    """Updates of a run from its update `first` on, the network's from number `begin`."""
    run = world.open().run
    assert run is not None
    engine = world.engine(run)
    before = engine.advance(State(0, world.parameters), 0, first).state
    made = engine.advance(before, before.update, count, record=True)
    return Snapshots(
        world.initial_segment.kind.GRADIENT,
        begin,
        run,
        before.update,
        made.costs,
        made.recorded,
    )


@given(
    worlds(),
    st.integers(0, 30),
    st.integers(0, 40),
    st.sampled_from([1, 120, 16_380, 2**31, 2**53]),
    st.booleans(),
)
@settings(max_examples=80)
def test_the_bytes_are_those_of_the_generated_classes(
    world: World, first: int, count: int, begin: int, parameters: bool
) -> None:
    part = a_page(world, first, count, begin)
    expected = pb.WatchUpdatesResponse(
        updates=pb.UpdateBatch(updates=updates(world.network, [part], parameters=parameters))
    )
    written = updates_response(world.network, [part], parameters=parameters)
    assert written == expected.SerializeToString()


def test_parts_follow_one_another() -> None:
    world = make_world(epochs=60)
    parts = [a_page(world, 0, 5, 1), a_page(world, 5, 3, 300)]
    read = pb.WatchUpdatesResponse.FromString(
        updates_response(world.network, parts, parameters=True)
    )
    assert [update.update for update in read.updates.updates] == [1, 2, 3, 4, 5, 300, 301, 302]
