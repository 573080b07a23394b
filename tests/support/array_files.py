"""Files of arrays, as the service sends them over HTTP."""

import json

import numpy as np


def read_arrays(file: bytes) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Return the notes and arrays of a file, as a browser does: they begin at a multiple of 8."""
    length = int.from_bytes(file[:8], "little")
    assert length % 8 == 0
    header = json.loads(file[8 : 8 + length])
    notes = header.pop("__metadata__")
    numbers = np.frombuffer(file, "<f8", offset=8 + length)
    arrays, begin = {}, 0
    for name, about in header.items():
        assert about["dtype"] == "F64"
        assert about["data_offsets"][0] == 8 * begin
        end = about["data_offsets"][1] // 8
        arrays[name] = numbers[begin:end].reshape(about["shape"])
        begin = end
    assert begin == len(numbers)
    return notes, arrays
