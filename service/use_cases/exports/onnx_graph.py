"""A network's forward pass as an ONNX model: a Gemm for each layer, then its activation.

Activations consist of operators that runtimes support for float64, without attributes, which are
float32 and would change a slope of 0.01. The same operators compute a model in float32.
"""

from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, ValueInfoProto, helper, numpy_helper

from service.use_cases.exports.moment import Moment
from training.network import Network
from training.numerics.activations import Activation

#: The operators of 2022, which every current runtime supports.
_OPSET = 17
_IR_VERSION = 8

_CONSTANT = "constant_"
"""Before a number it is the name of that constant."""


def model(moment: Moment) -> ModelProto:
    """Return the model: `inputs` [batch, inputs] to `outputs` [batch, outputs], for any batch."""
    network = moment.network
    nodes = _nodes(network)
    number = np.float32 if moment.float32 else np.float64
    used = {name for node in nodes for name in node.input}
    constants = {
        name: np.array(float(name.removeprefix(_CONSTANT)), number)
        for name in sorted(used)
        if name.startswith(_CONSTANT)
    }
    graph = helper.make_graph(
        nodes,
        network.id,
        [_batch("inputs", network.layer_sizes[0], number)],
        [_batch("outputs", network.layer_sizes[-1], number)],
        [
            numpy_helper.from_array(values, name)
            for name, values in (moment.arrays() | constants).items()
        ],
    )
    made = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
        producer_name="clearprop",
    )
    update = str(moment.state.update)
    helper.set_model_props(
        made, {"network": network.id, "network_uid": network.uid, "update": update}
    )
    return made


def _batch(name: str, units: int, number: type[np.floating[Any]]) -> ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(number))
    return helper.make_tensor_value_info(name, kind, ["batch", units])


def _nodes(network: Network) -> list[NodeProto]:
    nodes = []
    before = "inputs"
    for number, activation in enumerate(network.activations, start=1):
        logits = f"layer_{number}_logits"
        last = number == len(network.activations)
        after = "outputs" if last else f"layer_{number}_activations"
        parameters = [f"layer_{number}_weights"]
        if network.bias:
            parameters.append(f"layer_{number}_biases")
        nodes.append(helper.make_node("Gemm", [before, *parameters], [logits], transB=1))
        nodes += _activated(activation, logits, after)
        before = after
    return nodes


def _activated(activation: Activation, logits: str, after: str) -> list[NodeProto]:
    """Return the nodes from a layer's logits z to its activations a."""
    known = {"z": logits, "a": after}

    def named(word: str | float) -> str:
        if isinstance(word, float):
            return f"{_CONSTANT}{word!r}"
        return known.get(word, f"{logits}_{word}")

    return [
        helper.make_node(operator, list(map(named, taken)), [named(given)])
        for operator, taken, given in activation.definition.onnx
    ]
