"""The preparation of a network as nodes of ONNX: from named columns to inputs, and to answers.

Each column is an input [batch, 1] of numbers, or of texts for categories: `column_0_given` and so
on, until `onnx_graph` gives it the name of the column.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper

from training.tables.preparation import Preparation
from training.tables.table import ColumnKind, InputColumn, TargetKind

#: The operators for categories are in this domain.
ML_DOMAIN = "ai.onnx.ml"
ML_OPSET = 3

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes with their constants, and the inputs or outputs of the graph that they lead from or to.

    `result` is the name of what they compute for the next part.
    """

    nodes: list[NodeProto]
    constants: Arrays
    ends: list[ValueInfoProto]
    result: str = ""


def prepared_inputs(preparation: Preparation, kind: int) -> Part:
    """Return the part from columns to the inputs of the network, in numbers of a kind."""
    nodes: list[NodeProto] = []
    ends, units = [], []
    for place, column in enumerate(preparation.table.inputs):
        name, has_texts = f"column_{place}", column.kind is ColumnKind.CATEGORY
        kind_given = TensorProto.STRING if has_texts else kind
        ends.append(helper.make_tensor_value_info(f"{name}_given", kind_given, ["batch", 1]))
        nodes += _one_hot(column, name, kind) if has_texts else _number(column, name, kind)
        units += [name] if has_texts or not column.has_missing else [name, f"{name}_indicator"]
    nodes.append(helper.make_node("Concat", units, ["values"], axis=1))
    result = "values"
    if preparation.fills:
        nodes += [
            helper.make_node("IsNaN", [result], ["are_missing"]),
            helper.make_node("Where", ["are_missing", "fills", result], ["filled"]),
        ]
        result = "filled"
    if preparation.scales:
        nodes += [
            helper.make_node("Sub", [result, "offsets"], ["shifted"]),
            helper.make_node("Div", ["shifted", "scales"], ["scaled"]),
        ]
        result = "scaled"
    constants = _numbers(preparation, kind, ("fills", "offsets", "scales"))
    return Part(nodes, constants | {"row_shape": np.array([0, -1])}, ends, result)


def _numbers(preparation: Preparation, kind: int, names: Iterable[str]) -> Arrays:
    number = helper.tensor_dtype_to_np_dtype(kind)
    found = {name: np.array(getattr(preparation, name), number) for name in names}
    return {name: values for name, values in found.items() if values.size}


def _number(column: InputColumn, name: str, kind: int) -> list[NodeProto]:
    """Return the nodes from `name_given` to `name`, and to its indicator."""
    nodes = [helper.make_node("Identity", [f"{name}_given"], [name])]
    if column.has_missing:
        nodes += [
            helper.make_node("IsNaN", [name], [f"{name}_missing"]),
            helper.make_node("Cast", [f"{name}_missing"], [f"{name}_indicator"], to=kind),
        ]
    return nodes


def _one_hot(column: InputColumn, name: str, kind: int) -> list[NodeProto]:
    """Return the nodes of a column of categories; a missing one is "", and its indicator last."""
    known = [*column.categories, ""] if column.has_missing else list(column.categories)
    return [
        helper.make_node(
            "OneHotEncoder",
            [f"{name}_given"],
            [f"{name}_encoded"],
            domain=ML_DOMAIN,
            cats_strings=known,
            zeros=0,  # an unknown category is an error
        ),
        helper.make_node("Reshape", [f"{name}_encoded", "row_shape"], [f"{name}_row"]),
        helper.make_node("Cast", [f"{name}_row"], [name], to=kind),
    ]


def answers(preparation: Preparation, kind: int, given: str) -> Part:
    """Return the part from the outputs of the network to answers: numbers, and the class."""
    targets = preparation.table.targets
    constants = _numbers(preparation, kind, ("target_offsets", "target_scales"))
    ends = [helper.make_tensor_value_info("outputs", kind, ["batch", len(targets.units)])]
    if constants:
        nodes = [
            helper.make_node("Mul", [given, "target_scales"], ["products"]),
            helper.make_node("Add", ["products", "target_offsets"], ["outputs"]),
        ]
    else:
        nodes = [helper.make_node("Identity", [given], ["outputs"])]
    if targets.kind is TargetKind.CLASSES:
        constants["classes"] = np.array([*targets.classes, ""], object)
        constants["no_class"] = np.array(len(targets.classes))
        nodes += _class(given)
        ends.append(helper.make_tensor_value_info("class", TensorProto.STRING, ["batch"]))
    return Part(nodes, constants, ends)


def _class(outputs: str) -> list[NodeProto]:
    """Return the nodes that find the class of the largest output; "" if an output is NaN."""
    return [
        helper.make_node("IsNaN", [outputs], ["is_nan"]),
        helper.make_node("Cast", ["is_nan"], ["nans"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["nans"], ["any_nan"], axes=[1], keepdims=0),
        helper.make_node("Cast", ["any_nan"], ["has_nan"], to=TensorProto.BOOL),
        helper.make_node("ArgMax", [outputs], ["largest"], axis=1, keepdims=0),
        helper.make_node("Where", ["has_nan", "no_class", "largest"], ["place"]),
        helper.make_node("Gather", ["classes", "place"], ["class"], axis=0),
    ]


def keep_apart(columns: Collection[str], names: Iterable[str]) -> dict[str, str]:
    """Return other names for those that a column has too."""
    used, found = {*columns, *names}, {}
    for name in names:
        if name in columns:
            other = f"{name}_"
            while other in used:
                other += "_"
            used.add(other)
            found[name] = other
    return found
