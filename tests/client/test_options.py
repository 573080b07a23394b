"""Options become fields of the contract; absent options are not sent."""

from typing import Any

import pytest
from clearprop import NetworkInfo
from clearprop.calls import edits, networks, runs
from clearprop.changes import weight_values
from clearprop.options import training_settings
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import (
    ACTIVATION_LEAKY_RELU,
    ACTIVATION_SOFTMAX,
    ACTIVATION_TANH,
    COST_FUNCTION_CATEGORICAL_CROSS_ENTROPY,
    INITIALIZER_KIND_HE,
    Initializer,
    LayerParameters,
    Network,
)
from clearprop.v1.run_pb2 import (
    OPTIMIZER_KIND_ADAM,
    BatchMode,
    Clipping,
    Dropout,
    Frozen,
    LearningRateSchedule,
    Optimizer,
    Penalty,
    ScheduleKind,
    ScheduleUnit,
    StopCondition,
    TrainingSettings,
)


def request(**options: object) -> pb.CreateNetworkRequest:
    call = networks.create_network("net", [2, 1], options, "id")  # type: ignore[arg-type]
    assert isinstance(call.request, pb.CreateNetworkRequest)
    return call.request


def test_a_network_without_options_has_the_defaults_of_the_service() -> None:
    assert request() == pb.CreateNetworkRequest(network="net", layer_sizes=[2, 1], request_id="id")


def test_all_options_of_a_network_are_sent() -> None:
    assert request(
        activations=["leaky-relu", "softmax"],
        cost_function="categorical-cross-entropy",
        bias=True,
        initializer="he",
        seed=7,
        low=-1,
        high=0.0,
        initial_weights=[[[1, 2]]],
        initial_biases=[[3]],
        labels={"a": "b"},
    ) == pb.CreateNetworkRequest(
        network="net",
        layer_sizes=[2, 1],
        activations=[ACTIVATION_LEAKY_RELU, ACTIVATION_SOFTMAX],
        cost_function=COST_FUNCTION_CATEGORICAL_CROSS_ENTROPY,
        bias=True,
        initializer=Initializer(kind=INITIALIZER_KIND_HE, seed=7, low=-1, high=0),
        initial_parameters=[LayerParameters(units=1, inputs=2, weights=[1, 2], biases=[3])],
        labels={"a": "b"},
        request_id="id",
    )


def test_all_options_of_a_run_are_sent() -> None:
    call = runs.train(
        "net",
        "xor",
        {
            "learning_rate": 0.1,
            "batch_size": 2,
            "epochs": 3,
            "optimizer": "adam",
            "beta1": 0.0,
            "beta2": 0.5,
            "epsilon": 1e-3,
            "momentum": 0.1,
            "weight_decay": 0.2,
            "decay_weights_only": True,
            "dampening": 0.25,
            "l1": 0.01,
            "l2": 0.02,
            "clip_value": 0.5,
            "clip_norm": 1.5,
            "frozen_layers": [2],
            "frozen_biases": True,
            "shuffle_seed": 0,
            "dropout": 0.5,
            "dropout_seed": 7,
            "cost_below": 0.3,
            "max_updates": 4,
            "stop_on_non_finite_cost": True,
        },
        "",
        "id",
    )
    assert call.request == pb.TrainRequest(
        network="net",
        settings=TrainingSettings(
            training_set="xor",
            learning_rate=0.1,
            batch_size=2,
            epochs=3,
            shuffle_seed=0,
            optimizer=Optimizer(
                kind=OPTIMIZER_KIND_ADAM,
                momentum=0.1,
                beta1=0.0,
                beta2=0.5,
                epsilon=1e-3,
                weight_decay=0.2,
                decay_weights_only=True,
                dampening=0.25,
            ),
            penalty=Penalty(l1=0.01, l2=0.02),
            clipping=Clipping(value=0.5, norm=1.5),
            frozen=Frozen(layers=[2], biases=True),
            dropout=Dropout(rates=[0.5], seed=7),
            stop=StopCondition(cost_below=0.3, max_updates=4, non_finite_cost=True),
        ),
        request_id="id",
    )


