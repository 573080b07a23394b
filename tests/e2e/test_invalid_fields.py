"""Every field that is invalid in a request is named to the caller, and nothing is changed.

The rules themselves are proven in tests/training. Here each RPC shows once that they reach callers,
with as many invalid fields at once as its request can have.
"""

from collections.abc import Iterator
from functools import partial
from math import inf, nan
from typing import Any

import grpc
import pytest
from calls import create, examples, refused, settings, state
from clearprop.v1 import network_pb2, run_pb2, training_set_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.protobuf.descriptor import Descriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from servers import ServerProcess

from service.faces.rpcs import SERVICE

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NO_TOKEN, ID_TOKEN = "?", "eA=="
LAYERS = network_pb2.LayerParameters
INITIALIZER: Any = network_pb2.Initializer  # its kinds are given as numbers
GENERATOR: Any = training_set_pb2.Generator
OPTIMIZER: Any = run_pb2.Optimizer  # and so are its
PARAMETER = update_pb2.Parameter


def new(**fields: object) -> pb.CreateNetworkRequest:
    return pb.CreateNetworkRequest(**({"layer_sizes": [2, 1]} | fields))  # type: ignore[arg-type]


#: Requests that name no network, or the one that they would create.
WITHOUT_A_NETWORK = [
    (
        new(
            request_id="ü",
            network="B",
            layer_sizes=[0, 1],
            activations=[70],
            cost_function=99,
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
    (
        new(initializer=INITIALIZER(seed=-1, low=nan, high=inf)),
        ["initializer.seed", "initializer.low", "initializer.high"],
    ),
    (
        new(
            bias=True,
            initial_parameters=[LAYERS(units=1, inputs=2, weights=[1, nan], biases=[inf])],
        ),
        ["initial_parameters[0].weights[1]", "initial_parameters[0].biases[0]"],
    ),
    (
        new(
            optimizer_state=run_pb2.OptimizerState(
                optimizer=OPTIMIZER(kind=4, epsilon=0), values=[0, 0, -1, 0, 2, 0]
            )
        ),
        [
            "optimizer_state.optimizer.epsilon",
            "optimizer_state.values[2]",
            "optimizer_state.values[4]",
        ],
    ),
    (
        pb.CreateTrainingSetRequest(examples=examples([([nan], [1]), ([1, 2], [inf])])),
        ["examples[0].inputs[0]", "examples[1].inputs", "examples[1].targets[0]"],
    ),
    (
        pb.CreateTrainingSetRequest(
            request_id="ü", training_set="B", examples=examples([([nan], [1])])
        ),
        ["request_id", "training_set", "examples[0].inputs[0]"],
    ),
    (
        pb.CreateTrainingSetRequest(
            request_id="ü",
            training_set="B",
            generator=GENERATOR(kind=99, example_count=1, noise=nan, seed=-1),
            examples=examples([([1], [1])]),
            weights="w",
        ),
        [
            "request_id",
            "training_set",
            "examples",
            "weights",
            "generator.kind",
            "generator.example_count",
            "generator.noise",
            "generator.seed",
        ],
    ),
    (
        pb.CreateTrainingSetRequest(generator=GENERATOR(), validate_only=True),
        ["generator.kind"],
    ),
    (pb.ListNetworksRequest(page_size=-1, page_token=NO_TOKEN), ["page_size", "page_token"]),
    (pb.ListTrainingSetsRequest(page_size=1001, page_token=NO_TOKEN), ["page_size", "page_token"]),
]

SETTINGS = settings(
    rate=nan,
    batch_size=0,
    epochs=-1,
    shuffle_seed=-1,
    optimizer=OPTIMIZER(kind=4, momentum=2.0, beta1=1, beta2=1, epsilon=0, weight_decay=-1),
    stop=run_pb2.StopCondition(cost_below=0, max_updates=-1),
)
BAD_SETTINGS = [
    "settings.learning_rate",
    "settings.batch_size",
    "settings.epochs",
    "settings.shuffle_seed",
    "settings.optimizer.momentum",  # Adam has none
    "settings.optimizer.momentum",  # and it is not below 1
    "settings.optimizer.beta1",
    "settings.optimizer.beta2",
    "settings.optimizer.epsilon",
    "settings.optimizer.weight_decay",
    "settings.stop.cost_below",
    "settings.stop.max_updates",
]

ANYTHING: Any = pb  # numbers of enums are not typed
#: Requests to a network of 2-5-1 without biases.
OF_A_NETWORK = [
    (pb.TrainRequest(settings=SETTINGS, request_id="ü"), ["request_id", *BAD_SETTINGS]),
    (
        ANYTHING.TrainRequest(settings=settings(optimizer=OPTIMIZER(kind=9)), request_id="ü"),
        ["request_id", "settings.optimizer.kind"],
    ),
    (
        pb.UpdateNetworkRequest(
            request_id="ü", labels={"É": ""}, update_mask=FieldMask(paths=["labels.É", "bias"])
        ),
        ["request_id", "labels.É", "update_mask"],
    ),
    (
        pb.ForkNetworkRequest(request_id="ü", new_network="B", labels={"É": ""}),
        ["request_id", "new_network", "labels.É"],
    ),
    (
        pb.SetWeightsRequest(
            request_id="ü", weights=[pb.WeightValue(layer=3), pb.WeightValue(layer=1, input=9)]
        ),
        ["request_id", "weights[0].layer", "weights[1].input"],
    ),
    (
        pb.ResetWeightsRequest(request_id="ü", initializer=INITIALIZER(seed=-1)),
        ["request_id", "initializer.seed"],
    ),
    (
        pb.CompareUpdatesRequest(page_size=-1, page_token=NO_TOKEN),
        ["page_size", "page_token"],
    ),
    (
        pb.SummarizeUpdatesRequest(max_points=201, max_bins=7),
        ["max_points", "max_bins"],
    ),
    (
        pb.TraceUpdateRequest(next=True, update=0, settings=SETTINGS, first_position=-1),
        ["update", "first_position", *BAD_SETTINGS],
    ),
    (
        pb.ExplainWeightRequest(next=True, settings=SETTINGS, layer=3, position_count=-1),
        ["layer", "position_count", *BAD_SETTINGS],
    ),
    (
        pb.WalkUpdateRequest(next=True, settings=SETTINGS, first_step=-1, step_count=-1),
        ["first_step", "step_count", *BAD_SETTINGS],
    ),
    (pb.StepRequest(settings=SETTINGS), BAD_SETTINGS),
    (
        ANYTHING.StepRequest(settings=settings(rate=0.0), request_id="ü", count=-1, unit=9),
        ["request_id", "count", "unit", "settings.learning_rate"],
    ),
    (
        pb.TrainRequest(settings=settings(batch_size=5, epochs=2**62)),
        ["settings.epochs", "settings.batch_size"],
    ),
    (pb.ListRunsRequest(page_size=-1, page_token=ID_TOKEN), ["page_size", "page_token"]),
    (
        ANYTHING.ListUpdatesRequest(page_size=-1, page_token=NO_TOKEN, detail=9),
        ["page_size", "page_token", "detail"],
    ),
    (pb.ListUpdatesRequest(start_update=1, end_update=0), ["end_update"]),
    (
        pb.ListUpdatesRequest(max_points=1, page_size=5, page_token=ID_TOKEN),
        ["max_points", "detail", "page_size", "page_token"],
    ),
    (
        pb.ListUpdatesRequest(max_points=10_001, detail=update_pb2.DETAIL_COST, end_update=-1),
        ["max_points"],
    ),
    (pb.WatchUpdatesRequest(stride=-1, until_run=-1), ["stride", "until_run"]),
    (
        ANYTHING.WatchUpdatesRequest(
            detail=99,
            encoding=99,
            parameters=[
                PARAMETER(layer=3),
                PARAMETER(layer=1, unit=5, input=-1),
                PARAMETER(layer=1, unit=0, input=0),
                PARAMETER(layer=2, unit=0),
            ],
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
        pb.WatchUpdatesRequest(
            detail=update_pb2.DETAIL_COST, parameters=[PARAMETER(layer=1, input=0)] * 1_001
        ),
        ["parameters", "parameters"],
    ),
    (pb.PredictRequest(), ["inputs"]),
    (
        pb.PredictRequest(
            inputs=[network_pb2.Vector(values=[1]), network_pb2.Vector(values=[nan, 0])]
        ),
        ["inputs[0].values", "inputs[1].values[0]"],
    ),
    (ANYTHING.ExportNetworkRequest(format=9), ["format"]),
    (pb.EvaluateRequest(), ["training_set"]),
    (pb.EvaluateRequest(training_set="xor", part=9, run=1), ["part"]),  # type: ignore[arg-type]
    (pb.EvaluateRequest(training_set="xor", layer=3), ["layer"]),
    (
        pb.EvaluateRequest(training_set="xor", page_size=1001, page_token=NO_TOKEN),
        ["page_size", "page_token"],
    ),
    (
        pb.EvaluateRequest(training_set="xor", true_class=2, predicted_class=-1),
        ["true_class", "predicted_class"],
    ),
    (
        pb.ProjectExamplesRequest(layer=3, example_count=501),
        ["training_set", "layer", "example_count"],
    ),
    (pb.CheckGradientsRequest(), ["training_set"]),
    *(
        (
            pb.CheckGradientsRequest(
                training_set="xor", example_count=example_count, parameter_count=parameter_count
            ),
            ["example_count", "parameter_count"],
        )
        for example_count, parameter_count in ((5, 16), (-1, -1))
    ),
]


def call_of(request: Message) -> str:
    return type(request).__name__.removesuffix("Request")


def names_of(cases: list[tuple[Any, list[str]]]) -> list[str]:
    return [f"{number} {call_of(request)}" for number, (request, _) in enumerate(cases)]


@pytest.mark.parametrize(("request_", "fields"), WITHOUT_A_NETWORK, ids=names_of(WITHOUT_A_NETWORK))
def test_every_invalid_field_is_named(
    stub: TrainingServiceStub, request_: Message, fields: list[str]
) -> None:
    refusal = refused(lambda: getattr(stub, call_of(request_))(request_))
    assert (refusal.code, refusal.fields) == (INVALID, fields)
    is_cut = refusal.message.endswith("…")  # the details name all of them
    assert is_cut or all(field in refusal.message for field in fields)


@pytest.mark.parametrize(("request_", "fields"), OF_A_NETWORK, ids=names_of(OF_A_NETWORK))
def test_every_invalid_field_is_named_and_the_network_stays_as_it_is(
    stub: TrainingServiceStub, request_: Any, fields: list[str]
) -> None:
    before = create(stub)
    request = type(request_)()
    request.CopyFrom(request_)
    request.network = before.network
    refusal = refused(lambda: getattr(stub, call_of(request))(request))
    assert refusal.code is INVALID
    assert sorted(refusal.fields) == sorted(fields)
    get = pb.GetNetworkRequest(network=before.network)
    assert stub.GetNetwork(get).network == before
    assert not stub.ListRuns(pb.ListRunsRequest(network=before.network)).runs


def test_settings_that_are_absent_are_named(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    refusal = refused(lambda: stub.Train(pb.TrainRequest(network=network)))
    assert "settings.training_set" in refusal.fields


def test_the_status_of_ten_thousand_invalid_examples_is_limited_in_size(
    stub: TrainingServiceStub,
) -> None:
    rows = [([nan], [1.0])] * 10_000
    refusal = refused(
        lambda: stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    )
    assert refusal.code is INVALID
    assert refusal.fields[0] == "examples[0].inputs[0]"
    assert refusal.fields[-1] == ""


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


def test_targets_that_are_not_a_distribution_do_not_fit_the_categorical_cost(
    stub: TrainingServiceStub,
) -> None:
    rows = [([0.0], [0.25, 0.75]), ([1.0], [1.5, -0.5])]
    made = stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    classifier = create(stub, [1, 2], activations=[7]).network
    name = made.training_set.training_set
    train = pb.TrainRequest(network=classifier, settings=settings(name, batch_size=1))
    refusal = refused(lambda: stub.Train(train))
    assert (refusal.code, refusal.fields) == (INVALID, ["settings.training_set"])
    assert "[0, 1]" in refusal.message
    evaluate = pb.EvaluateRequest(network=classifier, training_set=name)
    assert refused(lambda: stub.Evaluate(evaluate)).fields == ["training_set"]
    regression = create(stub, [1, 2], activations=[6]).network
    stub.Train(pb.TrainRequest(network=regression, settings=settings(name, batch_size=1)))


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
        inner = getattr(request, field)
        with_enum(inner.add() if repeated else inner, rest, number)
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
def test_an_unknown_enum_value_is_rejected_in_every_field(
    stub: TrainingServiceStub, call: str, kind: type[Message], path: str
) -> None:
    network = create(stub).network
    names = {"network": network} if "network" in kind.DESCRIPTOR.fields_by_name else {}
    if call == "CreateNetwork":
        names = {}
    request = with_enum(kind(**names), path, 99)
    is_stream = SERVICE.methods_by_name[call].client_streaming
    refusal = refused(lambda: getattr(stub, call)(iter([request]) if is_stream else request))
    assert refusal.code is INVALID
    assert path in refusal.fields
    assert state(stub, network).update == 0


def test_invalid_bytes_are_an_invalid_argument(server: ServerProcess) -> None:
    with grpc.insecure_channel(server.target) as channel:
        create_network: Any = channel.unary_unary("/clearprop.v1.TrainingService/CreateNetwork")
        watch_updates: Any = channel.unary_stream("/clearprop.v1.TrainingService/WatchUpdates")
        for call in (create_network, watch_updates):
            assert refused(partial(call, b"\xff\xff")).code is INVALID


def test_a_large_request_is_rejected_with_the_limit(stub: TrainingServiceStub) -> None:
    rows = [([0.0] * 1000, [1.0])] * 3000
    with pytest.raises(grpc.RpcError, match="16777216") as refused_by_grpc:
        stub.CreateTrainingSet(pb.CreateTrainingSetRequest(examples=examples(rows)))
    assert refused_by_grpc.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
