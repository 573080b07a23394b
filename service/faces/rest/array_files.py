"""Responses with many numbers as files of arrays, for clients that prefer one by `Accept`.

JSON takes 70 ns to write a number, and as much to read it again. The bytes of these files are those
in memory.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.faces.messages.encoding import little_endian
from service.faces.messages.predictions import PredictionResponse
from service.faces.messages.states import StateResponse
from service.faces.response_stream import Response
from service.faces.rest.to_json import to_json
from service.use_cases.exports.safetensors import safetensors_header

SAFETENSORS = "application/octet-stream"
NPY = "application/x-npy"


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """A file with arrays, in parts."""

    name: str
    parts: Sequence[bytes | memoryview]


def safetensors(response: Response) -> ArrayFile:
    """Return the arrays of a response with their names, and its other fields as text."""
    match response:
        case StateResponse():
            arrays = dict(_arrays(response))
        case PredictionResponse():
            arrays = dict(response.arrays())
        case _:
            raise TypeError(response)
    notes = dict(_notes(json.loads(to_json(response.description()))))
    return ArrayFile(
        f"{_name(response)}.safetensors",
        [safetensors_header(notes, arrays), *map(little_endian, arrays.values())],
    )


def npy(response: Response) -> ArrayFile:
    """Return the parameters of a state as one array (parameters)."""
    assert isinstance(response, StateResponse)
    parameters = response.parameters
    head = BytesIO()
    about = {"descr": f"<f{parameters.itemsize}", "fortran_order": False, "shape": parameters.shape}
    np.lib.format.write_array_header_1_0(head, about)
    return ArrayFile(f"{_name(response)}.npy", [head.getvalue(), little_endian(parameters)])


#: The forms of each response that has some besides JSON, by media type.
ARRAY_FILES: Mapping[str, Mapping[str, Callable[[Response], ArrayFile]]] = MappingProxyType(
    {
        "GetStateResponse": MappingProxyType({SAFETENSORS: safetensors, NPY: npy}),
        "PredictResponse": MappingProxyType({SAFETENSORS: safetensors}),
    }
)


def _name(response: StateResponse | PredictionResponse) -> str:
    return f"{response.content.network.id}-update-{response.description().update}"


def _arrays(response: StateResponse) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the parameters in the order of the flat vector, then the results of the batch."""
    yield from _layers(response, response.parameters, "weights", "biases")
    if (gradient := response.gradient) is not None:
        yield from _layers(response, gradient, "weight_gradients", "bias_gradients")
    for layer, activations in enumerate(response.activations, start=1):
        yield f"layer_{layer}_activations", activations


def _layers(
    response: StateResponse, values: NDArray[Any], of_weights: str, of_biases: str
) -> Iterator[tuple[str, NDArray[Any]]]:
    for layer, shape in enumerate(response.content.network.shapes, start=1):
        matrix = (shape.units, shape.inputs)
        yield f"layer_{layer}_{of_weights}", values[shape.weights].reshape(matrix)
        if shape.bias:
            yield f"layer_{layer}_{of_biases}", values[shape.biases]


def _notes(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the single values of a JSON object as text, with dots before those of inner objects."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _notes(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value)
