"""Watches with any detail and encoding have the same bits."""

import numpy as np
import pytest
from calls import Seen, create, refused, settings, train, watched
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import update_pb2
from clearprop.v1.network_pb2 import LayerParameters
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.protobuf.internal.containers import RepeatedCompositeFieldContainer


def flat(layers: RepeatedCompositeFieldContainer[LayerParameters]) -> list[float]:
    return [value for each in layers for value in (*each.weights, *each.biases)]


@pytest.fixture
def lived(stub: TrainingServiceStub) -> str:
    """A network on which everything has happened: its updates are 0 to 61, its runs 1 and 2."""
    network = create(stub, bias=True).network
    recipe = settings(epochs=40, batch_size=3, shuffle_seed=5)  # 54 updates, some straddle epochs
    stub.Step(pb.StepRequest(network=network, count=20, settings=recipe))
    edit = pb.WeightValue(layer=1, unit=2, input=1, value=0.25)
    stub.SetWeights(pb.SetWeightsRequest(network=network, weights=[edit]))
    stub.Step(pb.StepRequest(network=network, count=100))
    stub.ResetWeights(pb.ResetWeightsRequest(network=network))
    train(stub, network, settings(epochs=5))
    return network


def columns_of(
    stub: TrainingServiceStub, request: pb.WatchUpdatesRequest
) -> list[update_pb2.UpdateColumns]:
    asked = pb.WatchUpdatesRequest()
    asked.CopyFrom(request)
    asked.encoding = pb.ENCODING_COLUMNS
    parts = [part for part in stub.WatchUpdates(asked) if not part.HasField("run_event")]
    assert all(part.HasField("columns") for part in parts)
    return [part.columns for part in parts]


def rows_of(columns: update_pb2.UpdateColumns) -> list[tuple[object, ...]]:
    """Each update of some columns: its number, kind, run, cost and all of its numbers' bits."""
    count = columns.count
    blank: list[list[float]] = [[]] * count

    def rows(values: list[float]) -> list[list[float]]:
        return np.array(values).reshape(count, -1).tolist() if values else blank

    return [
        (
            columns.first_update + index * columns.stride,
            columns.kind,
            columns.run,
            *rows(list(columns.costs))[index],
            *map(float.hex, rows(list(columns.parameters))[index]),
            *map(float.hex, rows(list(columns.gradients))[index]),
        )
        for index in range(count)
    ]


def rows_of_updates(seen: Seen) -> list[tuple[object, ...]]:
    return [
        (
            each.update,
            each.kind,
            each.run,
            *([each.cost] if each.HasField("cost") else []),
            *map(float.hex, flat(each.layers) or each.chosen),
            *map(float.hex, flat(each.gradients) or each.chosen_gradients),
        )
        for each in seen.updates
    ]


@pytest.mark.parametrize("stride", [1, 7, 100])
@pytest.mark.parametrize(
    ("detail", "chosen"),
    [
        (update_pb2.DETAIL_COST, 0),
        (update_pb2.DETAIL_PARAMETERS, 0),
        (update_pb2.DETAIL_PARAMETERS, 3),
        (update_pb2.DETAIL_GRADIENTS, 0),
        (update_pb2.DETAIL_GRADIENTS, 3),
    ],
)
def test_columns_contain_the_same_as_updates(
    stub: TrainingServiceStub,
    lived: str,
    stride: int,
    detail: update_pb2.Detail.ValueType,
    chosen: int,
) -> None:
    request = pb.WatchUpdatesRequest(
        network=lived,
        start_update=0,
        stride=stride,
        detail=detail,
        until_run=2,
        parameters=[update_pb2.Parameter(layer=1, unit=unit, input=1) for unit in range(chosen)],
    )
    seen = watched(stub, request)
    rows = [row for part in columns_of(stub, request) for row in rows_of(part)]
    assert rows == rows_of_updates(seen)
    turns = {0, 1, 20, 21, 55, 56, 57, 61}  # beginnings, ends and pauses of runs, edit and reset
    assert seen.numbers == sorted(turns | set(range(0, 62, stride)))


def test_columns_identify_the_batch_of_each_update(stub: TrainingServiceStub, lived: str) -> None:
    request = pb.WatchUpdatesRequest(network=lived, start_update=0, until_run=2)
    updates = {update.update: update for update in watched(stub, request).updates}
    runs = {run: stub.GetRun(pb.GetRunRequest(network=lived, run=run)).run for run in (1, 2)}
    for columns in columns_of(stub, request):
        if not columns.run:
            continue
        recipe = runs[columns.run].settings
        for index in range(columns.count):
            update = updates[columns.first_update + index * columns.stride]
            begin = (columns.run_index + index * columns.stride) * recipe.batch_size
            assert divmod(begin, 4) == (update.epoch - 1, update.first_example)


def test_gradients_are_those_of_the_trace(stub: TrainingServiceStub, lived: str) -> None:
    request = pb.WatchUpdatesRequest(
        network=lived, start_update=0, until_run=2, detail=update_pb2.DETAIL_GRADIENTS
    )
    listed = stub.ListUpdates(
        pb.ListUpdatesRequest(network=lived, detail=update_pb2.DETAIL_GRADIENTS)
    ).updates
    assert list(listed) == watched(stub, request).updates
    for update in listed:
        if update.kind == update_pb2.UPDATE_KIND_GRADIENT:
            state = stub.GetState(
                pb.GetStateRequest(network=lived, update=update.update, view=pb.STATE_VIEW_FULL)
            ).state
            assert update.gradients == state.gradients
        else:
            assert not update.gradients


def test_the_earliest_kept_update_has_no_gradients_and_the_next_one_has(
    stub: TrainingServiceStub, lived: str
) -> None:
    whole = pb.WatchUpdatesRequest(
        network=lived, start_update=5, until_run=2, detail=update_pb2.DETAIL_GRADIENTS
    )
    before = watched(stub, whole).updates
    stub.DeleteUpdates(pb.DeleteUpdatesRequest(network=lived, before_update=5))
    after = watched(stub, whole).updates
    assert after[1:] == before[1:]
    assert not after[0].gradients
    assert after[0].layers == before[0].layers
    rows = [row for part in columns_of(stub, whole) for row in rows_of(part)]
    assert [row[0] for row in rows] == [update.update for update in after]


def test_the_server_reports_its_limit_of_watches(stub: TrainingServiceStub) -> None:
    limits = stub.GetServerInfo(pb.GetServerInfoRequest()).limits
    assert limits.watches >= limits.watches_of_client > 0
    network = create(stub).network
    request = pb.WatchUpdatesRequest(network=network)
    watches = []
    try:
        for _ in range(limits.watches_of_client):
            watches.append(stub.WatchUpdates(request))
            next(watches[-1])  # it is counted when it has begun
        refusal = refused(lambda: stub.WatchUpdates(request))
    finally:
        for watch in watches:
            watch.cancel()
    assert refusal.reason == "LIMIT_EXCEEDED"
    assert refusal.metadata["limit"] == "watches_of_client"
    assert "from this address" in refusal.message
