"""A network: its structure, and its parameters as one flat vector."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.errors import LimitExceeded, Violations
from training.limits import Limits
from training.numerics import initializers

#: A flat vector of float64, or several of them as rows.
Array = NDArray[np.float64]


class Activation(StrEnum):
    """The activations that a layer can have; the functions are in `numerics.activations`."""

    SIGMOID = "sigmoid"


class CostFunction(StrEnum):
    """The costs that training can minimise; the functions are in `numerics.costs`."""

    CROSS_ENTROPY = "cross-entropy"


class InitializerKind(StrEnum):
    """How the parameters of update 0 were made."""

    UNIFORM = "uniform"
    EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True)
class Initializer:
    """A recipe for initial parameters: uniform in [low, high) with a seed, or given explicitly.

    `seed` is 0 to 2^63 − 1; None together with EXPLICIT. `kind` None stands for one that is not
    known; it never gets into a network.
    """

    kind: InitializerKind | None
    seed: int | None = None
    low: float = -0.12
    high: float = 0.12


@dataclass(frozen=True, slots=True)
class LayerShape:
    """Where a layer's weights w[unit, input] lie in the flat vector of parameters."""

    units: int
    inputs: int
    offset: int

    @property
    def size(self) -> int:
        """How many weights the layer has."""
        return self.units * self.inputs


@dataclass(frozen=True, slots=True)
class LayerParameters:
    """The parameters of one layer, as a caller gives or gets them: weights row after row."""

    units: int
    inputs: int
    weights: Array  # (units · inputs)


@dataclass(frozen=True, slots=True)
class Network:
    """What a network is. Its structure never changes; its labels may.

    `id` is the client's name for it, `uid` an identity that is never used again.
    `layer_sizes` has the inputs first and the outputs last; `activations` one entry for each layer
    after the inputs.
    """

    id: str
    uid: str
    layer_sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    cost_function: CostFunction
    initializer: Initializer
    create_time: datetime
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def shapes(self) -> list[LayerShape]:
        """The shape of each layer after the inputs, in order."""
        return layer_shapes(self.layer_sizes)

    @property
    def parameter_count(self) -> int:
        """How many parameters the network has in all."""
        return count_parameters(self.layer_sizes)


def layer_shapes(layer_sizes: Sequence[int]) -> list[LayerShape]:
    """Return the shape and place of each layer after the inputs."""
    shapes = []
    offset = 0
    for inputs, units in pairwise(layer_sizes):
        shapes.append(LayerShape(units, inputs, offset))
        offset += units * inputs
    return shapes


def count_parameters(layer_sizes: Sequence[int]) -> int:
    """Return how many parameters a network with these layers has, allocating nothing."""
    return sum(inputs * units for inputs, units in pairwise(layer_sizes))


def split_layers(layer_sizes: Sequence[int], parameters: Array) -> list[LayerParameters]:
    """Return the parameters of each layer as views into the flat vector."""
    return [
        LayerParameters(
            shape.units,
            shape.inputs,
            parameters[shape.offset : shape.offset + shape.size],
        )
        for shape in layer_shapes(layer_sizes)
    ]


def check_structure(
    violations: Violations,
    layer_sizes: Sequence[int],
    activations: Sequence[Activation | None],
    cost_function: CostFunction | None,
    limits: Limits,
) -> None:
    """Require sensible layer sizes, known functions, and an activation for each layer.

    None stands for a function that is not known. Raises LimitExceeded for more layers or parameters
    than the service allows; sizes are multiplied, nothing is allocated.
    """
    violations.require(
        len(layer_sizes) >= 2,
        "layer_sizes",
        "must name at least two layers: inputs and outputs",
    )
    for index, size in enumerate(layer_sizes):
        violations.require(size >= 1, f"layer_sizes[{index}]", f"must be at least 1, is {size}")
    violations.require(
        len(activations) in (0, 1, len(layer_sizes) - 1),
        "activations",
        "must be none, one for all layers, or one for each layer after the inputs",
    )
    for index, activation in enumerate(activations):
        violations.require(
            activation is not None,
            f"activations[{index}]",
            f"must be one of {_names(Activation)}",
        )
    violations.require(
        cost_function is not None,
        "cost_function",
        f"must be one of {_names(CostFunction)}",
    )
    if len(layer_sizes) > limits.layers:
        raise LimitExceeded(
            f"{len(layer_sizes)} layers are more than the limit of {limits.layers}",
            limit="layers",
            value=limits.layers,
        )
    if all(size >= 1 for size in layer_sizes):
        parameters = count_parameters(layer_sizes)
        if parameters > limits.parameters:
            raise LimitExceeded(
                f"{parameters} parameters are more than the limit of {limits.parameters}:"
                " choose smaller layers",
                limit="parameters",
                value=limits.parameters,
            )


def _names(kinds: type[StrEnum]) -> str:
    return ", ".join(kind.name for kind in kinds)


def check_layer_parameters(
    violations: Violations,
    name: str,
    layers: Sequence[LayerParameters],
    layer_sizes: Sequence[int],
) -> None:
    """Require one entry of the right shape, all finite, for each layer after the inputs."""
    shapes = layer_shapes(layer_sizes)
    if not violations.require(
        len(layers) == len(shapes),
        name,
        f"must have an entry for each of the {len(shapes)} layers after the inputs,"
        f" has {len(layers)}",
    ):
        return
    for index, (layer, shape) in enumerate(zip(layers, shapes, strict=True)):
        where = f"{name}[{index}]"
        violations.require(
            (layer.units, layer.inputs) == (shape.units, shape.inputs),
            where,
            f"must have units {shape.units} and inputs {shape.inputs},"
            f" has {layer.units} and {layer.inputs}",
        )
        violations.require(
            len(layer.weights) == shape.size,
            f"{where}.weights",
            f"must be {shape.units} × {shape.inputs} = {shape.size} numbers,"
            f" are {len(layer.weights)}",
        )
        check_finite(violations, f"{where}.weights", layer.weights)


def check_finite(violations: Violations, name: str, values: Array) -> None:
    """Require finite numbers; the first that is not is named."""
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        violations.add(f"{name}[{bad[0]}]", f"must be finite, is {values[bad[0]]}")


def check_initializer(violations: Violations, name: str, initializer: Initializer) -> None:
    """Require a seed from 0 to 2^63 − 1 and finite bounds with low < high."""
    seed = initializer.seed
    violations.require(
        seed is None or 0 <= seed < 2**63,
        f"{name}.seed",
        f"must be 0 to 2^63 − 1, is {seed}",
    )
    bounds_finite = True
    for bound in ("low", "high"):
        value = getattr(initializer, bound)
        bounds_finite &= violations.require(
            bool(np.isfinite(value)), f"{name}.{bound}", f"must be finite, is {value}"
        )
    if bounds_finite:
        violations.require(
            initializer.low < initializer.high,
            f"{name}.high",
            f"must be greater than low = {initializer.low}, is {initializer.high}",
        )


def initial_parameters(network: Network, explicit: Sequence[LayerParameters] = ()) -> Array:
    """Return the flat parameters of update 0: drawn with the network's seed, or those given."""
    if network.initializer.kind is InitializerKind.EXPLICIT:
        return np.concatenate([layer.weights for layer in explicit], dtype=np.float64)
    assert network.initializer.seed is not None  # the use case picks one where none is given
    return initializers.uniform(
        network.initializer.seed,
        network.initializer.low,
        network.initializer.high,
        network.parameter_count,
    )
