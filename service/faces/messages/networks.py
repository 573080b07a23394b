"""Networks and their parameters."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

import numpy as np
from clearprop.v1 import network_pb2, training_service_pb2

from service.faces.messages.encoding import packed
from service.faces.messages.enums import EnumTable, one_of
from service.faces.messages.fields import optional
from service.faces.messages.runs import optimizer_state
from service.faces.messages.tables import preparation, read_preparation
from service.faces.messages.times import timestamp
from service.use_cases.networks import NetworkView, NewNetwork
from training.cancellation import check_cancelled
from training.errors import Violations
from training.identifiers import MOST_LABELS
from training.network import (
    Array,
    Fork,
    Initializer,
    LayerParameters,
    LayerShape,
    Network,
    Unspecified,
)
from training.network_rules import RECIPES
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind

ACTIVATIONS = EnumTable(network_pb2.Activation, Activation, Activation.SIGMOID, one_of(Activation))
COST_FUNCTIONS: EnumTable[network_pb2.CostFunction.ValueType, CostFunction | Unspecified] = (
    EnumTable(network_pb2.CostFunction, CostFunction, Unspecified.NATURAL, one_of(CostFunction))
)
_INITIALIZER_KINDS = EnumTable(
    network_pb2.InitializerKind, InitializerKind, InitializerKind.UNIFORM, RECIPES
)


_LAYER = network_pb2.LayerParameters.DESCRIPTOR.fields_by_name

#: More numbers are copied as bytes: Protobuf would convert each, and hold Python's interpreter lock
#: for about 50 ms per million.
_FEW_NUMBERS: Final = 1_000


def new_network(request: training_service_pb2.CreateNetworkRequest) -> NewNetwork:
    """Convert the description of a new network."""
    unknown = Violations()
    return NewNetwork(
        id=request.network,
        layer_sizes=tuple(request.layer_sizes),
        activations=tuple(
            ACTIVATIONS.read(unknown, f"activations[{index}]", number)
            for index, number in enumerate(request.activations)
        ),
        cost_function=COST_FUNCTIONS.read(unknown, "cost_function", request.cost_function),
        initializer=initializer(unknown, request),
        initial_parameters=tuple(map(layer_parameters, request.initial_parameters)),
        labels=sent_labels(request.labels),
        bias=request.bias,
        optimizer_state=(
            optimizer_state(unknown, request.optimizer_state)
            if request.HasField("optimizer_state")
            else None
        ),
        preparation=(
            read_preparation(unknown, "preparation", request.preparation)
            if request.HasField("preparation")
            else None
        ),
        unknown=tuple(unknown.found),
    )


def initializer(
    unknown: Violations,
    request: training_service_pb2.CreateNetworkRequest | training_service_pb2.ResetWeightsRequest,
) -> Initializer | None:
    """Convert the initializer of a request, if any."""
    if not request.HasField("initializer"):
        return None
    message = request.initializer
    return Initializer(
        kind=_INITIALIZER_KINDS.read(unknown, "initializer.kind", message.kind),
        seed=optional(message, "seed"),
        low=optional(message, "low"),
        high=optional(message, "high"),
        deviation=optional(message, "deviation"),
    )


def layer_parameters(message: network_pb2.LayerParameters) -> LayerParameters:
    """Convert the parameters of a layer, without checking their shape."""
    return LayerParameters(
        message.units,
        message.inputs,
        np.array(message.weights, dtype=np.float64),
        np.array(message.biases, dtype=np.float64),
    )


def sent_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Convert labels; if there are too many, only one more than valid: all could be 130,000."""
    return {key: labels[key] for key in islice(labels, MOST_LABELS + 1)}


def label_keys(
    unknown: Violations, request: training_service_pb2.UpdateNetworkRequest
) -> list[str] | None:
    """Return the keys of the labels to change, None for all labels; report other paths."""
    paths = request.update_mask.paths
    for path in paths:
        if path != "labels":
            unknown.require(
                path.startswith("labels."),
                "update_mask",
                f"must contain labels or labels.KEY, not {path!r}",
            )
    return None if "labels" in paths else [path.removeprefix("labels.") for path in paths] or None


def network(view: NetworkView) -> network_pb2.Network:
    """Convert a network and the state of its history."""
    message = listed_network(view)
    if view.network.preparation:
        message.preparation.CopyFrom(preparation(view.network.preparation))
    return message


def listed_network(view: NetworkView) -> network_pb2.Network:
    """Convert a network for a list: without its preparation, which may be large."""
    source, head = view.network, view.head
    return network_pb2.Network(
        network=source.id,
        uid=source.uid,
        layer_sizes=source.layer_sizes,
        activations=[ACTIVATIONS.numbers[activation] for activation in source.activations],
        bias=source.bias,
        cost_function=COST_FUNCTIONS.numbers[source.cost_function],
        initializer=sent_initializer(source.initializer),
        latest_update=head.latest_update,
        active_run=head.active_run,
        create_time=timestamp(source.create_time),
        labels=source.labels,
        etag=head.etag,
        parameter_count=source.parameter_count,
        earliest_update=head.earliest_update,
        forked_from=_sent_fork(source.forked_from) if source.forked_from else None,
    )


def sent_initializer(initializer: Initializer) -> network_pb2.Initializer:
    """Convert an initializer."""
    return network_pb2.Initializer(
        kind=_INITIALIZER_KINDS.numbers[initializer.kind],
        seed=initializer.seed,
        low=initializer.low,
        high=initializer.high,
        deviation=initializer.deviation,
    )


def layers(source: Network, parameters: Array) -> list[network_pb2.LayerParameters]:
    """Convert a flat vector of parameters, layer by layer."""
    return [_layer(shape, parameters) for shape in source.shapes]


def _layer(shape: LayerShape, parameters: Array) -> network_pb2.LayerParameters:
    check_cancelled()
    weights, biases = parameters[shape.weights], parameters[shape.biases]
    if weights.size <= _FEW_NUMBERS:
        # Reading the numbers of an array one by one takes four times as long as from a list.
        return network_pb2.LayerParameters(
            units=shape.units, inputs=shape.inputs, weights=weights.tolist(), biases=biases.tolist()
        )
    message = network_pb2.LayerParameters(units=shape.units, inputs=shape.inputs)
    numbers = [
        *packed(_LAYER["weights"].number, weights),
        *packed(_LAYER["biases"].number, biases),
    ]
    message.MergeFromString(b"".join(numbers))
    return message


def _sent_fork(fork: Fork) -> network_pb2.Fork:
    return network_pb2.Fork(network=fork.network, uid=fork.uid, update=fork.update)
