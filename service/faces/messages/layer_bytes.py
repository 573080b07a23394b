"""Layers as bytes of the contract's messages, with numbers that are copied directly from memory."""

from collections.abc import Iterator

from clearprop.v1.network_pb2 import LayerParameters

from service.faces.messages.encoding import LENGTH, VARINT, doubles, tag, varint
from training.network import Array, LayerShape, Network

_LAYER = LayerParameters.DESCRIPTOR.fields_by_name


def layer_blocks(field: int, network: Network) -> Iterator[tuple[bytes, slice]]:
    """Yield the blocks of numbers of a field with all layers: the weights and biases of each layer.

    Each block has the bytes before it, and its place in the flat vector of parameters.
    """
    for shape in network.shapes:
        yield from _blocks(field, shape)


def layer_bytes(field: int, network: Network, parameters: Array) -> Iterator[bytes | memoryview]:
    """Yield a field with all layers of a flat vector of parameters, without copying its numbers."""
    for before, place in layer_blocks(field, network):
        yield before
        yield doubles(parameters[place])


def _blocks(field: int, shape: LayerShape) -> Iterator[tuple[bytes, slice]]:
    head = (
        tag(_LAYER["units"].number, VARINT)
        + varint(shape.units)
        + tag(_LAYER["inputs"].number, VARINT)
        + varint(shape.inputs)
    )
    weights = 8 * shape.units * shape.inputs
    head += tag(_LAYER["weights"].number, LENGTH) + varint(weights)
    biases = 8 * shape.units if shape.bias else 0
    between = tag(_LAYER["biases"].number, LENGTH) + varint(biases) if biases else b""
    size = len(head) + weights + len(between) + biases
    yield tag(field, LENGTH) + varint(size) + head, shape.weights
    if biases:
        yield between, shape.biases
