"""A network: its structure, and its parameters as one flat vector."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import INITIALIZERS, InitializerKind
from training.numerics.random import RandomStream
from training.tables.preparation import Preparation

#: A flat vector of float64, or several of them as rows.
Array = NDArray[np.float64]


class Unspecified(Enum):
    """The cost function if the caller lets the service choose."""

    NATURAL = "natural"


@dataclass(frozen=True, slots=True)
class Initializer:
    """How initial weights are drawn, or that they were given explicitly.

    `seed` is 0 to 2^63 − 1, for kinds that draw weights; `low` and `high` are the finite bounds of
    UNIFORM, `deviation` > 0 and finite that of NORMAL. Fields that do not apply to the kind are
    None.
    """

    kind: InitializerKind
    seed: int | None = None
    low: float | None = None
    high: float | None = None
    deviation: float | None = None

    @property
    def needs_seed(self) -> bool:
        """Whether the kind draws weights and no seed is given."""
        return self.seed is None and self.kind.definition.seeded

    def completed(self) -> "Initializer":
        """Return the initializer with default arguments for those that are not given."""
        given: dict[str, Any] = self.arguments
        return replace(self, **given) if given else self

    @property
    def arguments(self) -> dict[str, float]:
        """The arguments of the kind; default values for those that are not given."""
        defaults, found = self.kind.definition.defaults, dict[str, float]()
        for name, default in defaults.items():
            value: float | None = getattr(self, name)
            found[name] = default if value is None else value
        return found


@dataclass(frozen=True, slots=True)
class LayerShape:
    """The layout of a layer in the flat vector: weights w[unit, input], then biases."""

    units: int
    inputs: int
    offset: int
    bias: bool = False

    @property
    def weights(self) -> slice:
        """The slice of the weights, row by row."""
        return slice(self.offset, self.offset + self.units * self.inputs)

    @property
    def biases(self) -> slice:
        """The slice of the biases, unit by unit; empty if there are none."""
        start = self.offset + self.units * self.inputs
        return slice(start, start + self.units * self.bias)

    def place(self, unit: int, source: int | None) -> int:
        """Return the index of the weight of a unit for an input, or of its bias for None."""
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
    """The parameters of one layer in requests and responses: weights row by row."""

    units: int
    inputs: int
    weights: Array  # (units · inputs)
    biases: Array = field(default_factory=_none)  # (units), or (0) without biases


@dataclass(frozen=True, slots=True)
class Fork:
    """The source of a fork: `update` of the network that had this id and uid."""

    network: str
    uid: str
    update: int


@dataclass(frozen=True, slots=True)
class Network:
    """A network. Its structure never changes; its labels may.

    `id` is its name, chosen by the client, `uid` an identity that is never reused. `layer_sizes`
    starts with the inputs and ends with the outputs; `activations` has one entry for each layer
    after the inputs. With `bias` every unit of these layers has a bias, added to its logit last.
    With `forked_from` its update 0 is that update of another network, and `initializer` is the one
    of that network. `owner` is the authenticated caller that created it, empty if there was none.
    `preparation` is None until it is trained on a training set with a table.
    `extra` are fields stored by a later version of the service: opaque, and
    preserved.
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
    owner: str = ""
    preparation: Preparation | None = None
    extra: bytes = b""

    @property
    def shapes(self) -> tuple[LayerShape, ...]:
        """The shape of each layer after the inputs, in order."""
        return layer_shapes(self.layer_sizes, self.bias)

    @property
    def unit_count(self) -> int:
        """The number of units in all layers, including the inputs."""
        return sum(self.layer_sizes)

    @property
    def parameter_count(self) -> int:
        """The number of parameters of the network."""
        return count_parameters(self.layer_sizes, self.bias)


@lru_cache(maxsize=1_000)
def layer_shapes(layer_sizes: tuple[int, ...], bias: bool) -> tuple[LayerShape, ...]:
    """Return the shape and offset of each layer after the inputs."""
    shapes = []
    offset = 0
    for inputs, units in pairwise(layer_sizes):
        shapes.append(LayerShape(units, inputs, offset, bias))
        offset += shapes[-1].size
    return tuple(shapes)


def places(network: Network) -> Callable[[int], tuple[int, int, int | None]]:
    """Return a function from the index of a parameter to its layer, unit and input (None: bias)."""
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


@lru_cache(maxsize=1_000)
def count_parameters(layer_sizes: tuple[int, ...], bias: bool) -> int:
    """Return the number of parameters of a network with these layers, without allocating."""
    return sum(units * (inputs + bias) for inputs, units in pairwise(layer_sizes))


def split_layers(
    layer_sizes: tuple[int, ...], bias: bool, parameters: Array
) -> list[LayerParameters]:
    """Return the parameters of each layer as views into the flat vector."""
    return [
        LayerParameters(
            shape.units, shape.inputs, parameters[shape.weights], parameters[shape.biases]
        )
        for shape in layer_shapes(layer_sizes, bias)
    ]


def initial_parameters(network: Network, explicit: Sequence[LayerParameters] = ()) -> Array:
    """Return the flat parameters of update 0, from the initializer or explicit ones.

    The weights of all layers are drawn from one random stream, layer by layer; biases are 0.
    """
    parameters = np.zeros(network.parameter_count)
    recipe = network.initializer.completed()
    if recipe.kind is InitializerKind.EXPLICIT:
        for shape, layer in zip(network.shapes, explicit, strict=True):
            parameters[shape.weights] = layer.weights
            parameters[shape.biases] = layer.biases
        return parameters
    # Initializers that draw nothing have neither a seed nor bounds.
    stream = RandomStream(recipe.seed or 0)
    given = recipe.arguments
    for shape in network.shapes:
        weights = INITIALIZERS[recipe.kind](stream, shape.inputs, shape.units, given)
        parameters[shape.weights] = weights
    return parameters
