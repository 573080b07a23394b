"""Reads the layers of a model from ONNX: products with weights, sums with biases, activations.

Anything else is refused with the name of the operator and of its node.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clearprop.prepared_documents import preparation_in
from clearprop.weights.known_activations import ACTIVATIONS, points, recognised
from clearprop.weights.model_weights import ModelWeights

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto
else:
    GraphProto = ModelProto = NodeProto = Any

_OPERATORS = """
    Abs Add Cast Celu Clip Div Dropout Elu Erf Exp Gelu Greater GreaterOrEqual HardSigmoid HardSwish
    Identity LeakyRelu Less LessOrEqual Log Max Min Mish Mul Neg PRelu Pow ReduceMax ReduceSum Relu
    Reciprocal Selu Sigmoid Sign Softmax Softplus Softsign Sqrt Sub Sum Swish Tanh ThresholdedRelu
    Where
"""
#: Operators that an activation can consist of.
_OF_ACTIVATIONS = frozenset(_OPERATORS.split())

#: Operators before the first layer that do not change numbers, and after the last one.
_UNCHANGING = frozenset({"Cast", "Dropout", "Flatten", "Identity"})
_WRAPPING = frozenset({"Cast", "Flatten", "Identity", "Reshape", "ZipMap"})

#: Operators that compute constants from constants, such as transposed weights.
_FOLDED = frozenset({"Cast", "Constant", "Identity", "Reshape", "Transpose", "Unsqueeze"})

_NO_ONNX = "The package onnx is needed to read .onnx: pip install 'clearprop[onnx]'."


@dataclass(slots=True)
class _Layer:
    """A layer whose logits have been computed: `logits` is their name."""

    weights: Any  # [units, inputs]
    logits: str
    biases: Any = None
    nodes: list[NodeProto] = field(default_factory=list)
    """The nodes after it, until the next layer."""


def read_onnx(content: bytes) -> ModelWeights:
    """Return the layers of a model and their activations.

    Raises ValueError for a file that is damaged, and for a model that is not a chain of fully
    connected layers, with the name of the first operator that does not fit.
    """
    try:
        from onnx import ModelProto as Model  # noqa: PLC0415 - it is slow to import
    except ImportError:
        raise ValueError(_NO_ONNX) from None
    try:
        model = Model.FromString(content)
    except Exception:  # noqa: BLE001 - protobuf's errors differ between its implementations
        raise ValueError("The file is damaged, or is not an ONNX model. Export it again.") from None
    chain = _Chain(model)
    layers = chain.layers()
    biases = [layer.biases for layer in layers]
    if any(each is not None for each in biases):
        biases = [
            [0.0] * len(layer.weights) if layer.biases is None else layer.biases for layer in layers
        ]
    else:
        biases = []
    return ModelWeights(
        [layer.weights for layer in layers],
        biases,
        chain.activations(layers),
        preparation=chain.preparation,
    )


class _Chain:
    """Walks through the nodes of a model, which are in the order of the computation."""

    def __init__(self, model: ModelProto) -> None:
        self._model = model
        self._graph: GraphProto = model.graph
        self._constants = _constants(model.graph)
        notes = {each.key: each.value for each in model.metadata_props}
        text = notes.get("preparation") if model.producer_name == "clearprop" else None
        self.preparation = None if text is None else preparation_in(text)
        """What the nodes before the first layer compute in a model that an export has written."""
        self._outputs = notes.get("network_outputs")
        self._place = "" if self.preparation else self._input()
        """The name of the inputs, after operators that do not change them."""

    def _input(self) -> str:
        names = [each.name for each in self._graph.input if each.name not in self._constants]
        if len(names) != 1:
            raise ValueError(
                f"The model has {len(names)} inputs ({', '.join(names)}). Only models with one"
                " array of inputs can be imported."
            )
        return names[0]

    def layers(self) -> list[_Layer]:
        """Return the layers, each with the nodes that follow it."""
        layers: list[_Layer] = []
        for node in self._graph.node:
            if all(name in self._constants for name in node.input if name):
                self._constants[node.output[0]] = self._folded(node)
            elif node.op_type in {"Gemm", "MatMul"}:
                layers.append(self._product(node))
            elif not layers:
                self._skip(node)
            elif self._is_bias(node, layers[-1]):
                self._add_bias(node, layers[-1])
            else:
                layers[-1].nodes.append(node)
        if not layers:
            raise ValueError("The model has no Gemm and no MatMul with weights.")
        return layers

    def activations(self, layers: Sequence[_Layer]) -> list[str]:
        """Return the activation of each layer."""
        above = [self._data_of(number) for number in range(1, len(layers))]
        found = [self._activation(layer, name) for layer, name in zip(layers, above, strict=False)]
        return [*found, self._activation_of_outputs(layers[-1])]

    def _data_of(self, number: int) -> str:
        """Return the name of the numbers that a layer multiplies."""
        products = [node for node in self._graph.node if self._is_product(node)]
        return str(products[number].input[0])

    def _is_product(self, node: NodeProto) -> bool:
        return node.op_type in {"Gemm", "MatMul"} and node.output[0] not in self._constants

    def _folded(self, node: NodeProto) -> Any:  # noqa: ANN401 - an array
        if node.op_type not in _FOLDED:
            raise _refused(node)
        (value,) = _run(self._model, [node], {}, self._constants, node.output[0])
        return value

    def _skip(self, node: NodeProto) -> None:
        if self.preparation:
            return
        if node.op_type not in _UNCHANGING or node.input[0] != self._place:
            raise _refused(node)
        self._place = node.output[0]

    def _product(self, node: NodeProto) -> _Layer:
        """Return the layer that a Gemm or a MatMul begins."""
        data, weights = node.input[0], self._constants.get(node.input[1])
        attributes = {
            each.name: each.f if each.type == each.FLOAT else each.i for each in node.attribute
        }
        if (
            data in self._constants
            or weights is None
            or weights.ndim != 2
            or attributes.get("transA", 0)
        ):
            raise _refused(node, "has no constant matrix of weights as its second input")
        if attributes.get("alpha", 1.0) != 1.0 or attributes.get("beta", 1.0) != 1.0:
            raise _refused(node, "has an alpha or beta other than 1")
        layer = _Layer(weights if attributes.get("transB", 0) else weights.T, node.output[0])
        if len(node.input) > 2 and node.input[2]:
            layer.biases = self._vector(node, node.input[2], len(layer.weights))
        return layer

    def _is_bias(self, node: NodeProto, layer: _Layer) -> bool:
        others = [name for name in node.input if name != layer.logits]
        return (
            node.op_type == "Add"
            and layer.biases is None
            and not layer.nodes
            and len(others) == 1
            and others[0] in self._constants
            and self._constants[others[0]].size in {1, len(layer.weights)}
        )

    def _add_bias(self, node: NodeProto, layer: _Layer) -> None:
        (name,) = (each for each in node.input if each != layer.logits)
        layer.biases = self._vector(node, name, len(layer.weights))
        layer.logits = node.output[0]

    def _vector(self, node: NodeProto, name: str, units: int) -> Any:  # noqa: ANN401 - an array
        """Return a constant as a vector [units]."""
        values = self._constants.get(name)
        if values is None or values.size not in {1, units}:
            raise _refused(node, "has no constant vector of biases")
        return values.reshape(-1) if values.size == units else values.reshape(-1).repeat(units)

    def _activation_of_outputs(self, layer: _Layer) -> str:
        """Return the activation of the last layer, up to the output with numbers."""
        if self.preparation and self._outputs:
            return self._activation(layer, self._outputs)
        made_by = {name: node for node in layer.nodes for name in node.output}
        refused: ValueError | None = None
        for output in self._graph.output:
            name = output.name
            while name in made_by and (below := self._unwrapped(made_by[name], made_by)):
                name = below
            try:
                return self._activation(layer, name)
            except ValueError as error:
                refused = refused or error
        raise refused or ValueError("The model has no outputs.")

    def _unwrapped(self, node: NodeProto, made_by: Mapping[str, NodeProto]) -> str | None:
        """Return the name of the numbers that a node passes on; None if it computes others.

        scikit-learn's classifiers of two classes have the outputs 1 − p and p.
        """
        if node.op_type in _WRAPPING:
            return str(node.input[0])
        if node.op_type == "Concat" and len(node.input) == 2 and node.input[0] in made_by:
            other, p = made_by[node.input[0]], node.input[1]
            if other.op_type == "Sub" and other.input[1] == p and self._is_one(other.input[0]):
                return str(p)
        return None

    def _is_one(self, name: str) -> bool:
        return name in self._constants and bool((self._constants[name] == 1.0).all())

    def _activation(self, layer: _Layer, name: str) -> str:
        """Return the activation that leads from the logits of a layer to a name."""
        nodes = _between(layer, name, self._constants)
        for node in nodes:
            if node.op_type not in _OF_ACTIVATIONS:
                raise _refused(node)
        logits = points(len(layer.weights)).astype(layer.weights.dtype)
        (computed,) = _run(self._model, nodes, {layer.logits: logits}, self._constants, name)
        found = recognised(logits, computed)
        if found is None:
            raise _refused(nodes[-1], "computes none of the activations of a network")
        return found


def _constants(graph: GraphProto) -> dict[str, Any]:
    from onnx import TensorProto, numpy_helper  # noqa: PLC0415 - it is slow to import

    for each in graph.initializer:
        if each.data_location == TensorProto.EXTERNAL:
            raise ValueError(
                f"The weights {each.name} are in another file. Save the model with its weights in"
                " one file."
            )
    return {each.name: numpy_helper.to_array(each) for each in graph.initializer}


def _between(layer: _Layer, name: str, constants: Collection[str]) -> list[NodeProto]:
    """Return the nodes that compute a name from the logits of a layer."""
    needed, nodes = {name}, []
    for node in reversed(layer.nodes):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    if layer.logits not in needed:
        raise ValueError(f"The numbers {name} are not computed from the layer before them.")
    known = {layer.logits, "", *constants}
    for node in reversed(nodes):
        if not known.issuperset(node.input):
            raise _refused(node, "takes numbers from before the last layer")
        known.update(node.output)
    return nodes[::-1]


def _run(
    model: ModelProto,
    nodes: Iterable[NodeProto],
    given: Mapping[str, Any],
    constants: Mapping[str, Any],
    output: str,
) -> list[Any]:
    """Compute one output of some nodes."""
    from onnx import ValueInfoProto, helper, numpy_helper  # noqa: PLC0415 - it is slow to import
    from onnx.reference import ReferenceEvaluator  # noqa: PLC0415

    if output in given:
        return [given[output]]
    used = list(nodes)
    names = {name for node in used for name in node.input} & constants.keys()
    graph = helper.make_graph(
        used,
        "part",
        [ValueInfoProto(name=name) for name in given],
        [ValueInfoProto(name=output)],
        [numpy_helper.from_array(constants[name], name) for name in names],
    )
    part = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    try:
        found = list(ReferenceEvaluator(part).run(None, dict(given)))
    except Exception as error:  # noqa: BLE001 - operators raise whatever NumPy does
        raise ValueError(f"{_called(used[-1])} cannot be computed: {error}.") from None
    return found


def _called(node: NodeProto) -> str:
    """Return the operator and the name of a node, or of its output if it has none."""
    return f"The operator {node.op_type} (node {node.name or node.output[0]})"


def _refused(node: NodeProto, problem: str = "cannot be imported") -> ValueError:
    return ValueError(
        f"{_called(node)} {problem}. A network is a chain of fully connected layers with these"
        f" activations: {', '.join(ACTIVATIONS)}."
    )
