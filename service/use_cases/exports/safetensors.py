"""The parameters of a network in the format of safetensors.

The format is a length, a JSON object with the type, shape and place of each array, and the bytes of
the arrays, little-endian.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.preparation import preparation_fields

#: The names of a layer's arrays in PyTorch, by ours.
_ROLES = {"weights": "weight", "biases": "bias"}

#: The header ends at a multiple of this, so that arrays can be read in place.
_ALIGNMENT = 8


def safetensors(moment: Moment) -> Iterator[bytes]:
    """Yield the header, and then each array.

    The names are those of a `torch.nn.Sequential` with a linear layer and an activation for each
    layer: `0.weight`, `0.bias`, `2.weight`, and so on.
    """
    network = moment.network
    notes = {
        "network": network.id,
        "network_uid": network.uid,
        "update": str(moment.state.update),
        "activations": ",".join(network.activations),
        "cost_function": network.cost_function,
    }
    if network.preparation:
        notes["preparation"] = json.dumps(preparation_fields(network.preparation))
    arrays = moment.arrays()
    yield safetensors_header(notes, {_name(name): values for name, values in arrays.items()})
    for values in arrays.values():
        yield values.astype(values.dtype.newbyteorder("<")).tobytes()


def safetensors_header(notes: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes before arrays of 32 or 64 bits, whose bytes follow in the same order.

    Their length is divisible by 8.
    """
    header: dict[str, object] = {"__metadata__": notes}
    end = 0
    for name, values in arrays.items():
        begin, end = end, end + values.nbytes
        header[name] = {
            "dtype": f"F{8 * values.itemsize}",
            "shape": values.shape,
            "data_offsets": [begin, end],
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text


def _name(name: str) -> str:
    """Return `2.weight` for `layer_2_weights`: every second module is an activation."""
    _, layer, role = name.split("_")
    return f"{2 * (int(layer) - 1)}.{_ROLES[role]}"
