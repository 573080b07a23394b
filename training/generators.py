"""Generators of training sets: points in the plane with a class, or with a number to predict.

Most are the data sets of TensorFlow's Playground (D. Smilkov and others, arXiv 1708.03788), with
the same coordinates, so that what is known of them holds here; moons are those of scikit-learn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from training.errors import Violations
from training.network import Array
from training.numerics.definition import Defined, Definition
from training.numerics.elementary import cospi, sinpi
from training.numerics.random import RandomStream, epoch_order
from training.tables.table import TargetKind

#: The number of examples that a generator makes by default, and at most.
DEFAULT_EXAMPLES = 200
MOST_EXAMPLES = 100_000

#: The maximum standard deviation of noise.
MOST_NOISE = 10.0

Draw = Callable[[RandomStream, int], Array]
"""Draws the points [count, 2] of one class."""


@dataclass(frozen=True, kw_only=True)
class GeneratorDefinition(Definition):
    """A generator; the formula is that of the points of class 1, or of the target."""

    points: tuple[Draw, ...]
    """How the points of class 1 and of class 0 are drawn, or all points of a regression."""
    target: Callable[[Array], Array] | None = None
    """The targets [count] of points, for a regression."""

    @property
    def target_kind(self) -> TargetKind:
        """Whether targets are classes, as one label, or numbers."""
        return TargetKind.LABELS if self.target is None else TargetKind.NUMBERS


def _turned(radii: Array, half_turns: Array) -> Array:
    """Return (r·sin(π·t), r·cos(π·t)), with the same bits on every machine."""
    sines = np.array([sinpi(each) for each in half_turns.tolist()])
    cosines = np.array([cospi(each) for each in half_turns.tolist()])
    return np.column_stack((radii * sines, radii * cosines))


def _disc(inner: float, outer: float) -> Draw:
    def draw(stream: RandomStream, count: int) -> Array:
        u, v = stream.uniform(0.0, 1.0, 2 * count).reshape(count, 2).T
        return _turned(inner + (outer - inner) * u, 2.0 * v)

    return draw


def _moon(sign: float) -> Draw:
    def draw(_: RandomStream, count: int) -> Array:
        half_turns = np.arange(count) / max(count - 1, 1)
        turned = _turned(np.full(count, 3.0), half_turns)
        return sign * np.column_stack((turned[:, 1] - 1.5, turned[:, 0] - 0.75))

    return draw


def _arm(sign: float) -> Draw:
    def draw(_: RandomStream, count: int) -> Array:
        shares = np.arange(count) / count
        return sign * _turned(5.0 * shares, 3.5 * shares)

    return draw


def _cloud(centre: float) -> Draw:
    def draw(stream: RandomStream, count: int) -> Array:
        return centre + stream.normal(sqrt(0.5), 2 * count).reshape(count, 2)

    return draw


def _squares(sign: float) -> Draw:
    def draw(stream: RandomStream, count: int) -> Array:
        points = 0.3 + 5.0 * stream.uniform(0.0, 1.0, 2 * count).reshape(count, 2)
        sides = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
        signs: Array = np.column_stack((sides, sign * sides))
        return points * signs

    return draw


def _anywhere(stream: RandomStream, count: int) -> Array:
    return stream.uniform(-6.0, 6.0, 2 * count).reshape(count, 2)


def _height_of_plane(points: Array) -> Array:
    return (points[:, 0] + points[:, 1]) / 12.0


_PEAKS = (
    (-4.0, 2.5, 1.0),
    (0.0, 2.5, -1.0),
    (4.0, 2.5, 1.0),
    (-4.0, -2.5, -1.0),
    (0.0, -2.5, 1.0),
    (4.0, -2.5, -1.0),
)


def _height_of_peaks(points: Array) -> Array:
    heights = np.zeros(len(points))
    for x, y, sign in _PEAKS:  # no two of them overlap
        right, up = points[:, 0] - x, points[:, 1] - y
        height = 1.0 - np.sqrt(right * right + up * up) / 2.0
        heights = np.where(height > 0.0, sign * height, heights)
    return heights


class GeneratorKind(Defined):
    """What points a generator makes."""

    definition: GeneratorDefinition

    CIRCLE = GeneratorDefinition(
        name="circle",
        formula="a disc of radius 2.5 in a ring of radius 3.5 to 5",
        points=(_disc(0.0, 2.5), _disc(3.5, 5.0)),
    )
    MOONS = GeneratorDefinition(
        name="moons",
        formula="(3·cos(t) − 1.5, 3·sin(t) − 0.75)",
        points=(_moon(1.0), _moon(-1.0)),
    )
    SPIRAL = GeneratorDefinition(
        name="spiral",
        formula="(5·t·sin(3.5·π·t), 5·t·cos(3.5·π·t))",
        points=(_arm(1.0), _arm(-1.0)),
    )
    GAUSS = GeneratorDefinition(
        name="gauss",
        formula="N((2, 2), ½)",
        points=(_cloud(2.0), _cloud(-2.0)),
    )
    QUADRANTS = GeneratorDefinition(
        name="quadrants",
        formula="x·y > 0",
        points=(_squares(1.0), _squares(-1.0)),
    )
    PLANE = GeneratorDefinition(
        name="plane",
        formula="(x + y) / 12",
        points=(_anywhere,),
        target=_height_of_plane,
    )
    PEAKS = GeneratorDefinition(
        name="peaks",
        formula="±(1 − d/2)",
        points=(_anywhere,),
        target=_height_of_peaks,
    )


@dataclass(frozen=True, slots=True)
class Generator:
    """How examples are made: their kind, their number, the deviation of noise, and the seed.

    The seed is 0 to 2^63 − 1; None until the service has chosen one.
    """

    kind: GeneratorKind
    example_count: int = DEFAULT_EXAMPLES
    noise: float = 0.0
    seed: int | None = None


def check_generator(violations: Violations, field: str, generator: Generator) -> None:
    """Require a number of examples, a noise and a seed that generators take."""
    count, noise, seed = generator.example_count, generator.noise, generator.seed
    violations.require(
        2 <= count <= MOST_EXAMPLES,
        f"{field}.example_count",
        f"must be 2 to {MOST_EXAMPLES:,}, not {count:,}",
    )
    violations.require(
        isfinite(noise) and 0.0 <= noise <= MOST_NOISE,
        f"{field}.noise",
        f"must be 0 to {MOST_NOISE:g}, not {noise}",
    )
    violations.require(
        seed is None or 0 <= seed < 2**63, f"{field}.seed", f"must be 0 to 2^63 − 1, not {seed}"
    )


def generate(generator: Generator) -> tuple[Array, Array]:
    """Return the inputs [examples, 2] and targets [examples, 1] of a generator with a seed.

    Their bits are a function of the generator alone. The random numbers of the points are drawn
    before the noise, so that more noise moves the same points further.
    """
    assert generator.seed is not None
    definition, count = generator.kind.definition, generator.example_count
    stream = RandomStream(generator.seed)
    counts = (count,) if definition.target else (count - count // 2, count // 2)
    drawn = [draw(stream, each) for draw, each in zip(definition.points, counts, strict=True)]
    points = np.concatenate(drawn)
    targets = definition.target(points) if definition.target else np.repeat([1.0, 0.0], counts)
    noise = stream.normal(generator.noise, 2 * count).reshape(count, 2)
    order = epoch_order(generator.seed, 1, count)
    return (points + noise)[order], targets[order].reshape(count, 1)
