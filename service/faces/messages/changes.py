"""Changes of parameters, and how updates differ."""

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
    """Translate which parameters a client wants to set."""
    return NewWeights(
        weights=tuple(
            WeightValue(each.layer, each.unit, optional(each, "input"), each.value)
            for each in request.weights
        ),
        layers={number: layer_parameters(layer) for number, layer in request.layers.items()},
    )


def weights_set(source: Changed) -> training_service_pb2.SetWeightsResponse:
    """Translate an EDIT, without its update, which the history has."""
    return training_service_pb2.SetWeightsResponse(etag=source.head.etag)


def weights_reset(source: Changed) -> training_service_pb2.ResetWeightsResponse:
    """Translate a RESET and how the parameters were made, without its update."""
    assert source.initializer is not None  # every reset has one
    return training_service_pb2.ResetWeightsResponse(
        initializer=sent_initializer(source.initializer), etag=source.head.etag
    )


def compared(
    source: ComparedUpdates, first: int, size: int
) -> training_service_pb2.CompareUpdatesResponse:
    """Translate the changes from place `first` on, up to `size`, without the next page's token."""
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
