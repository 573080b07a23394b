"""Histograms whose bins can be joined exactly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import frexp
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.network import Array

#: The largest number of bins of a histogram.
MOST_BINS: Final = 64

#: The width of bins is at least 2^−_DIGITS of a power of two above the largest absolute value.
_DIGITS: Final = 10

#: The number of values in a part: it fits into the cache of a processor.
_PART: Final = 16_384

#: The exponent of the smallest positive number.
_LEAST: Final = -1074

#: The exponent for zeros alone, which are in bin 0 at any width.
_OF_ZEROS: Final = _LEAST - 1


@dataclass(frozen=True, slots=True)
class Bins:
    """Consecutive bins: bin i has the values from (first + i)·2^exponent to below the next one."""

    exponent: int
    first: int
    count: int

    @property
    def edges(self) -> Array:
        """The edges (count + 1), exact; empty without bins."""
        if not self.count:
            return np.empty(0)
        exponent = 0 if self.exponent == _OF_ZEROS else self.exponent
        edges = np.arange(self.first, self.first + self.count + 1, dtype=np.float64)
        with np.errstate(over="ignore"):
            return np.ldexp(edges, exponent)

    def wider(self, exponent: int) -> "Bins":
        """Return the bins of a larger width that have the same values."""
        more = exponent - self.exponent
        first = self.first >> more
        last = (self.first + self.count - 1) >> more
        return Bins(exponent, first, last - first + 1 if self.count else 0)


@dataclass(frozen=True, slots=True)
class Histogram:
    """The number of values in bins, of which the first and the last have some.

    `counts` (bins). The width of the bins is the smallest power of two with which they are few
    enough, but at least 1/512 of the largest power of two up to the largest absolute value.
    `non_finite` is the number of values that are infinite or NaN, which are in no bin.
    """

    bins: Bins
    counts: NDArray[np.int64]
    non_finite: int = 0

    def in_bins(self, bins: Bins) -> NDArray[np.int64]:
        """Return the counts (bins) in bins that are wide enough and contain these."""
        counts = np.zeros(bins.count, dtype=np.int64)
        more = bins.exponent - self.bins.exponent
        for place, count in enumerate(self.counts.tolist(), self.bins.first):
            counts[(place >> more) - bins.first] += count
        return counts

    def joined(self, other: "Histogram", most: int = MOST_BINS) -> "Histogram":
        """Return the histogram of the values of both, with up to `most` bins."""
        bins = common_bins([self, other], most)
        counts = self.in_bins(bins) + other.in_bins(bins)
        return Histogram(bins, counts, self.non_finite + other.non_finite)


#: The histogram of no values.
EMPTY: Final = Histogram(Bins(_OF_ZEROS, 0, 0), np.zeros(0, dtype=np.int64))


def histogram(values: Array, most: int = MOST_BINS) -> Histogram:
    """Return the histogram of values of any shape, with up to `most` bins, 8 to 64.

    They are counted in parts, because arrays as large as a layer would take longer to allocate than
    to fill.
    """
    parts = [_finite(part) for part in _parts(values.reshape(-1))]
    non_finite = values.size - sum(part.size for part in parts)
    parts = [part for part in parts if part.size]
    if not parts:
        return Histogram(EMPTY.bins, EMPTY.counts, non_finite)
    ends = np.array([min(part.min() for part in parts), max(part.max() for part in parts)])
    largest = float(np.abs(ends).max())
    exponent = max(frexp(largest)[1] - _DIGITS, _LEAST) if largest else _OF_ZEROS
    low, high = (int(place) for place in _places(ends, exponent))
    while high - low >= most:
        exponent, low, high = exponent + 1, low >> 1, high >> 1
    counts = np.zeros(high - low + 1, dtype=np.int64)
    for part in parts:
        counts += np.bincount(_places(part, exponent) - low, minlength=len(counts))
    return Histogram(Bins(exponent, low, high - low + 1), counts, non_finite)


def common_bins(histograms: Iterable[Histogram], most: int = MOST_BINS) -> Bins:
    """Return up to `most` bins, at least 8, that contain those of all histograms."""
    parts = [each.bins for each in histograms if each.bins.count]
    if not parts:
        return EMPTY.bins
    exponent = max(each.exponent for each in parts)
    wider = [each.wider(exponent) for each in parts]
    first = min(each.first for each in wider)
    last = max(each.first + each.count for each in wider) - 1
    bins = Bins(exponent, first, last - first + 1)
    while bins.count > most:
        bins = bins.wider(bins.exponent + 1)
    return bins


def _parts(values: Array) -> Iterator[Array]:
    for first in range(0, len(values), _PART):
        yield values[first : first + _PART]


def _finite(values: Array) -> Array:
    are_finite = np.isfinite(values)
    return values if are_finite.all() else values[are_finite]


def _places(values: Array, exponent: int) -> NDArray[np.int64]:
    """Return ⌊x / 2^exponent⌋ for each value, whose size is at most 2^(exponent + 10)."""
    scaled = np.floor(np.ldexp(values, -exponent))
    # Of a tiny negative number only −0 may be left.
    return np.where((values < 0.0) & (scaled == 0.0), -1.0, scaled).astype(np.int64)
