"""Rules for networks: their structure, their initializer, and explicit parameters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np

from training.errors import LimitExceeded, Violations
from training.limits import Limits
from training.network import (
    Array,
    Initializer,
    LayerParameters,
    LayerShape,
    Network,
    count_parameters,
    layer_shapes,
)
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind

#: The kinds of initializer that a caller can request, as the description of a violation.
RECIPES = (
    "must be one of "
    f"{', '.join(kind.name for kind in InitializerKind if kind is not InitializerKind.EXPLICIT)};"
    " for explicit parameters send initial_parameters instead"
)


def check_structure(
    violations: Violations,
    layer_sizes: Sequence[int],
    bias: bool,
    activations: Sequence[Activation],
    cost_function: CostFunction,
    limits: Limits,
) -> None:
    """Require valid layer sizes within the limits, and functions that fit together.

    `activations` are one for each layer after the inputs, one for all, or none for sigmoid. Raises
    LimitExceeded for more layers or parameters than the service allows; nothing is allocated.
    """
    violations.require(
        len(layer_sizes) >= 2,
        "layer_sizes",
        "must have at least two sizes: inputs and outputs",
    )
    for index, size in enumerate(layer_sizes):
        violations.require(size >= 1, f"layer_sizes[{index}]", f"must be at least 1, not {size}")
    _check_activations(violations, len(layer_sizes) - 1, activations)
    outputs = activations[-1] if activations else Activation.SIGMOID
    if violations.known("cost_function") and violations.known(_activation(len(activations) - 1)):
        _check_together(violations, outputs, cost_function)
    violations.require(
        outputs is not Activation.SOFTMAX or list(layer_sizes[-1:]) != [1],
        _activation(len(activations) - 1),
        "must not be SOFTMAX with one output, which would always be 1: use SIGMOID with one output,"
        " or SOFTMAX with an output for each class",
    )
    _check_limits(layer_sizes, bias, limits)


def _check_activations(
    violations: Violations, layers: int, activations: Sequence[Activation]
) -> None:
    violations.require(
        len(activations) in (0, 1, layers),
        "activations",
        "must be empty, have one entry for all layers, or one for each layer after the inputs",
    )
    shared = len(activations) == 1 and layers > 1
    for index, activation in enumerate(activations):
        where = _activation(index)
        if violations.known(where):
            violations.require(
                activation is not Activation.SOFTMAX
                or (index == len(activations) - 1 and not shared),
                where,
                "must not be SOFTMAX in a hidden layer: send one activation for each layer after"
                " the inputs, with SOFTMAX only for the last",
            )


def _activation(index: int) -> str:
    return f"activations[{index}]"


def _check_together(
    violations: Violations, outputs: Activation, cost_function: CostFunction
) -> None:
    """Require a cost function that fits the activation of the outputs."""
    softmax = outputs is Activation.SOFTMAX
    if cost_function is CostFunction.CATEGORICAL_CROSS_ENTROPY:
        violations.require(
            softmax,
            "cost_function",
            f"CATEGORICAL_CROSS_ENTROPY needs SOFTMAX outputs, not {outputs.name}: use SOFTMAX"
            " for the last layer, or another cost function",
        )
    elif softmax:
        violations.add(
            "cost_function",
            f"must be CATEGORICAL_CROSS_ENTROPY with SOFTMAX outputs, not {cost_function.name}",
        )
    elif cost_function is CostFunction.CROSS_ENTROPY:
        violations.require(
            outputs is Activation.SIGMOID,
            "cost_function",
            f"CROSS_ENTROPY needs SIGMOID outputs, not {outputs.name}: use SQUARED_ERROR or"
            " QUADRATIC, or SIGMOID for the last layer",
        )


def _check_limits(layer_sizes: Sequence[int], bias: bool, limits: Limits) -> None:
    if len(layer_sizes) > limits.layers:
        raise LimitExceeded(
            f"{len(layer_sizes)} layers exceed the limit of {limits.layers}: use fewer",
            limit="layers",
            value=limits.layers,
        )
    if all(size >= 1 for size in layer_sizes):
        parameters = count_parameters(layer_sizes, bias)
        if parameters > limits.parameters:
            raise LimitExceeded(
                f"{parameters} parameters exceed the limit of {limits.parameters}:"
                " use smaller layers",
                limit="parameters",
                value=limits.parameters,
            )


#: Why only some kinds have each argument.
_ARGUMENTS: Final = {
    "low": "UNIFORM has bounds",
    "high": "UNIFORM has bounds",
    "deviation": "NORMAL has a deviation",
}


def check_initializer(violations: Violations, name: str, initializer: Initializer) -> None:
    """Require an initializer that can be requested, with only the fields that apply to it.

    A seed is 0 to 2^63 − 1; the bounds of UNIFORM are finite, with low < high and a finite
    distance; the deviation of NORMAL is finite and greater than 0.
    """
    kind, seed = initializer.kind, initializer.seed
    known = violations.known(f"{name}.kind")
    violations.require(kind is not InitializerKind.EXPLICIT, f"{name}.kind", RECIPES)
    violations.require(
        seed is None or 0 <= seed < 2**63, f"{name}.seed", f"must be 0 to 2^63 − 1, not {seed}"
    )
    violations.require(
        seed is None or kind is not InitializerKind.ZEROS,
        f"{name}.seed",
        "must be absent with ZEROS, which draws nothing",
    )
    for argument, why in _ARGUMENTS.items():
        value = getattr(initializer, argument)
        violations.require(
            value is None or isfinite(value), f"{name}.{argument}", f"must be finite, not {value}"
        )
        violations.require(
            value is None or not known or argument in kind.definition.defaults,
            f"{name}.{argument}",
            f"must be absent: only {why}",
        )
    deviation = initializer.deviation
    violations.require(
        deviation is None or not deviation <= 0.0,
        f"{name}.deviation",
        f"must be greater than 0, not {deviation}",
    )
    _check_bounds(violations, name, initializer.completed() if known else initializer)


def _check_bounds(violations: Violations, name: str, initializer: Initializer) -> None:
    low, high = initializer.low, initializer.high
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return
    if violations.require(
        low < high, f"{name}.high", f"must be greater than low = {low}, not {high}"
    ):
        violations.require(
            isfinite(high - low), f"{name}.high", "must be at a finite distance from low"
        )


def check_layer_parameters(
    violations: Violations,
    name: str,
    layers: Sequence[LayerParameters],
    layer_sizes: tuple[int, ...],
    bias: bool,
) -> None:
    """Require one entry of the right shape with finite numbers for each layer after the inputs."""
    shapes = layer_shapes(layer_sizes, bias)
    if not violations.require(
        len(layers) == len(shapes),
        name,
        f"must have {len(shapes)} entries, one for each layer after the inputs, not {len(layers)}",
    ):
        return
    for index, (layer, shape) in enumerate(zip(layers, shapes, strict=True)):
        check_one_layer(violations, f"{name}[{index}]", layer, shape)


def check_one_layer(
    violations: Violations, where: str, layer: LayerParameters, shape: LayerShape
) -> None:
    """Require finite parameters in the shape of the layer."""
    violations.require(
        (layer.units, layer.inputs) == (shape.units, shape.inputs),
        where,
        f"must have units {shape.units} and inputs {shape.inputs},"
        f" not {layer.units} and {layer.inputs}",
    )
    weights = shape.units * shape.inputs
    violations.require(
        len(layer.weights) == weights,
        f"{where}.weights",
        f"must have {shape.units} × {shape.inputs} = {weights} numbers, not {len(layer.weights)}",
    )
    check_finite(violations, f"{where}.weights", layer.weights)
    violations.require(
        len(layer.biases) == (shape.units if shape.bias else 0),
        f"{where}.biases",
        f"must have {shape.units} numbers, one for each unit, not {len(layer.biases)}"
        if shape.bias
        else "must be absent: the network has no biases",
    )
    check_finite(violations, f"{where}.biases", layer.biases)


@dataclass(frozen=True, slots=True)
class WeightValue:
    """A weight, or a bias without an input, and its new value.

    `layer` counts from 1, the first after the inputs; `unit` and `input` count from 0.
    """

    layer: int
    unit: int
    input: int | None
    value: float


def check_weight_values(
    violations: Violations,
    name: str,
    values: Sequence[WeightValue],
    network: Network,
    whole_layers: Collection[int],
) -> None:
    """Require finite values for existing parameters, each only once and not in a whole layer."""
    seen: dict[tuple[int, int, int | None], int] = {}
    for index, each in enumerate(values):
        where = f"{name}[{index}]"
        if check_weight_place(violations, f"{where}.", network, each.layer, each.unit, each.input):
            violations.require(
                each.layer not in whole_layers, where, f"is in layers[{each.layer}] too"
            )
            first = seen.setdefault((each.layer, each.unit, each.input), index)
            violations.require(first == index, where, f"is the same parameter as {name}[{first}]")
        violations.require(
            isfinite(each.value), f"{where}.value", f"must be finite, not {each.value}"
        )


def check_weight_place(
    violations: Violations,
    prefix: str,
    network: Network,
    layer: int,
    unit: int,
    source: int | None,
) -> bool:
    """Require an existing layer, unit and input, or no input if the network has biases.

    Returns whether the weight or bias exists.
    """
    layers = len(network.shapes)
    if not violations.require(
        1 <= layer <= layers,
        f"{prefix}layer",
        f"must be 1 to {layers} (the layers after the inputs), not {layer}",
    ):
        return False
    shape = network.shapes[layer - 1]
    there = violations.require(
        0 <= unit < shape.units,
        f"{prefix}unit",
        f"must be 0 to {shape.units - 1} (layer {layer} has {shape.units} units), not {unit}",
    )
    if source is None:
        known = violations.require(
            network.bias, f"{prefix}input", "must be given: the network has no biases"
        )
    else:
        known = violations.require(
            0 <= source < shape.inputs,
            f"{prefix}input",
            f"must be 0 to {shape.inputs - 1} (units of layer {layer} have {shape.inputs} inputs),"
            f" not {source}",
        )
    return there and known


def check_finite(violations: Violations, name: str, values: Array) -> None:
    """Require finite numbers; a violation names the first that is not."""
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        violations.add(f"{name}[{bad[0]}]", f"must be finite, not {values[bad[0]]}")


def check_comparable(violations: Violations, base_network: Network, network: Network) -> None:
    """Require two networks whose parameters correspond to each other."""
    violations.require(
        base_network.shapes == network.shapes,
        "base_network",
        f"must have the same layers as network {network.id}: {_layers_text(network)}, not"
        f" {_layers_text(base_network)}",
    )


def _layers_text(network: Network) -> str:
    sizes = "-".join(map(str, network.layer_sizes))
    return f"{sizes} {'with' if network.bias else 'without'} biases"
