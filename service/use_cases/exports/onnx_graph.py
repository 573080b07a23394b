"""A network's forward pass as an ONNX model: a Gemm for each layer, then its activation.

Activations consist of operators that runtimes support for float64, without attributes, which are
float32 and would change a slope of 0.01. The same operators compute a model in float32.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import (
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    ValueInfoProto,
    helper,
    numpy_helper,
)

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.onnx_preparation import (
    ML_DOMAIN,
    ML_OPSET,
    answers,
    keep_apart,
    prepared_inputs,
)
from service.use_cases.exports.preparation import preparation_fields
from training.network import Network
from training.numerics.activations import Activation
from training.tables.preparation import Preparation

#: The operators of 2022, which every current runtime supports.
_OPSET = 17
_IR_VERSION = 8

_CONSTANT = "constant_"
"""Before a number it is the name of that constant."""


def model(moment: Moment) -> ModelProto:
    """Return the model: `inputs` [batch, inputs] to `outputs` [batch, outputs], for any batch.

    With a preparation, each column is an input instead.
    """
    network, kind = moment.network, TensorProto.FLOAT if moment.float32 else TensorProto.DOUBLE
    graph = _prepared(moment, kind) if network.preparation else _plain(moment, kind)
    domains = [helper.make_opsetid("", _OPSET)]
    if network.preparation:
        domains.append(helper.make_opsetid(ML_DOMAIN, ML_OPSET))
    made = helper.make_model(
        graph, opset_imports=domains, ir_version=_IR_VERSION, producer_name="clearprop"
    )
    notes = {
        "network": network.id,
        "network_uid": network.uid,
        "update": str(moment.state.update),
    }
    if network.preparation:
        notes["preparation"] = json.dumps(preparation_fields(network.preparation))
        notes["network_outputs"] = _network_outputs(network.preparation)
    helper.set_model_props(made, notes)
    return made


def _plain(moment: Moment, kind: int) -> GraphProto:
    sizes = moment.network.layer_sizes
    nodes = _nodes(moment.network, "inputs", "outputs")
    inputs, outputs = (
        [helper.make_tensor_value_info(name, kind, ["batch", units])]
        for name, units in (("inputs", sizes[0]), ("outputs", sizes[-1]))
    )
    constants = moment.arrays() | _constants(nodes, kind)
    return _graph(moment, nodes, constants, inputs, outputs)


def _prepared(moment: Moment, kind: int) -> GraphProto:
    preparation = moment.network.preparation
    assert preparation is not None
    before = prepared_inputs(preparation, kind)
    outputs = _network_outputs(preparation)
    nodes = _nodes(moment.network, before.result, outputs)
    after = answers(preparation, kind, outputs)
    constants = moment.arrays() | _constants(nodes, kind) | before.constants | after.constants
    graph = _graph(
        moment, [*before.nodes, *nodes, *after.nodes], constants, before.ends, after.ends
    )
    _name_inputs(graph, [each.name for each in preparation.table.inputs])
    return graph


def _network_outputs(preparation: Preparation) -> str:
    """Return the name of the outputs of a network before they are answers; no column has it."""
    name = "network_outputs"
    while any(column.name == name for column in preparation.table.inputs):
        name += "_"
    return name


def _graph(
    moment: Moment,
    nodes: list[NodeProto],
    constants: Mapping[str, NDArray[Any]],
    inputs: list[ValueInfoProto],
    outputs: list[ValueInfoProto],
) -> GraphProto:
    tensors = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    return helper.make_graph(nodes, moment.network.id, inputs, outputs, tensors)


def _constants(nodes: list[NodeProto], kind: int) -> dict[str, NDArray[Any]]:
    """Return the constants of the activations by their names."""
    number = helper.tensor_dtype_to_np_dtype(kind)
    used = {name for node in nodes for name in node.input}
    return {
        name: np.array(float(name.removeprefix(_CONSTANT)), number)
        for name in sorted(used)
        if name.startswith(_CONSTANT)
    }


def _name_inputs(graph: GraphProto, columns: Sequence[str]) -> None:
    """Give the inputs the names of columns, and others to results with the name of a column."""
    results = [name for node in graph.node for name in node.output]
    names = keep_apart(columns, [*(each.name for each in graph.initializer), *results])
    names |= {each.name: column for each, column in zip(graph.input, columns, strict=True)}
    for tensor in graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    for end in (*graph.input, *graph.output):
        end.name = names.get(end.name, end.name)
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]


def _nodes(network: Network, inputs: str, outputs: str) -> list[NodeProto]:
    """Return the nodes from the inputs of the network to its outputs."""
    nodes = []
    before = inputs
    for number, activation in enumerate(network.activations, start=1):
        logits = f"layer_{number}_logits"
        last = number == len(network.activations)
        after = outputs if last else f"layer_{number}_activations"
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
