"""Networks and their parameters."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import numpy as np
from clearprop.v1 import network_pb2, training_service_pb2

from service.messages.times import timestamp
from service.networks import NetworkView, NewNetwork
from training.errors import validating
from training.network import (
    Activation,
    Array,
    CostFunction,
    Initializer,
    InitializerKind,
    LayerParameters,
    split_layers,
)

N = TypeVar("N")
T = TypeVar("T")

_ACTIVATIONS = {
    network_pb2.ACTIVATION_UNSPECIFIED: Activation.SIGMOID,
    network_pb2.ACTIVATION_SIGMOID: Activation.SIGMOID,
}
_COST_FUNCTIONS = {
    network_pb2.COST_FUNCTION_UNSPECIFIED: CostFunction.CROSS_ENTROPY,
    network_pb2.COST_FUNCTION_CROSS_ENTROPY: CostFunction.CROSS_ENTROPY,
}
_INITIALIZER_KINDS = {
    network_pb2.INITIALIZER_KIND_UNSPECIFIED: InitializerKind.UNIFORM,
    network_pb2.INITIALIZER_KIND_UNIFORM: InitializerKind.UNIFORM,
    network_pb2.INITIALIZER_KIND_EXPLICIT: InitializerKind.EXPLICIT,
}


def _reversed(table: Mapping[N, T]) -> dict[T, N]:
    """Return what a value is sent as: the last of the enum values that mean it."""
    return {value: number for number, value in table.items()}


_SENT_ACTIVATIONS = _reversed(_ACTIVATIONS)
_SENT_COST_FUNCTIONS = _reversed(_COST_FUNCTIONS)


def new_network(request: training_service_pb2.CreateNetworkRequest) -> NewNetwork:
    """Translate what a client says of the network that it wants."""
    return NewNetwork(
        id=request.network,
        layer_sizes=tuple(request.layer_sizes),
        activations=tuple(_ACTIVATIONS.get(activation) for activation in request.activations),
        cost_function=_COST_FUNCTIONS.get(request.cost_function),
        initializer=(
            _initializer(request.initializer) if request.HasField("initializer") else None
        ),
        initial_parameters=tuple(
            LayerParameters(layer.units, layer.inputs, np.array(layer.weights, dtype=np.float64))
            for layer in request.initial_parameters
        ),
        labels=dict(request.labels),
    )


def label_keys(request: training_service_pb2.UpdateNetworkRequest) -> list[str] | None:
    """Return the keys of the labels to change, None for all.

    Raises InvalidFields when the mask names anything else.
    """
    keys = []
    with validating() as violations:
        for path in request.update_mask.paths:
            if path == "labels":
                return None
            if violations.require(
                path.startswith("labels."),
                "update_mask",
                f"must name labels, names {path!r}",
            ):
                keys.append(path.removeprefix("labels."))
    return keys or None


def network(view: NetworkView) -> network_pb2.Network:
    """Translate a network and where its history stands."""
    source, head = view.network, view.head
    return network_pb2.Network(
        network=source.id,
        uid=source.uid,
        layer_sizes=source.layer_sizes,
        activations=[_SENT_ACTIVATIONS[activation] for activation in source.activations],
        cost_function=_SENT_COST_FUNCTIONS[source.cost_function],
        initializer=_sent_initializer(source.initializer),
        latest_update=head.latest_update,
        active_run=head.active_run,
        create_time=timestamp(source.create_time),
        labels=source.labels,
        etag=head.etag,
        parameter_count=source.parameter_count,
    )


def _initializer(message: network_pb2.Initializer) -> Initializer:
    default = Initializer(InitializerKind.UNIFORM)
    return Initializer(
        kind=_INITIALIZER_KINDS.get(message.kind),
        seed=message.seed if message.HasField("seed") else None,
        low=message.low if message.HasField("low") else default.low,
        high=message.high if message.HasField("high") else default.high,
    )


def _sent_initializer(initializer: Initializer) -> network_pb2.Initializer:
    if initializer.kind is InitializerKind.EXPLICIT:
        return network_pb2.Initializer(kind=network_pb2.INITIALIZER_KIND_EXPLICIT)
    return network_pb2.Initializer(
        kind=network_pb2.INITIALIZER_KIND_UNIFORM,
        seed=initializer.seed,
        low=initializer.low,
        high=initializer.high,
    )


def layers(layer_sizes: Iterable[int], parameters: Array) -> list[network_pb2.LayerParameters]:
    """Translate a flat vector of parameters, layer after layer."""
    return [
        network_pb2.LayerParameters(units=layer.units, inputs=layer.inputs, weights=layer.weights)
        for layer in split_layers(tuple(layer_sizes), parameters)
    ]
