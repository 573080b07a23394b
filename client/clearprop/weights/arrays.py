"""Finds the layers of a model in named arrays, such as those of a `state_dict` of PyTorch."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from clearprop.values import LAYOUTS, MatrixLike, VectorLike
from clearprop.weights.model_weights import ModelWeights

UNITS_INPUTS, INPUTS_UNITS = LAYOUTS

#: A name of an array, such as `fc1.weight`, `dense/kernel:0` or `layer_1_biases`.
_NAME = re.compile(r"(?P<layer>.*?)[._/]*(?P<role>weights?|kernel|bias(?:es)?)(?::0)?")

#: A name that says nothing of its array: those of `numpy.savez` without names.
_NO_NAME = re.compile(r"arr_[0-9]+")

#: The dimensions of the arrays of a layer.
_MATRIX, _VECTOR = 2, 1


@dataclass(slots=True)
class _Layer:
    """The arrays of one layer, and what they are called."""

    name: str
    matrix: Any = None
    bias: Any = None
    layout: str = ""
    """The layout that the name of the matrix implies; empty for none."""

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.matrix.shape
        return int(rows), int(columns)

    def sizes(self, layout: str) -> tuple[int, int]:
        """Return the numbers of inputs and units."""
        rows, columns = self.shape
        return (columns, rows) if layout == UNITS_INPUTS else (rows, columns)


def layers_of_arrays(
    arrays: Mapping[str, Any], layout: str | None, *, in_order: bool = True
) -> ModelWeights:
    """Return the layers in arrays with a `shape` and a `tolist`.

    Args:
        arrays: the arrays by name.
        layout: that of the matrices; None if it follows from the names or the shapes.
        in_order: whether the order of the arrays is that of the layers.

    Raises ValueError, which names the array, if they are not those of fully connected layers.
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"Unknown layout {layout!r}. Use one of {', '.join(LAYOUTS)}.")
    layers = _grouped(arrays, in_order=in_order)
    if not in_order:
        layers = _sorted(layers)
    found = layout or _layout(layers)
    _check(layers, found, is_given=layout is not None)
    return ModelWeights(
        [_units_inputs(layer.matrix.tolist(), found) for layer in layers], _biases(layers, found)
    )


def _grouped(arrays: Mapping[str, Any], *, in_order: bool) -> list[_Layer]:
    """Return the layers in the order in which their first arrays come."""
    for name, values in arrays.items():
        dimensions = len(values.shape)
        if dimensions not in {_MATRIX, _VECTOR}:
            raise ValueError(
                f"Array {name} has {dimensions} dimensions. Only fully connected layers can be"
                " imported: their weights have 2 and their biases 1."
            )
    if not arrays:
        raise ValueError("There are no arrays. Save the weights and biases of each layer.")
    if in_order and all(_NO_NAME.fullmatch(name) for name in arrays):
        return _by_position(arrays)
    return _by_name(arrays)


def _by_name(arrays: Mapping[str, Any]) -> list[_Layer]:
    """Return the layers whose arrays have the same name before weight and bias."""
    layers: dict[str, _Layer] = {}
    for name, values in arrays.items():
        found = _NAME.fullmatch(name)
        if found is None:
            raise ValueError(
                f"Array {name} is neither weights nor biases by its name. Names end with weight,"
                " weights or kernel, and with bias or biases."
            )
        _put(layers.setdefault(found["layer"], _Layer(found["layer"])), found["role"], name, values)
    for layer in layers.values():
        if layer.matrix is None:
            raise ValueError(f"Layer {layer.name or 'of the bias'} has a bias and no weights.")
    return list(layers.values())


def _put(layer: _Layer, role: str, name: str, values: Any) -> None:  # noqa: ANN401 - any array
    is_bias = role.startswith("bias")
    if len(values.shape) != (_VECTOR if is_bias else _MATRIX):
        raise ValueError(
            f"Array {name} has {len(values.shape)} dimensions, unlike that of a fully connected"
            " layer. Layers such as normalisations cannot be imported."
        )
    if is_bias:
        layer.bias = values
        return
    if layer.matrix is not None:
        raise ValueError(f"Layer {layer.name} has two matrices, of which {name} is the second.")
    layer.matrix, layer.layout = values, INPUTS_UNITS if role == "kernel" else UNITS_INPUTS


