"""Files of arrays, as the service sends them over HTTP."""

import json

import numpy as np

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def read_arrays(file: bytes) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Return the notes and arrays of a file, as a browser does: they begin at a multiple of 8."""
    length = int.from_bytes(file[:8], "little")
    assert length % 8 == 0
    header = json.loads(file[8 : 8 + length])
    notes = header.pop("__metadata__")
    content = file[8 + length :]
    arrays: dict[str, np.ndarray] = {}
    end = 0
    for name, about in header.items():
        begin, end = about["data_offsets"]
        assert begin == sum(array.nbytes for array in arrays.values())
        numbers = np.frombuffer(content[begin:end], _DTYPES[about["dtype"]])
        arrays[name] = numbers.reshape(about["shape"])
    assert end == len(content)
    return notes, arrays
