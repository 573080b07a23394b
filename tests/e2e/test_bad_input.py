"""Bad input gets the right status, every bad field is named, and nothing is changed."""

from collections.abc import Iterator
from functools import partial
from math import inf, nan
from typing import Any

import grpc
import pytest
from calls import bits, create, examples, refused, settings, state, train
from clearprop.v1 import network_pb2, run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from servers import ServerProcess

from service.faces.rpcs import SERVICE

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NO_TOKEN, ID_TOKEN = "?", "eA=="
LAYERS = network_pb2.LayerParameters
INITIALIZER: Any = network_pb2.Initializer  # its kinds are given as numbers


def new(**fields: object) -> pb.CreateNetworkRequest:
    return pb.CreateNetworkRequest(**({"layer_sizes": [2, 1]} | fields))  # type: ignore[arg-type]


def kept(kind: Any, *values: float, **numbers: float) -> run_pb2.OptimizerState:
    return run_pb2.OptimizerState(optimizer=run_pb2.Optimizer(kind=kind, **numbers), values=values)


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (new(layer_sizes=[]), ["layer_sizes"]),
        (new(layer_sizes=[2]), ["layer_sizes"]),
        (new(layer_sizes=[2, 0, 1]), ["layer_sizes[1]"]),
        (new(layer_sizes=[-2, 0]), ["layer_sizes[0]", "layer_sizes[1]"]),
        (new(activations=[99]), ["activations[0]"]),
        (new(activations=[1, 1]), ["activations"]),
        (new(cost_function=99), ["cost_function"]),
        (new(layer_sizes=[2, 3, 1], activations=[7]), ["activations[0]"]),
        (new(layer_sizes=[2, 3, 1], activations=[7, 1]), ["activations[0]"]),
        (new(activations=[7], cost_function=1), ["cost_function"]),
        (new(activations=[7], cost_function=4), ["cost_function"]),
        (new(activations=[1], cost_function=2), ["cost_function"]),
        (new(activations=[2], cost_function=1), ["cost_function"]),
        (new(network="Bad_Id"), ["network"]),
        (new(network="a" * 64), ["network"]),
        (new(labels={"Bad Key": "x"}), ["labels.Bad Key"]),
        (new(labels={"key": "x" * 256}), ["labels.key"]),
        (new(request_id="ü"), ["request_id"]),
        (new(initializer=INITIALIZER(kind=99)), ["initializer.kind"]),
        (new(initializer=INITIALIZER(seed=-1)), ["initializer.seed"]),
        (new(initializer=INITIALIZER(low=nan)), ["initializer.low"]),
        (new(initializer=INITIALIZER(high=inf)), ["initializer.high"]),
        (new(initializer=INITIALIZER(low=1, high=1)), ["initializer.high"]),
        (new(initializer=INITIALIZER(kind=2)), ["initializer.kind"]),
        (new(initializer=INITIALIZER(kind=3, low=-1)), ["initializer.low"]),
        (new(initializer=INITIALIZER(kind=4, high=1)), ["initializer.high"]),
        (new(initializer=INITIALIZER(kind=5, seed=1)), ["initializer.seed"]),
        (new(initializer=INITIALIZER(low=-1e308, high=1e308)), ["initializer.high"]),
        (
            new(bias=True, initial_parameters=[LAYERS(units=1, inputs=2, weights=[1, 2])]),
            ["initial_parameters[0].biases"],
        ),
        (
            new(initial_parameters=[LAYERS(units=1, inputs=2, weights=[1, 2], biases=[3])]),
            ["initial_parameters[0].biases"],
        ),
        (
            new(
                bias=True,
                initial_parameters=[LAYERS(units=1, inputs=2, weights=[1, 2], biases=[nan])],
            ),
            ["initial_parameters[0].biases[0]"],
        ),
        (
            new(initial_parameters=[LAYERS(units=1, inputs=2, weights=[1.0])]),
            ["initial_parameters[0].weights"],
        ),
        (
            new(initial_parameters=[LAYERS(units=2, inputs=1, weights=[1.0, 2.0])]),
            ["initial_parameters[0]"],
        ),
        (
            new(initial_parameters=[LAYERS(units=1, inputs=2, weights=[1.0, nan])]),
            ["initial_parameters[0].weights[1]"],
        ),
        (new(layer_sizes=[2, 3, 1], initial_parameters=[LAYERS()]), ["initial_parameters"]),
        (new(optimizer_state=run_pb2.OptimizerState()), ["optimizer_state"]),
        (new(optimizer_state=kept(99)), ["optimizer_state.optimizer.kind"]),
        (new(optimizer_state=kept(2, 0.5)), ["optimizer_state.values"]),
        (new(optimizer_state=kept(2, 0.5, nan)), ["optimizer_state.values[1]"]),
        (
            new(optimizer_state=kept(4, 0, 0, -1, 0, 2, 0, epsilon=0)),
            [
                "optimizer_state.optimizer.epsilon",
                "optimizer_state.values[2]",
                "optimizer_state.values[4]",
            ],
        ),
        (
            new(
                request_id="ü",
                network="B",
                layer_sizes=[0, 1],
                activations=[70],
                cost_function=7,
                labels={"É": ""},
                initializer=INITIALIZER(seed=-1),
            ),
            [
                "request_id",
                "network",
                "labels.É",
                "layer_sizes[0]",
                "activations[0]",
                "cost_function",
                "initializer.seed",
            ],
        ),
    ],
)
def test_bad_networks_are_refused(
    stub: TrainingServiceStub, request_: pb.CreateNetworkRequest, fields: list[str]
) -> None:
    refusal = refused(lambda: stub.CreateNetwork(request_))
    assert refusal.code is INVALID
    assert refusal.fields == fields
    assert all(field in refusal.message for field in fields)