def _by_position(arrays: Mapping[str, Any]) -> list[_Layer]:
    """Return layers from weights that are each followed by their biases, if there are any."""
    layers: list[_Layer] = []
    for name, values in arrays.items():
        if len(values.shape) == _MATRIX:
            layers.append(_Layer(name, values))
        elif layers and layers[-1].bias is None:
            layers[-1].bias = values
        else:
            raise ValueError(f"Array {name} has 1 dimension, and does not follow after a matrix.")
    return layers


def _sorted(layers: list[_Layer]) -> list[_Layer]:
    """Return layers in their order, from the numbers in their names or else from their shapes."""
    words = {re.sub("[0-9]+", "0", layer.name) for layer in layers}
    if len(words) == 1:
        return sorted(layers, key=lambda layer: list(map(int, re.findall("[0-9]+", layer.name))))
    found: list[list[_Layer]] = []
    for layout in {layer.layout for layer in layers}:
        found += _chains([], layers, layout)
    if len(found) != 1:
        names = ", ".join(layer.name for layer in layers)
        raise ValueError(
            f"The order of the layers {names} cannot be told from their names or shapes. Save them"
            " with numbers in their names, or in order with numpy.savez."
        )
    return found[0]


def _chains(before: list[_Layer], rest: list[_Layer], layout: str) -> list[list[_Layer]]:
    """Return up to two orders in which the units of each layer are the inputs of the next."""
    if not rest:
        return [before]
    found: list[list[_Layer]] = []
    for layer in rest:
        if before and before[-1].sizes(layout)[1] != layer.sizes(layout)[0]:
            continue
        others = [each for each in rest if each is not layer]
        found += _chains([*before, layer], others, layout)
        if len(found) > 1:
            break
    return found[:2]


def _layout(layers: Sequence[_Layer]) -> str:
    """Return the layout that the names imply, or else the only one that fits."""
    named = {layer.layout for layer in layers}
    if len(named) == 1 and "" not in named:
        return named.pop()
    fitting = [layout for layout in LAYOUTS if _problem(layers, layout) is None]
    if len(fitting) > 1:
        raise ValueError(
            f"The arrays fit both layouts. Pass layout (--layout): {UNITS_INPUTS}, as in PyTorch,"
            f" or {INPUTS_UNITS}, as in Keras."
        )
    return fitting[0] if fitting else UNITS_INPUTS


def _check(layers: Sequence[_Layer], layout: str, *, is_given: bool) -> None:
    problem = _problem(layers, layout)
    if problem is None:
        return
    (other,) = set(LAYOUTS) - {layout}
    advice = ""
    if _problem(layers, other) is None:
        advice = f" They fit the layout {other}."
    elif not is_given:
        advice = " They fit neither layout."
    raise ValueError(f"The arrays do not fit the layout {layout}: {problem}.{advice}")


def _problem(layers: Sequence[_Layer], layout: str) -> str | None:
    """Return why the shapes are not those of a network; None if they are."""
    for layer in layers:
        inputs, units = layer.sizes(layout)
        if not inputs or not units:
            return f"{layer.name} is empty"
        if layer.bias is not None and len(layer.bias) != units:
            return f"{layer.name} has {units} units and {len(layer.bias)} biases"
    for below, above in pairwise(layers):
        units, inputs = below.sizes(layout)[1], above.sizes(layout)[0]
        if units != inputs:
            return f"{below.name} has {units} units and {above.name} has {inputs} inputs"
    return None


def _units_inputs(rows: list[list[float]], layout: str) -> MatrixLike:
    return rows if layout == UNITS_INPUTS else [list(column) for column in zip(*rows, strict=True)]


def _biases(layers: Sequence[_Layer], layout: str) -> Sequence[VectorLike]:
    """Return the biases; those of layers without any are 0 if others have some."""
    if all(layer.bias is None for layer in layers):
        return ()
    return [
        [0.0] * layer.sizes(layout)[1] if layer.bias is None else layer.bias.tolist()
        for layer in layers
    ]
