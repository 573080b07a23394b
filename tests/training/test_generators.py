"""Generated training sets: the same seed gives the same bits, and the points are as described."""

from dataclasses import replace
from hashlib import blake2b
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusing import refused

from training.errors import Violations
from training.example_collector import Collector
from training.generators import Generator, GeneratorKind, generate
from training.limits import Limits
from training.network import Array
from training.tables.table import TargetKind

CLASSES = [each for each in GeneratorKind if each.definition.target_kind is TargetKind.LABELS]
SEEDS = st.integers(0, 2**63 - 1)
COUNTS = st.integers(2, 60)

#: The digests of 101 examples with noise 0.25 and seed 7: the same on every machine.
DIGESTS = {
    "circle": "1f04af9e8799ba89",
    "moons": "c2df24f2841a9094",
    "spiral": "ba0de3c4f4b665fc",
    "gauss": "6883bae923e0a310",
    "quadrants": "c5f8a2368712ec3c",
    "plane": "be34b4f756a40c5b",
    "peaks": "335cf291489e66db",
}


def digest(generator: Generator) -> str:
    inputs, targets = generate(generator)
    return blake2b(inputs.tobytes() + targets.tobytes(), digest_size=8).hexdigest()


@pytest.mark.parametrize("kind", GeneratorKind)
def test_a_seed_gives_the_same_bits_on_every_machine(kind: GeneratorKind) -> None:
    assert digest(Generator(kind, 101, 0.25, 7)) == DIGESTS[kind.value]


@given(st.sampled_from(GeneratorKind), COUNTS, SEEDS)
def test_noise_moves_points_further_and_changes_no_target(
    kind: GeneratorKind, count: int, seed: int
) -> None:
    still = Generator(kind, count, 0.0, seed)
    (points, targets), (once, same), (twice, _) = (
        generate(replace(still, noise=noise)) for noise in (0.0, 1.0, 2.0)
    )
    assert (targets == same).all()
    assert np.abs(targets).max() <= 1.0
    assert np.allclose(twice - points, 2.0 * (once - points))
    assert (once != points).all()


@given(st.sampled_from(CLASSES), COUNTS, SEEDS)
def test_classes_have_equally_many_examples(kind: GeneratorKind, count: int, seed: int) -> None:
    inputs, targets = generate(Generator(kind, count, 0.0, seed))
    assert (inputs.shape, targets.shape) == ((count, 2), (count, 1))
    assert set(targets.ravel()) == {0.0, 1.0}
    assert targets.sum() == count - count // 2


def test_the_order_is_shuffled() -> None:
    _, targets = generate(Generator(GeneratorKind.SPIRAL, 100, 0.0, 1))
    assert 20 < np.abs(np.diff(targets.ravel())).sum() < 80


def misplaced(  # noqa: PLR0911 - one for each kind
    kind: GeneratorKind, points: Array, targets: Array
) -> Any:  # booleans, of which NumPy's types know little
    """Return which points without noise are not where their kind has them."""
    x, y = points[:, 0], points[:, 1]
    r = np.hypot(x, y)
    side = np.where(targets == 1.0, 1.0, -1.0)  # both classes are mirrored in most kinds
    match kind:
        case GeneratorKind.CIRCLE:
            return np.where(targets == 1.0, r > 2.5 + 1e-9, abs(r - 4.25) > 0.75 + 1e-9)
        case GeneratorKind.MOONS:
            right, up = side * x + 1.5, side * y + 0.75
            return (abs(np.hypot(right, up) - 3.0) > 1e-12) | (up < -1e-12)
        case GeneratorKind.SPIRAL:
            angle = 3.5 * np.pi * r / 5.0
            return np.hypot(side * x - r * np.sin(angle), side * y - r * np.cos(angle)) > 1e-12
        case GeneratorKind.GAUSS:
            return np.hypot(x - side * 2.0, y - side * 2.0) > 8.0
        case GeneratorKind.QUADRANTS:
            outside = (np.minimum(abs(x), abs(y)) < 0.3) | (np.maximum(abs(x), abs(y)) > 5.3)
            return outside | ((x * y > 0.0) != (targets == 1.0))
        case GeneratorKind.PLANE:
            return abs(12.0 * targets - (x + y)) > 1e-12
        case GeneratorKind.PEAKS:
            return targets != [_highest(*point) for point in points.tolist()]


def _highest(x: float, y: float) -> float:
    heights = [0.0]
    for row, up in ((2.5, 1), (-2.5, -1)):
        for column, sign in ((-4.0, up), (0.0, -up), (4.0, up)):
            right, above = x - column, y - row
            heights.append(sign * max(0.0, 1.0 - sqrt(right * right + above * above) / 2.0))
    return max(heights, key=abs)


@given(st.sampled_from(GeneratorKind), COUNTS, SEEDS)
def test_points_without_noise_are_where_their_kind_has_them(
    kind: GeneratorKind, count: int, seed: int
) -> None:
    points, targets = generate(Generator(kind, count, 0.0, seed))
    assert not misplaced(kind, points, targets.ravel()).any()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"example_count": 100_000, "noise": 10.0, "seed": 2**63 - 1}, []),
        (
            {"example_count": 100_001, "noise": 10.1, "seed": 2**63},
            ["generator.example_count", "generator.noise", "generator.seed"],
        ),
        (
            {"example_count": 1, "noise": -0.1, "seed": -1},
            ["generator.example_count", "generator.noise", "generator.seed"],
        ),
        ({"noise": float("nan")}, ["generator.noise"]),
        ({"noise": float("inf")}, ["generator.noise"]),
    ],
)
def test_every_invalid_field_is_named(changes: dict[str, float], fields: list[str]) -> None:
    generator = replace(Generator(GeneratorKind.PLANE, seed=1), **changes)  # type: ignore[arg-type]

    def add(violations: Violations) -> None:
        Collector(Limits()).add_generated(violations, generator)

    assert list(refused(add)) == fields
