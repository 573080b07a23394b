"""Reads files in the format of safetensors, without NumPy.

The format is a length, a JSON object with the type, shape and place of each array, and the bytes of
the arrays, little-endian.
"""

import json
import struct
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from clearprop.prepared_documents import preparation_in
from clearprop.weights.arrays import layers_of_arrays
from clearprop.weights.model_weights import ModelWeights

#: The size of a number in bytes, by the name of its type.
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}

_LENGTH = struct.Struct("<Q")
_METADATA = "__metadata__"


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array: its shape and its numbers, row by row."""

    shape: tuple[int, ...]
    numbers: list[float]

    def __len__(self) -> int:
        return self.shape[0]

    def tolist(self) -> list[Any]:
        """Return the numbers, or the rows of a matrix."""
        if len(self.shape) == 1:
            return self.numbers
        width = self.shape[1]
        return [self.numbers[place : place + width] for place in range(0, prod(self.shape), width)]


def read_safetensors(content: bytes, layout: str | None) -> ModelWeights:
    """Return the layers of a file, with the activations that an export has written.

    Raises ValueError for a file that is damaged or has other layers than fully connected ones.
    """
    header, numbers = _parts(content)
    metadata = header.pop(_METADATA, None)
    tensors = {name: _tensor(name, entry, numbers) for name, entry in header.items()}
    found = layers_of_arrays(tensors, layout, in_order=False)
    notes = metadata if isinstance(metadata, dict) else {}
    words, cost = str(notes.get("activations", "")), str(notes.get("cost_function", ""))
    found = replace(found, cost_function=cost)
    if "preparation" in notes:
        found = replace(found, preparation=preparation_in(str(notes["preparation"])))
    return found.with_activations(words.split(",")) if words else found


def _parts(content: bytes) -> tuple[dict[str, Any], memoryview]:
    """Return the header, and the bytes of the arrays."""
    if len(content) < _LENGTH.size:
        raise _damaged("it has no header")
    (length,) = _LENGTH.unpack_from(content)
    end = _LENGTH.size + length
    if end > len(content):
        raise _damaged("its header is not complete")
    try:
        header = json.loads(content[_LENGTH.size : end])
    except (ValueError, RecursionError):
        raise _damaged("its header is not JSON") from None
    if not isinstance(header, dict):
        raise _damaged("its header is not an object")
    return header, memoryview(content)[end:]


def _tensor(name: str, entry: object, content: memoryview) -> Tensor:
    fields = entry if isinstance(entry, Mapping) else {}
    kind = fields.get("dtype")
    if kind not in _SIZES:
        raise ValueError(
            f"Array {name} has numbers of type {kind}. Weights are {', '.join(_SIZES)}."
        )
    shape, place = _whole(fields.get("shape")), _whole(fields.get("data_offsets"))
    if shape is None or place is None or len(place) != 2:
        raise _damaged(f"array {name} has no shape or no place")
    begin, end = place
    if not begin <= end <= len(content) or end - begin != prod(shape) * _SIZES[kind]:
        raise _damaged(f"the place of array {name} does not fit its shape")
    return Tensor(tuple(shape), _numbers(kind, content[begin:end]))


def _whole(values: object) -> list[int] | None:
    """Return a list of whole numbers, none of them negative; None for anything else."""
    if not isinstance(values, list):
        return None
    fits = all(type(each) is int and each >= 0 for each in values)
    return values if fits else None


def _numbers(kind: str, content: memoryview) -> list[float]:
    if kind == "F16":
        return list(struct.unpack(f"<{len(content) // 2}e", content))
    if kind == "BF16":  # the upper half of a float32
        halves = array("H", bytes(content))
        if sys.byteorder == "big":
            halves.byteswap()
        return list(
            struct.unpack(
                f"<{len(halves)}f",
                struct.pack(
                    f"<{2 * len(halves)}H", *(half for each in halves for half in (0, each))
                ),
            )
        )
    numbers = array("d" if kind == "F64" else "f", bytes(content))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


def _damaged(problem: str) -> ValueError:
    return ValueError(f"The file is damaged: {problem}. Write it again with safetensors.")