@pytest.mark.parametrize(
    "sizes",
    [[1_000_000, 1_000_000], [2**31 - 1, 2**31 - 1, 2**31 - 1], [1] * 65, [1001, 1000]],
)
def test_networks_beyond_the_limits_are_refused_without_being_made(
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


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ([], ["examples"]),
        ([([], [1.0])], ["examples[0].inputs"]),
        ([([1.0], [])], ["examples[0].targets"]),
        ([([1.0], [1.0]), ([1.0, 2.0], [1.0])], ["examples[1].inputs"]),
        ([([1.0], [1.0]), ([1.0], [1.0, 0.0])], ["examples[1].targets"]),
        ([([nan], [1.0]), ([1.0], [inf])], ["examples[0].inputs[0]", "examples[1].targets[0]"]),
    ],
)
def test_bad_training_sets_are_refused(
    stub: TrainingServiceStub, rows: list[tuple[list[float], list[float]]], fields: list[str]
) -> None:
    refusal = refused(
        lambda: stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    )
    assert refusal.code is INVALID
    assert refusal.fields == fields


def test_a_thousand_bad_examples_are_refused_within_what_a_status_can_carry(
    stub: TrainingServiceStub,
) -> None:
    rows = [([nan], [1.0])] * 10_000
    refusal = refused(
        lambda: stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    )
    assert refusal.code is INVALID
    assert refusal.fields[0] == "examples[0].inputs[0]"
    assert refusal.fields[-1] == ""


OPTIMIZER: Any = run_pb2.Optimizer  # its kinds are given as numbers
STOP = run_pb2.StopCondition

