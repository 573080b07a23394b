"""The parameters of a network in the format of safetensors.

The format is a length, a JSON object with the type, shape and place of each array, and the bytes of
the arrays, little-endian.
"""

import json
from collections.abc import Iterator

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
    header: dict[str, object] = {"__metadata__": notes}
    arrays, end = moment.arrays(), 0
    for name, values in arrays.items():
        begin, end = end, end + values.nbytes
        header[_name(name)] = {
            "dtype": "F32" if moment.float32 else "F64",
            "shape": list(values.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    yield len(text).to_bytes(8, "little") + text
    for values in arrays.values():
        yield values.astype(values.dtype.newbyteorder("<")).tobytes()


def _name(name: str) -> str:
    """Return `2.weight` for `layer_2_weights`: every second module is an activation."""
    _, layer, role = name.split("_")
    return f"{2 * (int(layer) - 1)}.{_ROLES[role]}"
