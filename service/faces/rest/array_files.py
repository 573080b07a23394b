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

from service.faces.messages.encoding import doubles
from service.faces.messages.predictions import PredictionResponse
from service.faces.messages.states import StateResponse
from service.faces.response_stream import Response
from service.faces.rest.to_json import to_json
from service.use_cases.exports.safetensors import safetensors_header
from training.network import Array

SAFETENSORS = "application/octet-stream"
NPY = "application/x-npy"


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """A file with arrays of float64, in parts."""

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
        [safetensors_header(notes, arrays), *map(doubles, arrays.values())],
    )


def npy(response: Response) -> ArrayFile:
    """Return the parameters of a state as one array (parameters)."""
    assert isinstance(response, StateResponse)
    parameters = response.content.parameters
    head = BytesIO()
    about = {"descr": "<f8", "fortran_order": False, "shape": parameters.shape}
    np.lib.format.write_array_header_1_0(head, about)
    return ArrayFile(f"{_name(response)}.npy", [head.getvalue(), doubles(parameters)])


#: The forms of each response that has some besides JSON, by media type.
ARRAY_FILES: Mapping[str, Mapping[str, Callable[[Response], ArrayFile]]] = MappingProxyType(
    {
        "GetStateResponse": MappingProxyType({SAFETENSORS: safetensors, NPY: npy}),
        "PredictResponse": MappingProxyType({SAFETENSORS: safetensors}),
    }
)


def _name(response: StateResponse | PredictionResponse) -> str:
    return f"{response.content.network.id}-update-{response.description().update}"


def _arrays(response: StateResponse) -> Iterator[tuple[str, Array]]:
    """Yield the parameters in the order of the flat vector, then the results of the batch."""
    content = response.content
    for layer, shape in enumerate(content.network.shapes, start=1):
        matrix = (shape.units, shape.inputs)
        yield f"layer_{layer}_weights", content.parameters[shape.weights].reshape(matrix)
        if shape.bias:
            yield f"layer_{layer}_biases", content.parameters[shape.biases]
    if content.gradient is not None:
        for layer, shape in enumerate(content.network.shapes, start=1):
            matrix = (shape.units, shape.inputs)
            yield f"layer_{layer}_weight_gradients", content.gradient[shape.weights].reshape(matrix)
            if shape.bias:
                yield f"layer_{layer}_bias_gradients", content.gradient[shape.biases]
    for layer, activations in enumerate(content.activations_by_layer, start=1):
        yield f"layer_{layer}_activations", activations


def _notes(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the single values of a JSON object as text, with dots before those of inner objects."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _notes(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value)