SETTINGS = [
    (settings(rate=0.0), ["settings.learning_rate"]),
    (settings(rate=-1.0), ["settings.learning_rate"]),
    (settings(rate=nan), ["settings.learning_rate"]),
    (settings(rate=inf), ["settings.learning_rate"]),
    (settings(batch_size=0), ["settings.batch_size"]),
    (settings(batch_size=-1), ["settings.batch_size"]),
    (settings(batch_size=5), ["settings.batch_size"]),
    (settings(epochs=0), ["settings.epochs"]),
    (settings(epochs=2**62), ["settings.epochs"]),
    (settings(training_set=""), ["settings.training_set"]),
    (settings(shuffle_seed=-1), ["settings.shuffle_seed"]),
    (settings(stop=STOP(cost_below=0.0)), ["settings.stop.cost_below"]),
    (settings(stop=STOP(cost_below=-1.0)), ["settings.stop.cost_below"]),
    (settings(stop=STOP(cost_below=nan)), ["settings.stop.cost_below"]),
    (settings(stop=STOP(cost_below=inf)), ["settings.stop.cost_below"]),
    (settings(stop=STOP(max_updates=-1)), ["settings.stop.max_updates"]),
    (settings(optimizer=OPTIMIZER(kind=99)), ["settings.optimizer.kind"]),
    (settings(optimizer=OPTIMIZER(momentum=0.5)), ["settings.optimizer.momentum"]),
    (settings(optimizer=OPTIMIZER(kind=2, momentum=1.0)), ["settings.optimizer.momentum"]),
    (settings(optimizer=OPTIMIZER(kind=3, momentum=-0.1)), ["settings.optimizer.momentum"]),
    (settings(optimizer=OPTIMIZER(kind=2, momentum=nan)), ["settings.optimizer.momentum"]),
    (settings(optimizer=OPTIMIZER(kind=2, beta1=0.5)), ["settings.optimizer.beta1"]),
    (settings(optimizer=OPTIMIZER(kind=4, momentum=0.5)), ["settings.optimizer.momentum"]),
    (settings(optimizer=OPTIMIZER(kind=4, beta1=1.0)), ["settings.optimizer.beta1"]),
    (settings(optimizer=OPTIMIZER(kind=4, beta2=-1.0)), ["settings.optimizer.beta2"]),
    (settings(optimizer=OPTIMIZER(kind=4, epsilon=0.0)), ["settings.optimizer.epsilon"]),
    (settings(optimizer=OPTIMIZER(kind=4, epsilon=inf)), ["settings.optimizer.epsilon"]),
    (settings(optimizer=OPTIMIZER(weight_decay=-1.0)), ["settings.optimizer.weight_decay"]),
    (settings(optimizer=OPTIMIZER(weight_decay=inf)), ["settings.optimizer.weight_decay"]),
    (settings(optimizer=OPTIMIZER(weight_decay=nan)), ["settings.optimizer.weight_decay"]),
    (
        settings(
            rate=nan,
            batch_size=0,
            epochs=-1,
            shuffle_seed=-1,
            optimizer=OPTIMIZER(kind=4, momentum=2.0, beta1=1, beta2=1, epsilon=0, weight_decay=-1),
            stop=STOP(cost_below=0, max_updates=-1),
        ),
        [
            "settings.learning_rate",
            "settings.batch_size",
            "settings.epochs",
            "settings.shuffle_seed",
            "settings.optimizer.momentum",
            "settings.optimizer.beta1",
            "settings.optimizer.beta2",
            "settings.optimizer.epsilon",
            "settings.optimizer.weight_decay",
            "settings.stop.cost_below",
            "settings.stop.max_updates",
        ],
    ),
]


@pytest.mark.parametrize(("bad", "fields"), SETTINGS)
@pytest.mark.parametrize("call", ["Train", "Step"])
def test_bad_settings_are_refused_and_change_nothing(
    stub: TrainingServiceStub, call: str, bad: pb.TrainRequest, fields: list[str]
) -> None:
    network = create(stub).network
    before = stub.GetNetwork(pb.GetNetworkRequest(network=network))
    request = {"Train": pb.TrainRequest, "Step": pb.StepRequest}[call](
        network=network,
        settings=bad,
    )
    refusal = refused(lambda: getattr(stub, call)(request))
    assert refusal.code is INVALID
    assert set(refusal.fields) == set(fields)
    assert stub.GetNetwork(pb.GetNetworkRequest(network=network)) == before
    assert not stub.ListRuns(pb.ListRunsRequest(network=network)).runs


