"""Options of Python become the fields of the contract, and what is not given is left out."""

import pytest
from clearprop import NetworkInfo
from clearprop.calls import networks, runs
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import (
    ACTIVATION_LEAKY_RELU,
    ACTIVATION_SOFTMAX,
    COST_FUNCTION_CATEGORICAL_CROSS_ENTROPY,
    INITIALIZER_KIND_HE,
    Initializer,
    LayerParameters,
    Network,
)
from clearprop.v1.run_pb2 import (
    OPTIMIZER_KIND_ADAM,
    Optimizer,
    StopCondition,
    TrainingSettings,
)


def request(**options: object) -> pb.CreateNetworkRequest:
    call = networks.create_network("net", [2, 1], options, "id")  # type: ignore[arg-type]
    assert isinstance(call.request, pb.CreateNetworkRequest)
    return call.request


def test_a_network_of_which_nothing_is_said_leaves_all_to_the_service() -> None:
    assert request() == pb.CreateNetworkRequest(network="net", layer_sizes=[2, 1], request_id="id")


def test_everything_that_can_be_said_of_a_network_is_sent() -> None:
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


def test_every_setting_is_sent() -> None:
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
            "shuffle_seed": 0,
            "cost_below": 0.3,
            "max_updates": 4,
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
            ),
            stop=StopCondition(cost_below=0.3, max_updates=4),
        ),
        request_id="id",
    )


def test_settings_that_are_not_given_are_left_out() -> None:
    call = runs.train("net", "xor", {"learning_rate": 1, "batch_size": 1, "epochs": 1}, "", "id")
    assert isinstance(call.request, pb.TrainRequest)
    settings = call.request.settings
    assert not settings.HasField("optimizer")
    assert not settings.HasField("stop")
    assert not settings.HasField("shuffle_seed")


@pytest.mark.parametrize(
    ("options", "choice"),
    [
        ({"activations": ["swish"]}, "sigmoid, tanh, relu, leaky-relu, softplus"),
        ({"cost_function": "hinge"}, "cross-entropy, categorical-cross-entropy, squared-error"),
        ({"initializer": "xavier"}, "uniform, explicit, glorot, he, zeros"),
    ],
)
def test_a_word_that_there_is_not_is_answered_with_those_that_there_are(
    options: dict[str, object], choice: str
) -> None:
    with pytest.raises(ValueError, match=choice):
        request(**options)


def test_an_answer_says_the_same_words() -> None:
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
