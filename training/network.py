"""A network: its structure, and its parameters as one flat vector."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import INITIALIZERS, InitializerKind
from training.numerics.random import RandomStream

#: A flat vector of float64, or several of them as rows.
Array = NDArray[np.float64]


class Unspecified(Enum):
    """What stands for a cost function that a caller leaves to the service."""

    NATURAL = "natural"


@dataclass(frozen=True, slots=True)
class Initializer:
    """A recipe for initial weights, or the word that they were given explicitly.

    `seed` is 0 to 2^63 − 1, of kinds that draw weights; `low` and `high` are the bounds of UNIFORM,
    finite. What does not apply to the kind is None.
    """

    kind: InitializerKind
    seed: int | None = None
    low: float | None = None
    high: float | None = None

    @property
    def needs_seed(self) -> bool:
        """Whether the weights depend on a seed that is not given."""
        return self.seed is None and self.kind.definition.seeded

    def completed(self) -> "Initializer":
        """Return the recipe with the bounds that are used where none are given."""
        defaults = self.kind.definition.defaults
        missing: dict[str, Any] = {
            name: bound for name, bound in defaults.items() if getattr(self, name) is None
        }
        return replace(self, **missing) if missing else self


@dataclass(frozen=True, slots=True)
class LayerShape:
    """Where a layer's parameters lie in the flat vector: weights w[unit, input], then biases."""

    units: int
    inputs: int
    offset: int
    bias: bool = False

    @property
    def weights(self) -> slice:
        """The place of the weights, row after row."""
        return slice(self.offset, self.offset + self.units * self.inputs)

    @property
    def biases(self) -> slice:
        """The place of the biases, unit after unit; empty where there are none."""
        return slice(self.weights.stop, self.offset + self.size)

    def place(self, unit: int, source: int | None) -> int:
        """Return where a unit's weight from an input lies, or its bias for None; from 0."""
        if source is None:
            return self.offset + self.units * self.inputs + unit
        return self.offset + unit * self.inputs + source

    @property
    def size(self) -> int:
        """How many parameters the layer has."""
        return self.units * (self.inputs + self.bias)


def _none() -> Array:
    return np.empty(0)


@dataclass(frozen=True, slots=True)
class LayerParameters:
    """The parameters of one layer, as a caller gives or gets them: weights row after row."""

    units: int
    inputs: int
    weights: Array  # (units · inputs)
    biases: Array = field(default_factory=_none)  # (units), or (0) without biases


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a network was forked from: `update` of the network that had this id and uid."""

    network: str
    uid: str
    update: int


@dataclass(frozen=True, slots=True)
class Network:
    """What a network is. Its structure never changes; its labels may.

    `id` is the client's name for it, `uid` an identity that is never used again.
    `layer_sizes` has the inputs first and the outputs last; `activations` one entry for each layer
    after the inputs. With `bias` every unit of these layers has a bias, added to its logit last.
    With `forked_from` its update 0 is that update of another network, and `initializer` says how
    that one's history began. `extra` is what a later version of the service has stored with it:
    opaque, and kept as it is.
    """

    id: str
    uid: str
    layer_sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    cost_function: CostFunction
    initializer: Initializer
    create_time: datetime
    labels: dict[str, str] = field(default_factory=dict)
    bias: bool = False
    forked_from: Fork | None = None
    extra: bytes = b""

    @property
    def shapes(self) -> list[LayerShape]:
        """The shape of each layer after the inputs, in order."""
        return layer_shapes(self.layer_sizes, self.bias)

    @property
    def unit_count(self) -> int:
        """How many units all layers have in all, the inputs included."""
        return sum(self.layer_sizes)

    @property
    def parameter_count(self) -> int:
        """How many parameters the network has in all."""
        return count_parameters(self.layer_sizes, self.bias)


def layer_shapes(layer_sizes: Sequence[int], bias: bool) -> list[LayerShape]:
    """Return the shape and place of each layer after the inputs."""
    shapes = []
    offset = 0
    for inputs, units in pairwise(layer_sizes):
        shapes.append(LayerShape(units, inputs, offset, bias))
        offset += shapes[-1].size
    return shapes


def places(network: Network) -> Callable[[int], tuple[int, int, int | None]]:
    """Return what finds the layer, the unit and the input (None: the bias) of a parameter."""
    shapes = network.shapes
    offsets = [shape.offset for shape in shapes]

    def place(parameter: int) -> tuple[int, int, int | None]:
        layer = bisect_right(offsets, parameter)
        shape = shapes[layer - 1]
        if parameter >= shape.biases.start:
            return layer, parameter - shape.biases.start, None
        unit, source = divmod(parameter - shape.offset, shape.inputs)
        return layer, unit, source

    return place


def count_parameters(layer_sizes: Sequence[int], bias: bool) -> int:
    """Return how many parameters a network with these layers has, allocating nothing."""
    return sum(units * (inputs + bias) for inputs, units in pairwise(layer_sizes))


def split_layers(
    layer_sizes: Sequence[int], bias: bool, parameters: Array
) -> list[LayerParameters]:
    """Return the parameters of each layer as views into the flat vector."""
    return [
        LayerParameters(
            shape.units, shape.inputs, parameters[shape.weights], parameters[shape.biases]
        )
        for shape in layer_shapes(layer_sizes, bias)
    ]


def initial_parameters(network: Network, explicit: Sequence[LayerParameters] = ()) -> Array:
    """Return the flat parameters of update 0: drawn as the network's recipe says, or those given.

    One random stream gives the weights of layer after layer; biases start at 0.
    """
    parameters = np.zeros(network.parameter_count)
    recipe = network.initializer.completed()
    if recipe.kind is InitializerKind.EXPLICIT:
        for shape, layer in zip(network.shapes, explicit, strict=True):
            parameters[shape.weights] = layer.weights
            parameters[shape.biases] = layer.biases
        return parameters
    # A seed is picked where none is given; what draws nothing has none, and no bounds either.
    stream = RandomStream(recipe.seed or 0)
    low, high = recipe.low or 0.0, recipe.high or 0.0
    for shape in network.shapes:
        weights = INITIALIZERS[recipe.kind](stream, shape.inputs, shape.units, low, high)
        parameters[shape.weights] = weights
    return parameters
