"""Packed costs are the same bits, and never longer than they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import make_world

from storage import packed_costs
from storage.codec import NotAsWritten
from training.network import Array

_BITS = st.integers(-(2**63), 2**63 - 1)


@st.composite
def _costs(draw: st.DrawFn) -> Array:
    """Draw costs whose bits are on a curve with noise, and a few of which are any others."""
    count, order = draw(st.integers(0, 3_000)), draw(st.integers(0, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    reach = 1 << draw(st.integers(0, 62))
    bits = random.integers(-reach, reach, count)
    for _ in range(order):
        bits = np.cumsum(bits) + draw(_BITS)
    for _ in range(draw(st.integers(0, 3)) if count else 0):
        bits[draw(st.integers(0, count - 1)) :] += draw(_BITS)
    return bits.view(np.float64)


@given(_costs())
def test_packed_costs_have_the_bits_of_the_costs(costs: Array) -> None:
    packed = packed_costs.pack(costs)
    found = packed_costs.unpack(packed, len(costs))
    assert found.tobytes() == costs.tobytes()
    assert not found.flags.writeable
    assert len(packed) <= costs.nbytes


def test_the_costs_of_smooth_training_take_a_fraction_of_their_bytes() -> None:
    world = make_world(batch_size=4, epochs=20_000)
    trained = world.trainer(world.open())
    costs = world.engine(trained.run).advance(trained.state, 0, 20_000, epoch_cost=0.0).costs
    assert len(packed_costs.pack(costs)) < 2.5 * len(costs)


def test_packed_costs_that_were_cut_are_not_as_written() -> None:
    packed = packed_costs.pack(np.linspace(1.0, 2.0, 2_000))
    for length in (1, 30, len(packed) - 1):
        with pytest.raises(NotAsWritten):
            packed_costs.unpack(packed[:length], 2_000)
