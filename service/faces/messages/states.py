"""States of networks as responses, whose numbers are copied once, whatever their form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from clearprop.v1 import network_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from numpy.typing import NDArray

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

_DTYPES: Mapping[pb.NumberFormat.ValueType, type[np.floating]] = {
    pb.NUMBER_FORMAT_UNSPECIFIED: np.float64,
    pb.NUMBER_FORMAT_FLOAT64: np.float64,
    pb.NUMBER_FORMAT_FLOAT32: np.float32,
    pb.NUMBER_FORMAT_FLOAT16: np.float16,
}

_STATE = update_pb2.State.DESCRIPTOR.fields_by_name
_RESPONSE = pb.GetStateResponse.DESCRIPTOR.fields_by_name


def view_and_dtype(request: pb.GetStateRequest) -> tuple[bool, type[np.floating]]:
    """Return whether the view is FULL, and the type of the numbers.

    Raises InvalidFields if one of them is unknown.
    """
    view, form = request.view, request.number_format
    with validating() as violations:
        violations.require(view in _FULL, "view", f"must be BASIC or FULL, not {view}")
        known = form in _DTYPES
        violations.require(
            known, "number_format", f"must be FLOAT64, FLOAT32 or FLOAT16, not {form}"
        )
    return _FULL[view], _DTYPES[form]


@dataclass(frozen=True, slots=True)
class StateResponse:
    """The response with a state, whose numbers stay where they are until it is encoded."""

    content: FullState
    dtype: type[np.floating] = np.float64

    @property
    def parameters(self) -> NDArray[np.floating]:
        """The parameters after the update, rounded to `dtype`."""
        return self._rounded(self.content.parameters)

    @property
    def gradient(self) -> NDArray[np.floating] | None:
        """The gradient of the batch, rounded to `dtype`, if it is requested."""
        gradient = self.content.gradient
        return None if gradient is None else self._rounded(gradient)

    @property
    def activations(self) -> list[NDArray[np.floating]]:
        """The activations of each layer, rounded to `dtype`, if they are requested."""
        return [self._rounded(each) for each in self.content.activations_by_layer]

    def message(self) -> pb.GetStateResponse:
        """Return the response as a message."""
        content, message = self.content, self.description()
        message.layers.extend(layers(content.network, _doubles(self.parameters)))
        if (gradient := self.gradient) is not None:
            message.gradients.extend(layers(content.network, _doubles(gradient)))
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
        message.activations.extend(map(_vector, self.activations))
        return message

    def _arrays(self) -> Iterator[bytes | memoryview]:
        network = self.content.network
        yield from layer_bytes(_STATE["layers"].number, network, _doubles(self.parameters))
        if (gradient := self.gradient) is not None:
            yield from layer_bytes(_STATE["gradients"].number, network, _doubles(gradient))

    def _rounded(self, numbers: Array) -> NDArray[np.floating]:
        with np.errstate(over="ignore"):  # becomes infinite
            return numbers.astype(self.dtype, copy=False)


def _doubles(numbers: NDArray[np.floating]) -> Array:
    return numbers.astype(np.float64, copy=False)


def _vector(values: NDArray[np.floating]) -> network_pb2.Vector:
    return network_pb2.Vector(values=values)
