"""Edits of parameters, and comparisons of updates."""

from clearprop.v1 import training_service_pb2

from service.faces.messages.fields import optional
from service.faces.messages.networks import layer_parameters, sent_initializer
from service.faces.messages.updates import updates
from service.reading.selection import COSTS
from service.use_cases.comparisons import ComparedUpdates
from service.use_cases.edits import Changed, NewWeights
from training.network import places
from training.network_rules import WeightValue


def new_weights(request: training_service_pb2.SetWeightsRequest) -> NewWeights:
    """Convert the new values of parameters."""
    return NewWeights(
        weights=tuple(
            WeightValue(each.layer, each.unit, optional(each, "input"), each.value)
            for each in request.weights
        ),
        layers={number: layer_parameters(layer) for number, layer in request.layers.items()},
    )


def weights_set(source: Changed) -> training_service_pb2.SetWeightsResponse:
    """Convert an EDIT, without its update, which is read from the history."""
    return training_service_pb2.SetWeightsResponse(etag=source.head.etag)


def weights_reset(source: Changed) -> training_service_pb2.ResetWeightsResponse:
    """Convert a RESET and its initializer, without its update."""
    assert source.initializer is not None  # every reset has one
    return training_service_pb2.ResetWeightsResponse(
        initializer=sent_initializer(source.initializer), etag=source.head.etag
    )


def compared(
    source: ComparedUpdates, first: int, size: int
) -> training_service_pb2.CompareUpdatesResponse:
    """Convert up to `size` changes from offset `first` on, without the token of the next page."""
    place, found = places(source.network), source.comparison
    (base,) = updates(source.base_network, [source.base], COSTS)
    (update,) = updates(source.network, [source.update], COSTS)
    message = training_service_pb2.CompareUpdatesResponse(
        base=base, update=update, changed_count=found.changed
    )
    for parameter in found.places[first : first + size].tolist():
        layer, unit, input_ = place(parameter)
        before, after = float(found.before[parameter]), float(found.after[parameter])
        message.changes.add(
            layer=layer, unit=unit, input=input_, before=before, after=after, change=after - before
        )
    return message
