"""Reads weights from whatever they are given as."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from clearprop.file_types import binary_type
from clearprop.weights.arrays import layers_of_arrays
from clearprop.weights.model_weights import ModelWeights
from clearprop.weights.npz import read_npz
from clearprop.weights.safetensors import read_safetensors

#: An argument that has the weights of a model: a file, arrays by name, or a list of arrays.
WeightSource: TypeAlias = str | os.PathLike[str] | ModelWeights | Mapping[str, Any] | Sequence[Any]

#: A request has less than this, so a larger file cannot be imported and need not be read.
_MOST_BYTES = 2**27

_ZIP = b"PK"


def read_weights(source: WeightSource, layout: str | None = None) -> ModelWeights:
    """Return the weights of a model of another library.

    Raises ValueError for what is not the weights of fully connected layers, and OSError if a file
    cannot be read.
    """
    if isinstance(source, ModelWeights):
        return source
    if isinstance(source, str | os.PathLike):
        return _read_file(Path(source), layout)
    named = source if isinstance(source, Mapping) else _named(source)
    for name, values in named.items():
        if not (hasattr(values, "shape") and hasattr(values, "tolist")):
            raise ValueError(f"{name} is not an array: it is a {type(values).__name__}.")
    return layers_of_arrays(named, layout)


def _named(arrays: Sequence[Any]) -> dict[str, Any]:
    """Return a list of arrays as `numpy.savez` names them."""
    return {f"arr_{place}": values for place, values in enumerate(arrays)}


def _read_file(file: Path, layout: str | None) -> ModelWeights:
    size = file.stat().st_size
    if size > _MOST_BYTES:
        raise ValueError(
            f"The file has {size:,} bytes. The largest that can be imported has {_MOST_BYTES:,}."
        )
    content = file.read_bytes()
    if file.suffix == ".onnx":
        from clearprop.weights.onnx_models import read_onnx  # noqa: PLC0415 - it needs `onnx`

        return read_onnx(content)
    if content.startswith(_ZIP):
        return read_npz(content, layout)
    if file.suffix == ".safetensors" or content[8:9] == b"{":
        return read_safetensors(content, layout)
    if content.lstrip().startswith(b"{"):
        raise ValueError(
            "The file is JSON. Create a network from an exported document with import_network"
            " (import-network)."
        )
    kind = binary_type(content) or ("of an unknown type" if content else "empty")
    raise ValueError(f"The file is {kind}. Weights are read from .safetensors, .npz and .onnx.")
