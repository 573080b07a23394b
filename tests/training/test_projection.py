"""Projections have the properties of principal components, and pictures that do not flip."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, worlds

from training.cancellation import Cancellation, cancelled_by
from training.engine import activations
from training.errors import CallCancelled
from training.network import Array
from training.projection import MOST_EXAMPLES, layer_values, plane_of


@st.composite
def clouds(draw: st.DrawFn) -> Array:
    """Draw points (n, units) of which some directions differ more than others."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, units = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    scale = 10.0 ** draw(st.integers(-150, 150))
    return random.normal(size=(n, units)) * 2.0 ** -np.arange(units) * scale + scale


def variance(values: Array) -> float:
    scale = float(np.abs(values).max()) or 1.0
    return float(((values - values.mean(axis=0)) / scale).var(axis=0).sum())


@given(clouds())
def test_the_axes_are_orthonormal_and_directed(cloud: Array) -> None:
    plane = plane_of(cloud)
    used = plane.axes[np.array(plane.shares) > 1e-9]
    np.testing.assert_allclose(used @ used.T, np.eye(len(used)), atol=1e-6)
    for axis in used:
        assert axis[np.abs(axis).argmax()] > 0.0


@given(clouds())
def test_the_shares_are_those_of_the_coordinates_and_no_plane_has_more(cloud: Array) -> None:
    plane = plane_of(cloud)
    first, second = plane.shares
    assert 0.0 <= second <= first <= 1.0 + 1e-9
    whole = variance(cloud)
    coordinates = plane.coordinates(cloud)
    scale = float(np.abs(cloud).max()) or 1.0
    for index, share in enumerate(plane.shares):
        part = float((coordinates[:, index] / scale).var())
        assert part == pytest.approx(share * whole, rel=1e-6, abs=1e-15)
    singular = np.linalg.svd((cloud - cloud.mean(axis=0)) / scale, compute_uv=False) ** 2
    best = singular[:2].sum() / len(cloud)
    assert (first + second) * whole == pytest.approx(best, rel=1e-6, abs=1e-15)


def test_few_rows_and_few_units_give_the_same_plane() -> None:
    cloud = np.random.default_rng(1).normal(size=(40, 40)) * np.arange(40, 0, -1)
    wide = np.hstack([cloud, np.zeros((40, 5))])
    plane, other = plane_of(cloud), plane_of(wide)
    np.testing.assert_allclose(plane.coordinates(cloud), other.coordinates(wide), atol=1e-8)


def test_what_is_not_finite_does_not_turn_the_axes_and_stays_visible_as_such() -> None:
    cloud = np.random.default_rng(2).normal(size=(10, 3))
    broken = np.vstack([cloud, [[np.nan, 0.0, 0.0], [np.inf, 0.0, 0.0]]])
    plane = plane_of(broken)
    assert plane.axes.tolist() == plane_of(cloud).axes.tolist()
    assert not np.isfinite(plane.coordinates(broken)[-2:]).any()
    nothing = plane_of(broken[-2:])
    assert nothing.shares == (0.0, 0.0)
    assert nothing.nbytes == 3 * 3 * 8


def test_equal_examples_are_one_point() -> None:
    equal = np.full((5, 4), 1e300)
    plane = plane_of(equal)
    assert plane.shares == (0.0, 0.0)
    assert plane.coordinates(equal).tolist() == [[0.0, 0.0]] * 5
    line = plane_of(np.outer(np.arange(5.0), [3.0, 4.0]))
    assert line.shares == pytest.approx((1.0, 0.0))
    assert line.axes[0] == pytest.approx([0.6, 0.8])


@given(worlds())
def test_the_values_of_layers_are_the_activations(world: World) -> None:
    network, inputs = world.network, world.examples.inputs
    layers = range(len(network.layer_sizes))
    found = layer_values(network, world.parameters, inputs, layers)
    assert found[0] is inputs or found[0].tolist() == inputs.tolist()
    expected = activations(network, world.parameters, inputs)
    assert np.hstack(found[1:]).tobytes() == expected.tobytes()
    (only,) = layer_values(network, world.parameters, inputs, [0])
    assert only is inputs


def test_a_large_projection_can_be_cancelled() -> None:
    cancellation = Cancellation()
    cancellation.cancel(CallCancelled("nobody waits"))
    with cancelled_by(cancellation), pytest.raises(CallCancelled):
        plane_of(np.ones((MOST_EXAMPLES, MOST_EXAMPLES + 1)) * np.arange(MOST_EXAMPLES + 1.0))
