"""Calls that the state of the service does not allow are rejected with a reason and advice."""

from functools import partial
from typing import Any

import grpc
import pytest
from calls import bits, create, examples, refused, settings, state, train
from clearprop.v1 import network_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

INVALID = grpc.StatusCode.INVALID_ARGUMENT


def new(**fields: object) -> pb.CreateNetworkRequest:
    return pb.CreateNetworkRequest(**({"layer_sizes": [2, 1]} | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sizes",
    [[2**31 - 1, 2**31 - 1, 2**31 - 1], [1] * 65],
)
def test_networks_that_exceed_the_limits_are_not_created(
    stub: TrainingServiceStub, sizes: list[int]
) -> None:
    refusal = refused(lambda: stub.CreateNetwork(new(layer_sizes=sizes)))
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refusal.reason == "LIMIT_EXCEEDED"
    assert refusal.metadata["limit"] in {"layers", "parameters"}
    assert refusal.metadata["value"] in refusal.message


def test_a_duplicate_id_is_refused(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    refusal = refused(lambda: stub.CreateNetwork(new(network=network)))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.ALREADY_EXISTS, "NETWORK_EXISTS")
    fork = pb.ForkNetworkRequest(network=network, new_network=network)
    assert refused(lambda: stub.ForkNetwork(fork)).reason == "NETWORK_EXISTS"
    only_checked = refused(lambda: stub.CreateNetwork(new(network=network, validate_only=True)))
    assert only_checked.reason == "NETWORK_EXISTS"
    same_set = refused(
        lambda: stub.CreateTrainingSet(
            pb.CreateTrainingSetRequest(training_set="xor", examples=examples([([1], [1])]))
        )
    )
    assert same_set.reason == "TRAINING_SET_EXISTS"


NOWHERE = {
    "GetNetwork": pb.GetNetworkRequest(network="nowhere"),
    "ForkNetwork": pb.ForkNetworkRequest(network="nowhere"),
    "UpdateNetwork": pb.UpdateNetworkRequest(network="nowhere"),
    "DeleteUpdates": pb.DeleteUpdatesRequest(network="nowhere", before_update=1),
    "DeleteNetwork": pb.DeleteNetworkRequest(network="nowhere"),
    "Train": pb.TrainRequest(network="nowhere", settings=settings()),
    "Step": pb.StepRequest(network="nowhere", settings=settings()),
    "PauseRun": pb.PauseRunRequest(network="nowhere", run=1),
    "ResumeRun": pb.ResumeRunRequest(network="nowhere", run=1),
    "CancelRun": pb.CancelRunRequest(network="nowhere", run=1),
    "GetRun": pb.GetRunRequest(network="nowhere", run=1),
    "ListRuns": pb.ListRunsRequest(network="nowhere"),
    "GetState": pb.GetStateRequest(network="nowhere"),
    "ListUpdates": pb.ListUpdatesRequest(network="nowhere"),
    "WatchUpdates": pb.WatchUpdatesRequest(network="nowhere"),
    "Predict": pb.PredictRequest(network="nowhere"),
    "Evaluate": pb.EvaluateRequest(network="nowhere", training_set="xor"),
    "CheckGradients": pb.CheckGradientsRequest(network="nowhere", training_set="xor"),
    "ExportNetwork": pb.ExportNetworkRequest(network="nowhere"),
}


@pytest.mark.parametrize("method", NOWHERE)
def test_an_unknown_network_is_not_found(stub: TrainingServiceStub, method: str) -> None:
    refusal = refused(lambda: getattr(stub, method)(NOWHERE[method]))
    assert refusal.code is grpc.StatusCode.NOT_FOUND
    assert refusal.reason == "NETWORK_NOT_FOUND"


@pytest.mark.parametrize("network", ["", "no\nwhere \U0001f680" * 50])
def test_an_invalid_id_is_not_found_either(stub: TrainingServiceStub, network: str) -> None:
    refusal = refused(lambda: stub.GetNetwork(pb.GetNetworkRequest(network=network)))
    assert refusal.code is grpc.StatusCode.NOT_FOUND


def test_an_unknown_set_or_run_is_not_found(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    train = pb.TrainRequest(network=network, settings=settings("nowhere"))
    assert refused(lambda: stub.Train(train)).reason == "TRAINING_SET_NOT_FOUND"
    evaluate = pb.EvaluateRequest(network=network, training_set="nowhere")
    assert refused(lambda: stub.Evaluate(evaluate)).reason == "TRAINING_SET_NOT_FOUND"
    check = pb.CheckGradientsRequest(network=network, training_set="nowhere")
    assert refused(lambda: stub.CheckGradients(check)).reason == "TRAINING_SET_NOT_FOUND"
    get = pb.GetTrainingSetRequest(training_set="nowhere")
    assert refused(lambda: stub.GetTrainingSet(get)).reason == "TRAINING_SET_NOT_FOUND"
    for number in (0, -1, 1, 2**62):
        run = pb.GetRunRequest(network=network, run=number)
        assert refused(partial(stub.GetRun, run)).reason == "RUN_NOT_FOUND"
    until = pb.WatchUpdatesRequest(network=network, until_run=5)
    assert refused(lambda: stub.WatchUpdates(until)).reason == "RUN_NOT_FOUND"


@pytest.mark.parametrize("update", [1, 2**62, -1])
def test_an_update_that_does_not_exist_is_out_of_range(
    stub: TrainingServiceStub, update: int
) -> None:
    network = create(stub).network
    for call in (
        lambda: stub.GetState(pb.GetStateRequest(network=network, update=update)),
        lambda: stub.Predict(
            pb.PredictRequest(
                network=network, update=update, inputs=[network_pb2.Vector(values=[0, 0])]
            )
        ),
        lambda: stub.Evaluate(
            pb.EvaluateRequest(network=network, update=update, training_set="xor")
        ),
        lambda: stub.CheckGradients(
            pb.CheckGradientsRequest(network=network, update=update, training_set="xor")
        ),
        lambda: stub.ExportNetwork(pb.ExportNetworkRequest(network=network, update=update)),
    ):
        refusal = refused(call)
        assert refusal.code is grpc.StatusCode.OUT_OF_RANGE
        assert refusal.metadata["latest_update"] == "0"


@pytest.mark.parametrize("start", [2, -1, 2**62])
def test_a_watch_from_beyond_the_next_update_is_out_of_range(
    stub: TrainingServiceStub, start: int
) -> None:
    network = create(stub).network
    watch = pb.WatchUpdatesRequest(network=network, start_update=start)
    assert refused(lambda: stub.WatchUpdates(watch)).code is grpc.StatusCode.OUT_OF_RANGE
    pages = pb.ListUpdatesRequest(network=network, start_update=start)
    assert refused(lambda: stub.ListUpdates(pages)).code is grpc.StatusCode.OUT_OF_RANGE
    pages.MergeFrom(pb.ListUpdatesRequest(max_points=9, detail=update_pb2.DETAIL_COST))
    assert refused(lambda: stub.ListUpdates(pages)).code is grpc.StatusCode.OUT_OF_RANGE


def test_a_second_run_is_rejected_with_what_to_call(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    run = stub.Train(
        pb.TrainRequest(network=network, settings=settings(epochs=1_000_000_000))
    ).run.run
    train = pb.TrainRequest(network=network, settings=settings())
    step = pb.StepRequest(network=network, settings=settings())
    for call in (lambda: stub.Train(train), lambda: stub.Step(step)):
        refusal = refused(call)
        assert refusal.code is grpc.StatusCode.FAILED_PRECONDITION
        assert refusal.reason == "RUN_NOT_OVER"
        assert refusal.metadata["run"] == str(run)
        assert "ING: wait until it is over, or call CancelRun" in refusal.message
    on = refused(lambda: stub.Step(pb.StepRequest(network=network)))
    assert (on.code, on.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_PAUSED_RUN")
    gone = refused(lambda: stub.DeleteNetwork(pb.DeleteNetworkRequest(network=network)))
    assert (gone.code, gone.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RUN_NOT_OVER")

    stub.PauseRun(pb.PauseRunRequest(network=network, run=run))
    for call in (lambda: stub.Train(train), lambda: stub.Step(step)):
        refusal = refused(call)
        assert refusal.reason == "RUN_NOT_OVER"
        assert "ResumeRun" in refusal.message
    stub.CancelRun(pb.CancelRunRequest(network=network, run=run))
    pause = pb.PauseRunRequest(network=network, run=run)
    assert refused(lambda: stub.PauseRun(pause)).reason == "RUN_OVER"
    resume = pb.ResumeRunRequest(network=network, run=run)
    assert refused(lambda: stub.ResumeRun(resume)).reason == "RUN_OVER"
    assert stub.CancelRun(pb.CancelRunRequest(network=network, run=run)).run.run == run
    stub.Train(train)


def test_a_set_in_use_and_a_built_in_set_cannot_be_deleted(stub: TrainingServiceStub) -> None:
    mine = stub.CreateTrainingSet(
        pb.CreateTrainingSetRequest(examples=examples([([0, 0], [0]), ([0, 1], [1])]))
    ).training_set.training_set
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, settings=settings(mine, batch_size=1)))
    delete = pb.DeleteTrainingSetRequest(training_set=mine)
    refusal = refused(lambda: stub.DeleteTrainingSet(delete))
    assert refusal.code is grpc.StatusCode.FAILED_PRECONDITION
    assert refusal.reason == "TRAINING_SET_IN_USE"
    assert network in refusal.message
    built_in = refused(
        lambda: stub.DeleteTrainingSet(pb.DeleteTrainingSetRequest(training_set="xor"))
    )
    assert built_in.reason == "TRAINING_SET_BUILT_IN"

    stub.CancelRun(pb.CancelRunRequest(network=network, run=1))
    stub.DeleteTrainingSet(delete)
    assert refused(lambda: stub.DeleteTrainingSet(delete)).code is grpc.StatusCode.NOT_FOUND
    # The history depends on the set, and can still be read.
    assert state(stub, network, 1).update == 1


def test_a_stale_etag_is_refused_and_changes_nothing(stub: TrainingServiceStub) -> None:
    network = create(stub)
    name, etag = network.network, network.etag
    stub.Step(pb.StepRequest(network=name, settings=settings(), etag=etag))
    before = state(stub, name)
    for call in (
        partial(stub.Step, pb.StepRequest(network=name, etag=etag)),
        partial(stub.Train, pb.TrainRequest(network=name, etag=etag, settings=settings())),
        partial(stub.PauseRun, pb.PauseRunRequest(network=name, etag=etag, run=1)),
        partial(stub.ResumeRun, pb.ResumeRunRequest(network=name, etag=etag, run=1)),
        partial(stub.CancelRun, pb.CancelRunRequest(network=name, etag=etag, run=1)),
        partial(stub.UpdateNetwork, pb.UpdateNetworkRequest(network=name, etag=etag)),
        partial(stub.DeleteNetwork, pb.DeleteNetworkRequest(network=name, etag=etag)),
    ):
        refusal = refused(call)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.ABORTED, "STALE_ETAG")
    assert bits(state(stub, name).layers) == bits(before.layers)


def test_a_check_of_gradients_that_would_take_too_long_is_refused(
    stub: TrainingServiceStub,
) -> None:
    rows = [([0.0] * 999, [0.0] * 1000)]
    made = stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    check = pb.CheckGradientsRequest(
        network=create(stub, [999, 1000]).network,
        training_set=made.training_set.training_set,
        parameter_count=999_000,
    )
    refusal = refused(lambda: stub.CheckGradients(check))
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refusal.metadata["limit"] == "call_work"
    assert refusal.metadata["value"] == str(2**38)
    assert refusal.metadata["value"] in refusal.message


@pytest.mark.parametrize("call", ["Train", "Step"])
def test_a_batch_that_would_take_too_much_memory_is_refused(
    stub: TrainingServiceStub, call: str
) -> None:
    rows = [([0.5], [0.5])] * 34
    made = stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    name = made.training_set.training_set
    network = create(stub, [1, 499_999, 1]).network  # 500,001 units; 33 examples are 16,500,033
    kind: Any = {"Train": pb.TrainRequest, "Step": pb.StepRequest}[call]
    request = kind(network=network, settings=settings(name, batch_size=34, epochs=1))
    refusal = refused(lambda: getattr(stub, call)(request))
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refusal.metadata == {"limit": "batch_numbers", "value": str(2**24)}
    assert str(2**24) in refusal.message
    assert "use a smaller batch_size" in refusal.message
    assert not stub.ListRuns(pb.ListRunsRequest(network=network)).runs
    request.settings.learning_rate = 0.0
    refusal = refused(lambda: getattr(stub, call)(request))
    assert (refusal.code, refusal.fields) == (INVALID, ["settings.learning_rate"])
    train(stub, network, settings(name, batch_size=33, epochs=1))
