"""Counters and histograms of what happens often, in plain numbers until somebody reads them.

Those of Prometheus check and lock each number, in ten calls of functions.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import inf

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

#: The values of the labels of a number.
Values = tuple[str, ...]


class Tally(Collector):
    """A counter for each combination of labels. One thread counts, any thread reads."""

    def __init__(
        self, name: str, description: str, labels: Sequence[str], registry: CollectorRegistry
    ) -> None:
        self._name, self._description, self._labels = name, description, labels
        self._counts: dict[Values, int] = {}
        registry.register(self)

    def count(self, values: Values) -> None:
        """Count one."""
        self._counts[values] = self._counts.get(values, 0) + 1

    def collect(self) -> Iterator[Metric]:
        """Yield the metric."""
        family = CounterMetricFamily(self._name, self._description, labels=self._labels)
        for values, count in self._counts.copy().items():
            family.add_metric(values, count)
        yield family


class Durations(Collector):
    """A histogram of seconds for each combination of labels. One thread counts, any thread reads.

    `bounds` are those of its buckets; a last one for all others is added.
    """

    def __init__(
        self,
        name: str,
        description: str,
        labels: Sequence[str],
        bounds: Sequence[float],
        registry: CollectorRegistry,
    ) -> None:
        self._name, self._description, self._labels = name, description, labels
        self._bounds = (*bounds, inf)
        self._counts: dict[Values, list[int]] = {}  # in each bucket
        self._sums: dict[Values, float] = {}
        registry.register(self)

    def add(self, values: Values, seconds: float) -> None:
        """Count one that took this time."""
        counts = self._counts.get(values)
        if counts is None:
            counts = self._counts[values] = [0] * len(self._bounds)
        counts[bisect_left(self._bounds, seconds)] += 1
        self._sums[values] = self._sums.get(values, 0.0) + seconds

    def collect(self) -> Iterator[Metric]:
        """Yield the metric."""
        family = HistogramMetricFamily(self._name, self._description, labels=self._labels)
        for values, total in self._sums.copy().items():
            names = map(floatToGoString, self._bounds)
            buckets = list(zip(names, accumulate(self._counts[values]), strict=True))
            family.add_metric(values, buckets, total)
        yield family
