"""Pages of updates are serialized to the same bytes as by the generated classes."""

from dataclasses import replace

import numpy as np
import pytest
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import update_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import World, make_world, worlds

from service.faces.messages import wire
from service.faces.messages.update_lists import UpdatesResponse
from service.faces.messages.updates import updates
from service.faces.messages.wire import columns_response, updates_response
from service.reading.selection import Detail, Selection
from service.use_cases.history import Span
from training.snapshots import Snapshots
from training.update import State, UpdateKind
from training.validation import Validations


def a_page(world: World, first: int, count: int, begin: int) -> Snapshots:
    """Updates of a run from its update `first` on, the network's from number `begin`."""
    run = world.open().run
    assert run is not None
    engine = world.engine(run)
    before = engine.advance(State(0, world.parameters), 0, first).state
    made = engine.advance(before, before.update, count, record=True)
    gradients = np.linspace(-1.0, 1.0, made.recorded.size).reshape(made.recorded.shape)
    return Snapshots(
        UpdateKind.GRADIENT,
        begin,
        run,
        before.update,
        made.costs,
        made.recorded,
        gradients=gradients,
        validations=some_validations(begin, made.made),
    )


def some_validations(first: int, count: int) -> Validations:
    """Return validations after about a third of the updates, some of them without an accuracy."""
    updates = np.array([each for each in range(first, first + count) if each % 3 == 1], np.int64)
    costs = np.linspace(0.1, 2.0, len(updates))
    return Validations(updates, costs, np.where(updates % 2, 0.0, np.nan))


selections = st.builds(
    Selection,
    st.sampled_from([Detail.PARAMETERS, Detail.GRADIENTS]),
    st.integers(1, 7),
    st.sampled_from([(), (0,), (3, 1, 3)]),
) | st.builds(Selection, st.just(Detail.COST), st.integers(1, 7))

pages = st.tuples(
    st.integers(0, 30),
    st.integers(0, 40),
    st.sampled_from([1, 120, 16_380, 2**31, 2**53]),
)


def chosen_of(world: World, page: tuple[int, int, int], selection: Selection) -> list[Snapshots]:
    part = a_page(world, *page)
    if selection.detail is not Detail.GRADIENTS:
        part = replace(part, gradients=None)
    if selection.parameters:
        places = [place % part.parameters.shape[1] for place in selection.parameters]
        part = replace(
            part,
            parameters=part.parameters[:, places],
            gradients=None if part.gradients is None else part.gradients[:, places],
        )
    chosen = part.every(selection.stride)
    return [chosen] if chosen.count else []


@given(worlds(), pages, selections)
@settings(max_examples=80)
def test_updates_have_the_bytes_of_the_generated_classes(
    world: World, page: tuple[int, int, int], selection: Selection
) -> None:
    parts = chosen_of(world, page, selection)
    batch = pb.UpdateBatch(updates=updates(world.network, parts, selection))
    written = updates_response(world.network, parts, selection)
    assert written == pb.WatchUpdatesResponse(updates=batch).SerializeToString()


@given(worlds(), pages, selections)
@settings(max_examples=80)
def test_columns_have_the_bytes_of_the_generated_classes(
    world: World, page: tuple[int, int, int], selection: Selection
) -> None:
    for part in chosen_of(world, page, selection):
        written = columns_response(part, selection)
        assert written == columns(part, selection).SerializeToString()
        assert list(pb.WatchUpdatesResponse.FromString(written).columns.costs) == list(part.costs)


@pytest.mark.parametrize("few", [0, 5])
@given(worlds(), pages, selections)
@settings(max_examples=40)
def test_a_list_has_the_bytes_of_the_generated_classes(
    few: int, world: World, page: tuple[int, int, int], selection: Selection
) -> None:
    network = world.network
    alone = Snapshots(UpdateKind.EDIT, 0, None, 0, np.empty(0), world.parameters[None])
    found = (*([] if selection.parameters else [alone]), *chosen_of(world, page, selection))
    response = UpdatesResponse(Span(network, found, 9, selection=selection), "token")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(wire, "_FEW_UPDATES", few)
        assert response.serialized() == response.message().SerializeToString()


def columns(part: Snapshots, selection: Selection) -> pb.WatchUpdatesResponse:
    with_parameters = selection.detail is not Detail.COST
    assert part.run is not None
    return pb.WatchUpdatesResponse(
        columns=update_pb2.UpdateColumns(
            first_update=part.first_update,
            stride=part.stride,
            kind=update_pb2.UPDATE_KIND_GRADIENT,
            run=part.run.number,
            run_index=part.run_offset,
            count=part.count,
            costs=part.costs,
            learning_rates=part.learning_rates,
            parameters=part.parameters.reshape(-1) if with_parameters else (),
            gradients=() if part.gradients is None else part.gradients.reshape(-1),
            validation_updates=part.validations.updates,
            validation_costs=part.validations.costs,
            validation_accuracies=part.validations.accuracies,
        )
    )


def test_an_update_without_a_run_has_its_own_columns() -> None:
    alone = Snapshots(UpdateKind.EDIT, 7, None, 0, np.empty(0), np.array([[0.0, -0.0, 1.5]]))
    read = pb.WatchUpdatesResponse.FromString(columns_response(alone)).columns
    assert (read.first_update, read.count, read.kind) == (7, 1, update_pb2.UPDATE_KIND_EDIT)
    assert np.array(read.parameters).tobytes() == alone.parameters.tobytes()
    assert not read.costs


def test_parts_follow_one_another() -> None:
    world = make_world(epochs=60)
    parts = [a_page(world, 0, 5, 1), a_page(world, 5, 3, 300)]
    read = pb.WatchUpdatesResponse.FromString(updates_response(world.network, parts))
    assert [update.update for update in read.updates.updates] == [1, 2, 3, 4, 5, 300, 301, 302]
