"""Columns of updates are serialized to the same bytes as by the generated classes."""

import numpy as np
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import update_pb2
from hypothesis import given, settings
from pages import chosen_of, pages, selections
from promises import tries
from worlds import World, worlds

from service.faces.messages.column_bytes import columns_response
from service.reading.selection import Detail, Selection
from training.snapshots import Snapshots
from training.update import UpdateKind


@given(worlds(), pages, selections)
@settings(max_examples=tries(30))
def test_columns_have_the_bytes_of_the_generated_classes(
    world: World, page: tuple[int, int, int], selection: Selection
) -> None:
    for part in chosen_of(world, page, selection):
        written = columns_response(part, selection)
        assert written == columns(part, selection).SerializeToString()
        assert list(pb.WatchUpdatesResponse.FromString(written).columns.costs) == list(part.costs)


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
