"""Creation of networks of every kind."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from refusing import unknown
from services import Service

from service.use_cases.networks import NewNetwork
from training.errors import InvalidFields, LimitExceeded
from training.limits import Limits
from training.network import Initializer, LayerParameters, Unspecified, initial_parameters
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind

SIGMOID, TANH, SOFTMAX = Activation.SIGMOID, Activation.TANH, Activation.SOFTMAX
IDENTITY = Activation.IDENTITY


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.mark.parametrize(
    ("activations", "outputs", "cost_function"),
    [
        ((), SIGMOID, CostFunction.CROSS_ENTROPY),
        ((SIGMOID,), SIGMOID, CostFunction.CROSS_ENTROPY),
        ((TANH,), TANH, CostFunction.SQUARED_ERROR),
        ((TANH, SIGMOID), SIGMOID, CostFunction.CROSS_ENTROPY),
        ((TANH, SOFTMAX), SOFTMAX, CostFunction.CATEGORICAL_CROSS_ENTROPY),
        ((SIGMOID, IDENTITY), IDENTITY, CostFunction.SQUARED_ERROR),
    ],
)
def test_a_cost_function_that_is_not_named_is_the_natural_one(
    service: Service,
    activations: tuple[Activation, ...],
    outputs: Activation,
    cost_function: CostFunction,
) -> None:
    network = service.networks.create(NewNetwork("net", (2, 5, 3), activations)).network
    assert network.activations[-1] is outputs
    assert network.cost_function is cost_function
    assert service.networks.get("net").network == network


def test_a_requested_cost_function_is_used_or_refused(service: Service) -> None:
    quadratic = NewNetwork("net", (2, 5, 1), cost_function=CostFunction.QUADRATIC)
    assert service.networks.create(quadratic).network.cost_function is CostFunction.QUADRATIC
    wanted = replace(quadratic, id="other", cost_function=CostFunction.CATEGORICAL_CROSS_ENTROPY)
    for bad in (wanted, replace(quadratic, id="other", unknown=unknown("cost_function"))):
        with pytest.raises(InvalidFields) as refused:
            service.networks.create(bad)
        assert [bad.field for bad in refused.value.violations] == ["cost_function"]


def test_an_output_activation_that_is_not_known_is_the_only_bad_field(service: Service) -> None:
    with pytest.raises(InvalidFields) as refused:
        service.networks.create(
            NewNetwork(
                "net",
                (2, 5, 1),
                (SIGMOID, SIGMOID),
                CostFunction.SQUARED_ERROR,
                unknown=unknown("activations[1]"),
            )
        )
    assert [bad.field for bad in refused.value.violations] == ["activations[1]"]
    assert NewNetwork("net", (2, 5, 1)).cost_function is Unspecified.NATURAL


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(
    "kind", [kind for kind in InitializerKind if kind is not InitializerKind.EXPLICIT]
)
def test_a_chosen_seed_is_reported_and_gives_update_0(
    service: Service, kind: InitializerKind, bias: bool
) -> None:
    wanted = NewNetwork("net", (2, 5, 1), initializer=Initializer(kind), bias=bias)
    network = service.networks.create(wanted).network
    assert network.bias is bias
    assert network.parameter_count == (21 if bias else 15)
    recipe = network.initializer
    assert recipe.kind is kind
    assert (recipe.seed is None) == (kind is InitializerKind.ZEROS)
    assert (recipe.low is None) == (recipe.high is None) == (kind is not InitializerKind.UNIFORM)
    assert service.state().parameters.tobytes() == initial_parameters(network).tobytes()

    again = service.networks.create(replace(wanted, id="again", initializer=recipe)).network
    assert again.initializer == recipe
    assert service.state("again").parameters.tobytes() == service.state().parameters.tobytes()


def test_without_an_initializer_weights_are_uniform(service: Service) -> None:
    recipe = service.networks.create(NewNetwork("net", (2, 1))).network.initializer
    assert replace(recipe, seed=None) == Initializer(InitializerKind.UNIFORM, None, -0.12, 0.12)
    assert recipe.seed is not None


def test_given_weights_and_biases_are_update_0(service: Service) -> None:
    layers = (
        LayerParameters(2, 1, np.array([1.0, 2.0]), np.array([3.0, 4.0])),
        LayerParameters(1, 2, np.array([5.0, 6.0]), np.array([-0.0])),
    )
    wanted = NewNetwork("net", (1, 2, 1), initial_parameters=layers, bias=True)
    network = service.networks.create(wanted).network
    assert network.initializer == Initializer(InitializerKind.EXPLICIT)
    expected = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -0.0])
    assert service.state().parameters.tobytes() == expected.tobytes()


def test_every_bad_field_is_named_at_once(service: Service) -> None:
    wanted = NewNetwork(
        "Net!",
        (2, 0, 3),
        (SOFTMAX, SOFTMAX),
        CostFunction.SQUARED_ERROR,
        Initializer(InitializerKind.HE, -1, low=0.0),
        (LayerParameters(1, 1, np.ones(1)),),
        {"Bad key": ""},
        bias=True,
    )
    with pytest.raises(InvalidFields) as refused:
        service.networks.create(wanted)
    assert [bad.field for bad in refused.value.violations] == [
        "network",
        "labels.Bad key",
        "layer_sizes[1]",
        "activations[0]",
        "cost_function",
        "initializer",
        "initializer.seed",
        "initializer.low",
        "initial_parameters",
    ]


def test_validating_alone_makes_nothing(service: Service) -> None:
    view = service.networks.create(NewNetwork("net", (2, 1), bias=True), validate_only=True)
    assert view.network.cost_function is CostFunction.CROSS_ENTROPY
    assert view.network.bias
    assert service.networks.page("", 10) == []


def test_labels_are_limited_in_bytes_but_larger_ones_of_the_past_can_become_smaller() -> None:
    full = {f"k{number}": "é" * 50 for number in range(9)}  # 102 bytes each
    with Service(limits=Limits(label_bytes=1_000)) as generous:
        generous.networks.create(NewNetwork("net", (2, 1), labels=full))
        generous.networks._limits = Limits(label_bytes=500)
        networks = generous.networks
        attempts: list[Callable[[], object]] = [
            lambda: networks.create(NewNetwork("other", (2, 1), labels=full)),
            lambda: networks.fork("net", None, "other", full),
            lambda: networks.label("net", {"k0": "é" * 60}, ["k0"]),
        ]
        for attempt in attempts:
            with pytest.raises(LimitExceeded, match=r"take 9.. bytes.* limit of 500") as caught:
                attempt()
            assert caught.value.metadata == {"limit": "label_bytes", "value": "500"}
        fewer = networks.label("net", {}, ["k0"]).network.labels
        assert len(fewer) == 8
        assert networks.label("net", {"new": "x"}, None).network.labels == {"new": "x"}
