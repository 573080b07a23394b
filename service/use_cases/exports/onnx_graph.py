"""A network's forward pass as an ONNX model in float64: a Gemm for each layer, then its activation.

Activations are made of operators that runtimes have for float64, and without attributes that are
float32, which a slope of 0.01 would not survive.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.npz import arrays
from training.network import Activation, Network

#: Old enough for every runtime of the last years: operators of 2022.
_OPSET = 17
_IR_VERSION = 8

_CONSTANTS = {"one": 1.0, "leak": 0.01}


def model(moment: Moment) -> ModelProto:
    """Return the model: `inputs` [batch, inputs] to `outputs` [batch, outputs], batch any size."""
    network = moment.network
    nodes = _nodes(network)
    used = {name for node in nodes for name in node.input}
    constants = {name: np.array(value) for name, value in _CONSTANTS.items() if name in used}
    graph = helper.make_graph(
        nodes,
        network.id,
        [_batch("inputs", network.layer_sizes[0])],
        [_batch("outputs", network.layer_sizes[-1])],
        [
            numpy_helper.from_array(values, name)
            for name, values in (arrays(moment) | constants).items()
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


def _batch(name: str, units: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["batch", units])


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
        nodes += _ACTIVATIONS[activation](logits, after)
        before = after
    return nodes


Make = Callable[[str, str], list[NodeProto]]
"""From the names of the logits z and the activations a to the nodes that compute a."""


def _operator(name: str) -> Make:
    return lambda z, a: [helper.make_node(name, [z], [a])]


def _leaky_relu(z: str, a: str) -> list[NodeProto]:
    """Return a = max(z, 0.01·z)."""
    return [
        helper.make_node("Mul", [z, "leak"], [f"{z}_leaked"]),
        helper.make_node("Max", [z, f"{z}_leaked"], [a]),
    ]


def _softplus(z: str, a: str) -> list[NodeProto]:
    """Return a = max(z, 0) + log1p(t), t = e^−|z|: neither overflows nor rounds to 0.

    ONNX has no log1p: it is ln u − ((u − 1) − t)/u with u = 1 + t, whose rounding the second part
    makes up for.
    """
    t, u = f"{z}_t", f"{z}_u"
    steps = [
        ("Abs", [z], f"{z}_size"),
        ("Neg", [f"{z}_size"], f"{z}_below"),
        ("Exp", [f"{z}_below"], t),
        ("Add", ["one", t], u),
        ("Log", [u], f"{z}_log"),
        ("Sub", [u, "one"], f"{z}_rounded"),
        ("Sub", [f"{z}_rounded", t], f"{z}_error"),
        ("Div", [f"{z}_error", u], f"{z}_correction"),
        ("Sub", [f"{z}_log", f"{z}_correction"], f"{z}_log1p"),
        ("Relu", [z], f"{z}_positive"),
        ("Add", [f"{z}_positive", f"{z}_log1p"], a),
    ]
    return [helper.make_node(name, inputs, [output]) for name, inputs, output in steps]


_ACTIVATIONS: Mapping[Activation, Make] = MappingProxyType(
    {
        Activation.SIGMOID: _operator("Sigmoid"),
        Activation.TANH: _operator("Tanh"),
        Activation.RELU: _operator("Relu"),
        Activation.LEAKY_RELU: _leaky_relu,
        Activation.SOFTPLUS: _softplus,
        Activation.IDENTITY: _operator("Identity"),
        Activation.SOFTMAX: _operator("Softmax"),
    }
)
