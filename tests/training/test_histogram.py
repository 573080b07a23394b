"""Histograms have the counts of plain comparisons with exact edges, however they are joined."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.histogram import EMPTY, Bins, Histogram, common_bins, histogram

NUMBERS = st.lists(
    st.one_of(
        st.floats(-4.0, 4.0),
        st.floats(allow_nan=True, allow_infinity=True),
        st.sampled_from([0.0, -0.0, 5e-324, -5e-324, 1.7e308, -1.7e308, 0.5, 1.0]),
    ),
    max_size=40,
)


def fits(numbers: list[float], exponent: int, most: int) -> bool:
    """Whether bins of this width have the promised number and precision."""
    width = Fraction(2) ** exponent
    places = [math.floor(Fraction(number) / width) for number in numbers]
    largest = max(abs(Fraction(number)) for number in numbers)
    return max(places) - min(places) < most and width * 1024 > largest


@given(NUMBERS, st.integers(8, 64))
def test_bins_are_the_narrowest_and_have_the_counts_of_plain_comparisons(
    numbers: list[float], most: int
) -> None:
    found = histogram(np.array(numbers), most)
    finite = [number for number in numbers if math.isfinite(number)]
    assert found.non_finite == len(numbers) - len(finite)
    edges = [Fraction(edge) if math.isfinite(edge) else edge for edge in found.bins.edges]
    assert len(edges) == (found.bins.count + 1 if finite else 0)
    counts = [
        sum(low <= Fraction(number) < high for number in finite)
        for low, high in itertools.pairwise(edges)
    ]
    assert counts == found.counts.tolist()
    assert sum(counts) == len(finite)
    if any(finite):
        assert fits(finite, found.bins.exponent, most)
        is_least = found.bins.exponent == -1074
        assert is_least or not fits(finite, found.bins.exponent - 1, most)


@given(NUMBERS, NUMBERS, st.integers(8, 64))
def test_joined_histograms_are_those_of_all_values(
    some: list[float], others: list[float], most: int
) -> None:
    parts = [histogram(np.array(numbers)) for numbers in (some, others)]
    expected = histogram(np.array(some + others), most)
    joined = parts[0].joined(parts[1], most)
    assert joined.bins == expected.bins == common_bins(parts, most)
    assert joined.counts.tolist() == expected.counts.tolist()
    assert joined.non_finite == expected.non_finite
    counts = sum(part.in_bins(expected.bins) for part in parts)
    assert np.asarray(counts).tolist() == expected.counts.tolist()


@pytest.mark.parametrize("numbers", [[], [math.nan], [0.0, -0.0]])
def test_nothing_and_zeros_have_the_simplest_bins(numbers: list[float]) -> None:
    found: Histogram = histogram(np.array(numbers))
    assert found.bins.edges.tolist() == ([0.0, 1.0] if 0.0 in numbers else [])
    assert common_bins([EMPTY, found]) == found.bins


def test_many_values_are_counted_in_parts() -> None:
    numbers = np.linspace(-1.0, 1.0, 50_001)
    numbers[::1000] = np.nan
    whole, parts = histogram(numbers), [histogram(part) for part in np.array_split(numbers, 7)]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.joined(part)
    assert whole.bins == joined.bins
    assert whole.counts.tolist() == joined.counts.tolist()
    assert whole.non_finite == joined.non_finite == 51


def test_edges_too_large_for_a_number_are_infinite() -> None:
    assert Bins(1022, 3, 1).edges.tolist() == [3 * 2.0**1022, math.inf]
