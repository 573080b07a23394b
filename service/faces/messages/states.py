"""States of networks as responses, whose numbers are copied once, whatever their form."""

from collections.abc import Iterator
from dataclasses import dataclass

from clearprop.v1 import network_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.encoding import LENGTH, tag, varint
from service.faces.messages.layer_bytes import layer_bytes
from service.faces.messages.networks import layers
from service.faces.messages.updates import UPDATE_KINDS, set_validation
from service.use_cases.inspection import FullState
from training.errors import validating
from training.network import Array

_FULL = {
    pb.STATE_VIEW_UNSPECIFIED: False,
    pb.STATE_VIEW_BASIC: False,
    pb.STATE_VIEW_FULL: True,
}

_STATE = update_pb2.State.DESCRIPTOR.fields_by_name
_RESPONSE = pb.GetStateResponse.DESCRIPTOR.fields_by_name


def is_full(view: pb.StateView.ValueType) -> bool:
    """Return whether a view is FULL. Raises InvalidFields if it is unknown."""
    with validating() as violations:
        violations.require(view in _FULL, "view", f"must be BASIC or FULL, not {view}")
    return _FULL[view]


@dataclass(frozen=True, slots=True)
class StateResponse:
    """The response with a state, whose numbers stay where they are until it is encoded."""

    content: FullState

    def message(self) -> pb.GetStateResponse:
        """Return the response as a message."""
        content, message = self.content, self.description()
        message.layers.extend(layers(content.network, content.parameters))
        if content.gradient is not None:
            message.gradients.extend(layers(content.network, content.gradient))
        return pb.GetStateResponse(state=message)

    def serialized(self) -> bytes:
        """Return the bytes of a message that equals `message`."""
        parts = [self.description().SerializeToString(), *self._arrays()]
        size = sum(map(len, parts))
        return b"".join([tag(_RESPONSE["state"].number, LENGTH), varint(size), *parts])

    def description(self) -> update_pb2.State:
        """Return the state without its parameters and gradients."""
        content = self.content
        snapshot = content.snapshot
        message = update_pb2.State(
            network=content.network.id,
            uid=content.network.uid,
            update=snapshot.first_update,
            kind=UPDATE_KINDS[snapshot.kind],
        )
        if snapshot.run is not None:
            message.run = snapshot.run.number
        if snapshot.run_of_batches is not None:
            after = snapshot.run_of_batches.at(snapshot.run_offset + 1)
            message.epoch = after.batches.batch(snapshot.run_offset).epoch
            message.next_epoch = after.epoch
            message.next_example = after.next_example
            message.cost = snapshot.costs[0]
            message.learning_rate = snapshot.learning_rates[0]
            set_validation(message, snapshot)
        vectors = map(_vector, content.activations_by_layer)
        message.activations.extend(vectors)
        return message

    def _arrays(self) -> Iterator[bytes | memoryview]:
        content = self.content
        yield from layer_bytes(_STATE["layers"].number, content.network, content.parameters)
        if content.gradient is not None:
            yield from layer_bytes(_STATE["gradients"].number, content.network, content.gradient)


def _vector(values: Array) -> network_pb2.Vector:
    return network_pb2.Vector(values=values)
