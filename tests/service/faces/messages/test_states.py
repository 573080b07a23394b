"""The bytes of a state are a message that equals the one of the generated classes."""

import numpy as np
from clearprop.v1 import training_service_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import tries
from worlds import World, worlds

from service.faces.messages.states import StateResponse
from service.use_cases.inspection import FullState
from training.snapshots import Snapshots
from training.update import State, UpdateKind


def a_state(world: World, number: int, *, full: bool) -> FullState:
    """The state of a network after an update of a run, or after its creation for 0."""
    network = world.network
    if not number:
        return FullState(
            network,
            Snapshots(UpdateKind.INITIAL, 0, None, 0, np.empty(0), world.parameters[None]),
        )
    run = world.open().run
    assert run is not None
    made = world.engine(run).advance(State(0, world.parameters), 0, number, record=True)
    last = slice(made.made - 1, None)
    snapshot = Snapshots(
        UpdateKind.GRADIENT, number, run, number - 1, made.costs[last], made.recorded[last]
    )
    if not full:
        return FullState(network, snapshot)
    units = sum(network.layer_sizes[1:])
    return FullState(network, snapshot, -snapshot.parameters[0], np.linspace(0.0, 1.0, units))


@given(worlds(), st.integers(0, 5), st.booleans(), st.sampled_from([np.float64, np.float16]))
@settings(max_examples=tries(25))
def test_a_serialized_state_equals_its_message(
    world: World, number: int, full: bool, dtype: type[np.floating]
) -> None:
    response = StateResponse(a_state(world, number, full=full), dtype)

    assert pb.GetStateResponse.FromString(response.serialized()) == response.message()
