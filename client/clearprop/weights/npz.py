"""Reads the layers of a model from NumPy's .npz."""

import zipfile
import zlib
from io import BytesIO
from typing import Any

from clearprop.values import HAS_NUMPY
from clearprop.weights.arrays import layers_of_arrays
from clearprop.weights.model_weights import ModelWeights


def read_npz(content: bytes, layout: str | None) -> ModelWeights:
    """Return the layers of a file, whose arrays are in their order.

    Raises ValueError for a file that is damaged or has other layers than fully connected ones.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"The file is damaged: {error}. Write it again.") from None
    _refuse_others(names)
    if not HAS_NUMPY:
        raise ValueError("NumPy is needed to read .npz: pip install 'clearprop[numpy]'.")
    return layers_of_arrays(_arrays(content), layout)


def _refuse_others(names: list[str]) -> None:
    """Raise ValueError for archives of other libraries."""
    if any(name.rpartition("/")[2] == "data.pkl" for name in names):
        raise ValueError(
            "The file is a pickle of PyTorch, which can run code. Save the weights with"
            " safetensors.torch.save_file(model.state_dict(), FILE)."
        )
    if any(name.endswith((".h5", ".json")) for name in names):
        raise ValueError(
            "The file is a model of Keras. Save its weights with"
            " numpy.savez(FILE, *model.get_weights())."
        )
    for name in names:
        if not name.endswith(".npy"):
            raise ValueError(f"The archive has {name}, which is not an array of NumPy.")


def _arrays(content: bytes) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 - it is slow to import

    found = {}
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            for name in arrays.files:
                found[name] = arrays[name]
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"The file cannot be read: {error}. Write it again.") from None
    for name, values in found.items():
        if values.dtype.kind not in "iuf":
            raise ValueError(f"Array {name} has values of type {values.dtype}, not numbers.")
    return found