def test_the_options_of_a_schedule_are_sent() -> None:
    options = {
        "schedule": "list",
        "schedule_unit": "update",
        "schedule_period": 3,
        "schedule_factor": 0.5,
        "schedule_minimum": 0.01,
        "schedule_warmup": 2,
        "schedule_rates": [0.1, 0.2],
        "schedule_patience": 4,
        "schedule_min_delta": 0.25,
        "batch_mode": "drop-last",
    }
    settings = training_settings("xor", **options)  # type: ignore[arg-type]
    assert settings == TrainingSettings(
        training_set="xor",
        schedule=LearningRateSchedule(
            kind=ScheduleKind.SCHEDULE_KIND_LIST,
            unit=ScheduleUnit.SCHEDULE_UNIT_UPDATE,
            period=3,
            factor=0.5,
            minimum=0.01,
            warmup=2,
            rates=[0.1, 0.2],
            patience=4,
            min_delta=0.25,
        ),
        batch_mode=BatchMode.BATCH_MODE_DROP_LAST,
    )


def test_absent_options_of_a_run_are_not_sent() -> None:
    call = runs.train("net", "xor", {"learning_rate": 1, "batch_size": 1, "epochs": 1}, "", "id")
    assert isinstance(call.request, pb.TrainRequest)
    settings = call.request.settings
    assert not settings.HasField("optimizer")
    assert not settings.HasField("stop")
    assert not settings.HasField("dropout")
    assert not settings.HasField("penalty")
    assert not settings.HasField("clipping")
    assert not settings.HasField("frozen")
    assert not settings.HasField("shuffle_seed")


@pytest.mark.parametrize(
    ("options", "choice"),
    [
        ({"activations": ["swish"]}, "sigmoid, tanh, relu, leaky-relu, softplus"),
        ({"cost_function": "logistic"}, "cross-entropy, categorical-cross-entropy, squared-error"),
        ({"initializer": "xavier"}, "uniform, glorot, he, zeros"),
        ({"activations": [None]}, "sigmoid, tanh, relu"),
        ({"initial_weights": [[[1]]], "layout": "keras"}, "units-inputs, inputs-units"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(
    options: dict[str, object], choice: str
) -> None:
    with pytest.raises(ValueError, match=f"Unknown .* Use one of {choice}"):
        request(**options)


def test_one_activation_is_for_all_layers() -> None:
    assert request(activations="tanh").activations == [ACTIVATION_TANH]
    with pytest.raises(ValueError, match="Unknown activation b'tanh'"):
        request(activations=b"tanh")


@pytest.mark.parametrize("sizes", ["251", b"251", [2.7, 1], ["2", "1"], 5], ids=repr)
def test_layer_sizes_must_be_integers(sizes: Any) -> None:
    with pytest.raises(ValueError, match="layer_sizes must be whole numbers"):
        networks.create_network("net", sizes, {}, "id")


@pytest.mark.parametrize("labels", ["abc", ["a", "b"], {"a": 1}, 3], ids=repr)
def test_labels_must_be_texts_by_name(labels: Any) -> None:
    for call in (
        lambda: request(labels=labels),
        lambda: networks.set_labels("net", labels, "", ""),
        lambda: networks.fork_network("net", None, "new", labels, ""),
    ):
        with pytest.raises(ValueError, match="labels must be texts by name"):
            call()


def test_matrices_of_keras_are_transposed() -> None:
    weights = [[[1, 2], [3, 4]], [[5], [6]]]
    transposed = [[[1, 3], [2, 4]], [[5, 6]]]
    layers = request(initial_weights=weights, layout="inputs-units").initial_parameters
    assert layers == request(initial_weights=transposed).initial_parameters
    assert layers != request(initial_weights=weights).initial_parameters
    numbered = dict(enumerate(weights, start=1))
    assert [*edits.set_layers(numbered, {}, "inputs-units").values()] == layers


def test_a_new_value_of_a_parameter_must_be_a_number() -> None:
    assert weight_values([(1, 0, None, 2)])[0].value == 2.0
    with pytest.raises(ValueError, match=r"must be a number, not '0\.5'"):
        weight_values([(1, 0, None, "0.5")])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="cannot hold exactly"):
        weight_values([(1, 0, None, 2**53 + 1)])


def test_responses_have_the_same_names() -> None:
    message = Network(
        activations=[ACTIVATION_LEAKY_RELU, ACTIVATION_SOFTMAX],
        cost_function=COST_FUNCTION_CATEGORICAL_CROSS_ENTROPY,
        bias=True,
        initializer=Initializer(kind=INITIALIZER_KIND_HE),
    )
    info = NetworkInfo()
    info.message = message
    assert info.activations == ["leaky-relu", "softmax"]
    assert info.cost_function == "categorical-cross-entropy"
    assert info.initializer == "he"
    assert info.has_biases
    assert info.seed is None
