"""Warnings about a network and the examples that it is trained on, before the first update."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf
from types import MappingProxyType
from typing import Final

import numpy as np

from training.engine import activations
from training.network import Array, Network, split_layers
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.overflow import allow_overflow
from training.training_set import Examples
from training.warnings.warning import TrainingWarning, WarningCode
from training.warnings.words import capitalised, counted, numbered, value

#: The units are computed for at most this much work, in multiplications and additions: some
#: milliseconds.
_WORK: Final = 2**23

#: A unit whose derivative is at most this for every example does not learn in any reasonable time.
_SMALLEST_SLOPE: Final = 1e-9

#: The costs that are not smallest where an output is equal to its target.
_OTHER_MEANINGS: Final = frozenset({CostFunction.HINGE, CostFunction.POISSON})

#: |f′(z)| from a = f(z), for activations that are flat somewhere.
_SLOPES: Mapping[Activation, Callable[[Array], Array]] = MappingProxyType(
    {
        Activation.RELU: lambda a: (a > 0.0).astype(np.float64),
        Activation.SIGMOID: lambda a: a * (1.0 - a),
        Activation.TANH: lambda a: 1.0 - a * a,
    }
)


def warnings_of_targets(network: Network, examples: Examples) -> tuple[TrainingWarning, ...]:
    """Return the warnings about targets that no parameters of the network can reach."""
    names = network.preparation.table.targets.output_names if network.preparation else ()
    return (*_about_softmax(network), *_about_reach(network, examples.targets, names))


@allow_overflow
def warnings_of_parameters(
    network: Network,
    update: int,
    parameters: Array,
    examples: Examples,
    *,
    drops_units: bool = False,
) -> tuple[TrainingWarning, ...]:
    """Return the warnings about the parameters that a run starts from, those after `update`.

    With dropout, units that start equal become different.
    """
    equal = () if drops_units else tuple(_about_equal_units(network, update, parameters))
    return (*equal, *_about_dead_units(network, update, parameters, examples))


def _about_softmax(network: Network) -> Iterator[TrainingWarning]:
    if network.activations[-1] is Activation.SOFTMAX and network.layer_sizes[-1] == 1:
        yield TrainingWarning(
            WarningCode.SOFTMAX_WITH_ONE_OUTPUT,
            "The only output has the activation softmax, so it is always 1.",
            "Use sigmoid with one output, or softmax with an output for each class.",
        )


def _about_reach(
    network: Network, targets: Array, names: Sequence[str]
) -> Iterator[TrainingWarning]:
    activation = network.activations[-1]
    low, high = activation.definition.reach
    if (low, high) == (-inf, inf) or network.cost_function in _OTHER_MEANINGS:
        return
    below, above = targets.min(axis=0), targets.max(axis=0)
    outputs = np.flatnonzero((below < low) | (above > high))
    if not outputs.size:
        return
    output = int(outputs[np.maximum(low - below, above - high)[outputs].argmax()])
    is_low = low - below[output] > above[output] - high
    target = float(below[output] if is_low else above[output])
    example = int(np.argmax(targets[:, output] == target))
    if low == -inf:
        bounds = f"at most {value(high)}"
    elif high == inf:
        bounds = f"at least {value(low)}"
    else:
        bounds = f"between {value(low)} and {value(high)}"
    name = capitalised(numbered("target", [output], names))
    others = "" if outputs.size == 1 else f" ({numbered('target', outputs.tolist(), names)} in all)"
    yield TrainingWarning(
        WarningCode.TARGETS_OUT_OF_REACH,
        f"{name} of example {example + 1:,} is {value(target)}{others}, but outputs"
        f" with the activation {activation} are always {bounds}: the cost cannot become small.",
        "Scale the targets to this range, or create the network with identity outputs.",
    )


def _about_dead_units(
    network: Network, update: int, parameters: Array, examples: Examples
) -> Iterator[TrainingWarning]:
    """Warn about hidden layers of which no unit has a derivative, and about such outputs."""
    inputs = _some(network, examples.inputs)
    whose = "every example" if len(inputs) == len(examples.inputs) else f"{len(inputs):,} examples"
    first = 0
    values = activations(network, parameters, inputs)
    last = len(network.activations)
    for layer, (size, activation) in enumerate(
        zip(network.layer_sizes[1:], network.activations, strict=True), start=1
    ):
        slope = _SLOPES.get(activation)
        units = values[:, first : first + size]
        first += size
        if slope is None or (layer == last and _cancels(network)):
            continue
        dead = np.flatnonzero((slope(units) <= _SMALLEST_SLOPE).all(axis=0))
        if dead.size < size and (layer < last or not dead.size):
            continue
        state = "0" if activation is Activation.RELU else "saturated"
        yield _dead(network, layer, dead.tolist(), f"{state} for {whose} at update {update:,}")


def _dead(network: Network, layer: int, units: list[int], state: str) -> TrainingWarning:
    is_output, activation = layer == len(network.activations), network.activations[layer - 1]
    verb = "is" if len(units) == 1 else "are"
    if is_output:
        who, effect = numbered("output", units), "receives no gradient and stays as it is"
    else:
        who = f"{counted(len(units), 'unit')} of hidden layer {layer}"
        who = f"the only {who[2:]}" if len(units) == 1 else f"all {who}"
        effect = "passes no gradient on, so nothing up to this layer can learn"
    action = (
        "Use another seed, the initializer he, biases, or the activation leaky-relu."
        if activation is Activation.RELU
        else "Scale the inputs to about −1 to 1, or use smaller initial weights."
    )
    message = f"{who[:1].upper()}{who[1:]} ({activation}) {verb} {state}: this {effect}."
    return TrainingWarning(WarningCode.DEAD_UNITS, message, action)


def _about_equal_units(
    network: Network, update: int, parameters: Array
) -> Iterator[TrainingWarning]:
    """Warn about hidden layers whose units are all the same: they get the same gradients."""
    layers = split_layers(network.layer_sizes, network.bias, parameters)
    for number, (layer, above) in enumerate(pairwise(layers), start=1):
        rows = layer.weights.reshape(layer.units, layer.inputs)
        columns = above.weights.reshape(above.units, above.inputs)
        if layer.units > 1 and (
            (rows == rows[0]).all()
            and (columns == columns[:, :1]).all()
            and (layer.biases == layer.biases[:1]).all()
        ):
            yield TrainingWarning(
                WarningCode.EQUAL_UNITS,
                f"All {layer.units:,} units of hidden layer {number} have the same weights at"
                f" update {update:,}: they get the same gradients and stay the same, as if there"
                " were one.",
                "Reset the weights with an initializer that draws them, such as glorot.",
            )


def _cancels(network: Network) -> bool:
    """Return whether the derivative of the outputs cancels out of the gradient."""
    return network.cost_function.definition.activation is not None


def _some(network: Network, inputs: Array) -> Array:
    """Return all rows, or so many evenly spaced ones as the permitted work allows."""
    most = max(1, _WORK // (network.parameter_count + network.unit_count))
    return np.ascontiguousarray(inputs[:: -(-len(inputs) // most)])