def test_missing_settings_a_bad_count_and_a_bad_unit_are_refused(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    nothing = refused(lambda: stub.Train(pb.TrainRequest(network=network)))
    assert "settings.training_set" in nothing.fields
    step = pb.StepRequest(
        network=network,
        count=-1,
        unit=9,  # type: ignore[arg-type]
        settings=settings(rate=0.0),
        request_id="ü",
    )
    assert refused(lambda: stub.Step(step)).fields == [
        "request_id",
        "count",
        "unit",
        "settings.learning_rate",
    ]


def test_a_set_that_does_not_fit_the_network_is_refused(stub: TrainingServiceStub) -> None:
    narrow = create(stub, [3, 1]).network
    refusal = refused(lambda: stub.Train(pb.TrainRequest(network=narrow, settings=settings())))
    assert (refusal.code, refusal.fields) == (INVALID, ["settings.training_set"])
    outside = stub.CreateTrainingSet(
        pb.CreateTrainingSetRequest(examples=examples([([0, 0], [0]), ([0, 1], [1.5])]))
    ).training_set.training_set
    network = create(stub).network
    request = pb.TrainRequest(network=network, settings=settings(outside, batch_size=1))
    refusal = refused(lambda: stub.Train(request))
    assert (refusal.code, refusal.fields) == (INVALID, ["settings.training_set"])
    assert "[0, 1]" in refusal.message


@pytest.mark.parametrize(
    ("targets", "said"),
    [([0.5, 0.4], "0.9"), ([1.5, -0.5], "[0, 1]"), ([0.0, 0.0], "example 1")],
)
def test_targets_that_are_no_distribution_do_not_fit_the_categorical_cost(
    stub: TrainingServiceStub, targets: list[float], said: str
) -> None:
    rows = [([0.0], [0.25, 0.75]), ([1.0], targets)]
    made = stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    classifier = create(stub, [1, 2], activations=[7]).network
    name = made.training_set.training_set
    train = pb.TrainRequest(network=classifier, settings=settings(name, batch_size=1))
    refusal = refused(lambda: stub.Train(train))
    assert (refusal.code, refusal.fields) == (INVALID, ["settings.training_set"])
    assert said in refusal.message
    evaluate = pb.EvaluateRequest(network=classifier, training_set=name)
    assert refused(lambda: stub.Evaluate(evaluate)).fields == ["training_set"]
    regression = create(stub, [1, 2], activations=[6]).network
    stub.Train(pb.TrainRequest(network=regression, settings=settings(name, batch_size=1)))


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


@pytest.mark.parametrize("network", ["", "no\nwhere \U0001f680" * 1000])
def test_a_strange_id_is_not_found_either(stub: TrainingServiceStub, network: str) -> None:
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
def test_an_update_that_is_not_there_is_out_of_range(
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


def test_other_bad_fields_are_named(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    for call, fields in [
        (lambda: stub.ListNetworks(pb.ListNetworksRequest(page_size=-1)), ["page_size"]),
        (lambda: stub.ListNetworks(pb.ListNetworksRequest(page_size=1001)), ["page_size"]),
        (lambda: stub.ListNetworks(pb.ListNetworksRequest(page_token=NO_TOKEN)), ["page_token"]),
        (
            lambda: stub.ListRuns(pb.ListRunsRequest(network=network, page_token=ID_TOKEN)),
            ["page_token"],
        ),
        (
            lambda: stub.ListUpdates(pb.ListUpdatesRequest(network=network, detail=9)),  # type: ignore[arg-type]
            ["detail"],
        ),
        (
            lambda: stub.ListUpdates(
                pb.ListUpdatesRequest(network=network, start_update=1, end_update=0)
            ),
            ["end_update"],
        ),
        (
            lambda: stub.ListUpdates(
                pb.ListUpdatesRequest(
                    network=network, max_points=1, page_size=5, page_token=ID_TOKEN
                )
            ),
            ["max_points", "detail", "page_size", "page_token"],
        ),
        (
            lambda: stub.ListUpdates(
                pb.ListUpdatesRequest(
                    network=network, max_points=10_001, detail=update_pb2.DETAIL_COST, end_update=-1
                )
            ),
            ["max_points"],
        ),
        (
            lambda: stub.WatchUpdates(
                pb.WatchUpdatesRequest(network=network, stride=-1, until_run=-1)
            ),
            ["stride", "until_run"],
        ),
        (
            lambda: stub.WatchUpdates(
                pb.WatchUpdatesRequest(
                    network=network,
                    detail=99,  # type: ignore[arg-type]
                    encoding=99,  # type: ignore[arg-type]
                    parameters=[
                        update_pb2.Parameter(layer=3),
                        update_pb2.Parameter(layer=1, unit=5, input=-1),
                        update_pb2.Parameter(layer=1, unit=0, input=0),
                        update_pb2.Parameter(layer=2, unit=0),
                    ],
                )
            ),
            [
                "detail",
                "encoding",
                "parameters[0].layer",
                "parameters[1].unit",
                "parameters[1].input",
                "parameters[3].input",
            ],
        ),
        (
            lambda: stub.WatchUpdates(
                pb.WatchUpdatesRequest(
                    network=network,
                    detail=update_pb2.DETAIL_COST,
                    parameters=[update_pb2.Parameter(layer=1, input=0)] * 1_001,
                )
            ),
            ["parameters", "parameters"],
        ),
        (lambda: stub.Predict(pb.PredictRequest(network=network)), ["inputs"]),
        (
            lambda: stub.ExportNetwork(pb.ExportNetworkRequest(network=network, format=9)),  # type: ignore[arg-type]
            ["format"],
        ),
        (lambda: stub.Evaluate(pb.EvaluateRequest(network=network)), ["training_set"]),
        (lambda: stub.CheckGradients(pb.CheckGradientsRequest(network=network)), ["training_set"]),
        (
            lambda: stub.CheckGradients(
                pb.CheckGradientsRequest(
                    network=network, training_set="xor", example_count=5, parameter_count=16
                )
            ),
            ["example_count", "parameter_count"],
        ),
        (
            lambda: stub.CheckGradients(
                pb.CheckGradientsRequest(
                    network=network, training_set="xor", example_count=-1, parameter_count=-1
                )
            ),
            ["example_count", "parameter_count"],
        ),
        (
            lambda: stub.Predict(
                pb.PredictRequest(
                    network=network,
                    inputs=[network_pb2.Vector(values=[1]), network_pb2.Vector(values=[nan, 0])],
                )
            ),
            ["inputs[0].values", "inputs[1].values[0]"],
        ),
    ]:
        refusal = refused(call)
        assert (refusal.code, refusal.fields) == (INVALID, fields)


def test_a_second_run_is_refused_and_the_refusal_says_what_to_call(
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
        assert "PauseRun" in refusal.message
        assert "CancelRun" in refusal.message
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
    # Its history was made with the set, and still can be read.
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
    assert refusal.metadata["value"] == str(2**33)
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
    assert "choose a smaller batch_size" in refusal.message
    assert not stub.ListRuns(pb.ListRunsRequest(network=network)).runs
    request.settings.learning_rate = 0.0
    refusal = refused(lambda: getattr(stub, call)(request))
    assert (refusal.code, refusal.fields) == (INVALID, ["settings.learning_rate"])
    train(stub, network, settings(name, batch_size=33, epochs=1))


def enum_fields(message: Descriptor, prefix: str = "") -> Iterator[str]:
    """Yield the path of each enum that a message has, at any depth; `[0]` where it is repeated."""
    for field in message.fields:
        path = f"{prefix}{field.name}{'[0]' if field.is_repeated else ''}"
        if field.enum_type is not None:
            yield path
        elif field.message_type is not None:
            yield from enum_fields(field.message_type, f"{path}.")


def with_enum(request: Any, path: str, number: int) -> Any:
    """Set an enum at a path of a request."""
    name, _, rest = path.partition(".")
    field, repeated, _ = name.partition("[0]")
    if rest:
        with_enum(getattr(request, field), rest, number)
    elif repeated:
        getattr(request, field).append(number)
    else:
        setattr(request, field, number)
    return request


ENUM_FIELDS = [
    (method.name, GetMessageClass(method.input_type), path)
    for method in SERVICE.methods
    for path in enum_fields(method.input_type)
]


@pytest.mark.parametrize(
    ("call", "kind", "path"), ENUM_FIELDS, ids=[f"{call} {path}" for call, _, path in ENUM_FIELDS]
)
def test_a_value_that_an_enum_does_not_have_is_refused_wherever_there_is_one(
    stub: TrainingServiceStub, call: str, kind: type[Message], path: str
) -> None:
    network = create(stub).network
    names = {} if call == "CreateNetwork" else {"network": network}
    refusal = refused(lambda: getattr(stub, call)(with_enum(kind(**names), path, 99)))
    assert refusal.code is INVALID
    assert path in refusal.fields
    assert state(stub, network).update == 0


def test_bytes_that_are_no_request_are_an_invalid_argument(server: ServerProcess) -> None:
    with grpc.insecure_channel(server.target) as channel:
        create_network: Any = channel.unary_unary("/clearprop.v1.TrainingService/CreateNetwork")
        watch_updates: Any = channel.unary_stream("/clearprop.v1.TrainingService/WatchUpdates")
        for call in (create_network, watch_updates):
            assert refused(partial(call, b"\xff\xff")).code is INVALID


def test_too_large_a_request_is_refused_by_its_size(stub: TrainingServiceStub) -> None:
    rows = [([0.0] * 1000, [1.0])] * 3000
    with pytest.raises(grpc.RpcError, match="16777216") as refused_by_grpc:
        stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    assert refused_by_grpc.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
