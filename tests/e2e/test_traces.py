"""Traces of past and next updates lead to the stored bits."""

from collections.abc import Iterable

import grpc
import numpy as np
import pytest
from calls import (
    all_updates,
    create,
    examples,
    fresh_id,
    refused,
    settings,
    state,
    train,
    watched,
)
from clearprop.v1 import network_pb2, run_pb2, trace_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from numpy.typing import NDArray

OPTIMIZERS = {
    "plain": run_pb2.Optimizer(),
    "momentum": run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_MOMENTUM, weight_decay=0.01),
    "adam": run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_ADAM),
}


def flat(layers: Iterable[network_pb2.LayerParameters]) -> NDArray[np.float64]:
    return np.array([value for each in layers for value in (*each.weights, *each.biases)])


def trace(stub: TrainingServiceStub, network: str, **more: object) -> pb.TraceUpdateResponse:
    return stub.TraceUpdate(pb.TraceUpdateRequest(network=network, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_trace_leads_from_one_state_to_the_next(
    stub: TrainingServiceStub, optimizer: run_pb2.Optimizer
) -> None:
    network = create(stub, (2, 4, 1), bias=True).network
    recipe = settings(rate=0.5, batch_size=3, epochs=9, optimizer=optimizer, shuffle_seed=3)
    stub.Step(pb.StepRequest(network=network, count=10, settings=recipe))
    for update in (1, 6, 10):
        found = trace(stub, network, update=update).trace
        made = state(stub, network, update)
        assert found.before == state(stub, network, update - 1).layers
        assert found.after == made.layers
        assert found.cost == made.cost
        assert (flat(found.before) - flat(found.step) == flat(found.after)).all()
        total = np.zeros(len(flat(found.before)))
        for example in found.examples:
            total = total + flat(example.gradient)
        assert (total == flat(found.gradient_sum)).all()
        assert (total / 3.0 == flat(found.gradient)).all()
        assert bool(found.decayed_gradient) == (optimizer.weight_decay > 0)
        assert found.settings.optimizer.kind == (optimizer.kind or 1)


def test_a_trace_of_vectors_has_nothing_for_each_parameter(stub: TrainingServiceStub) -> None:
    network = create(stub, (2, 4, 1), bias=True).network
    stub.Step(pb.StepRequest(network=network, count=2, settings=settings(batch_size=3)))
    whole, vectors = (trace(stub, network, vectors_only=only).trace for only in (False, True))
    for example in whole.examples:
        example.ClearField("gradient")
    for name in ("gradient_sum", "gradient", "decayed_gradient", "step", "before", "after"):
        whole.ClearField(name)
    assert vectors == whole


def test_a_full_state_has_what_its_trace_has(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=4, settings=settings(batch_size=3)))
    full = stub.GetState(
        pb.GetStateRequest(network=network, update=3, view=pb.STATE_VIEW_FULL)
    ).state
    found = trace(stub, network, update=3).trace
    assert full.gradients == found.gradient
    assert full.activations == found.examples[-1].activations
    assert (full.epoch, full.next_epoch, full.next_example) == (2, 3, 1)
    basic = state(stub, network, 3)
    full.ClearField("gradients")
    full.ClearField("activations")
    assert full == basic
    initial = stub.GetState(
        pb.GetStateRequest(network=network, update=0, view=pb.STATE_VIEW_FULL)
    ).state
    assert initial == state(stub, network, 0)


def test_the_trace_of_the_next_update_matches_the_update(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    recipe = settings(batch_size=3, epochs=4)
    first = trace(stub, network, next=True, settings=recipe)
    assert stub.GetNetwork(pb.GetNetworkRequest(network=network)).network.latest_update == 0
    stub.Step(pb.StepRequest(network=network, settings=recipe))
    assert trace(stub, network) == first
    second = trace(stub, network, next=True)
    stub.Step(pb.StepRequest(network=network))
    assert trace(stub, network) == second
    refusal = refused(lambda: trace(stub, network, next=True, settings=recipe))
    assert refusal.reason == "RUN_NOT_OVER"


def test_an_update_that_diverges_can_be_traced(stub: TrainingServiceStub) -> None:
    network = create(
        stub, (2, 1), activations=[network_pb2.ACTIVATION_IDENTITY], bias=False
    ).network
    name = fresh_id("set")
    far = examples([([4.0, 4.0], [100.0])])
    stub.CreateTrainingSet(pb.CreateTrainingSetRequest(training_set=name, examples=far))
    found = trace(stub, network, next=True, settings=settings(name, 1e308, 1)).trace
    assert not found.after
    assert np.isinf(flat(found.step)).any()


def test_a_trace_of_a_large_network_returns_few_examples_at_a_time(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub, (64, 200, 300, 10)).network
    name = fresh_id("set")
    stub.CreateTrainingSet(
        pb.CreateTrainingSetRequest(
            training_set=name,
            examples=examples([([0.01 * i] * 64, [0.0] * 10) for i in range(12)]),
        )
    )
    stub.Step(pb.StepRequest(network=network, settings=settings(name, 0.1, 12, 1)))
    first = trace(stub, network)
    assert 0 < len(first.trace.examples) < 12
    assert first.next_position == len(first.trace.examples)
    rest = trace(stub, network, first_position=first.next_position, position_count=12)
    assert rest.next_position == 0
    assert rest.trace.gradient_sum == first.trace.gradient_sum
    positions = [example.position for part in (first, rest) for example in part.trace.examples]
    assert positions == list(range(12))


def test_an_update_that_cannot_be_traced_is_rejected_with_the_reason(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    refusal = refused(lambda: trace(stub, network))
    assert refusal.code is grpc.StatusCode.FAILED_PRECONDITION
    assert refusal.reason == "NOT_GRADIENT"
    assert refused(lambda: trace(stub, network, next=True)).reason == "NO_NEXT_UPDATE"
    refusal = refused(lambda: trace(stub, network, next=True, update=1, settings=settings(rate=-1)))
    assert refusal.fields == ["update", "settings.learning_rate"]
    stub.Step(pb.StepRequest(network=network, settings=settings()))
    refusal = refused(lambda: trace(stub, network, first_position=-1, position_count=-1))
    assert refusal.fields == ["first_position", "position_count"]
    refusal = refused(
        lambda: stub.GetState(pb.GetStateRequest(network=network, view=9))  # type: ignore[arg-type]
    )
    assert refusal.fields == ["view"]


def test_an_example_that_is_twice_in_a_batch_is_traced_at_both_positions(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, count=2, settings=settings(batch_size=3, epochs=4)))
    found: trace_pb2.Trace = trace(stub, network).trace
    assert [(each.position, each.example) for each in found.examples] == [(0, 3), (1, 0), (2, 1)]
    assert (found.epoch, found.first_example, found.example_count) == (1, 3, 3)


def test_an_update_has_the_same_epoch_everywhere(stub: TrainingServiceStub) -> None:
    # Batches of 3 of 4 examples cross the ends of epochs: their epoch is that of the first example.
    network = create(stub).network
    run = train(stub, network, settings(batch_size=3, epochs=4))
    expected = [0, 1, 1, 2, 3, 4, 4]
    assert [update.epoch for update in all_updates(stub, network)] == expected
    assert [state(stub, network, update).epoch for update in range(7)] == expected
    assert [trace(stub, network, update=update).trace.epoch for update in range(1, 7)] == expected[
        1:
    ]
    request = pb.WatchUpdatesRequest(network=network, start_update=0, until_run=run.run)
    assert [update.epoch for update in watched(stub, request).updates] == expected
    thinned = stub.ListUpdates(
        pb.ListUpdatesRequest(network=network, max_points=5, detail=update_pb2.DETAIL_COST)
    ).updates
    assert all(update.epoch == expected[update.update] for update in thinned)
    chunks = stub.ExportNetwork(
        pb.ExportNetworkRequest(network=network, format=pb.EXPORT_FORMAT_CSV)
    )
    _, *lines = b"".join(chunk.content for chunk in chunks).decode().splitlines()
    assert [int(line.split(",")[3]) for line in lines] == expected
    assert [state(stub, network, update).next_epoch for update in range(7)] == [0, 1, 2, 3, 4, 4, 4]
