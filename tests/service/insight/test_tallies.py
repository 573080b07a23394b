"""Plain numbers are read like the metrics of Prometheus."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from service.insight.tallies import Durations, Tally

BOUNDS = (0.001, 0.1, 2.5)

disable_created_metrics()  # type: ignore[no-untyped-call]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["grpc", "http"]),
            st.sampled_from(BOUNDS) | st.floats(0.0, 5.0),
        )
    )
)
def test_calls_are_counted_as_prometheus_counts_them(calls: list[tuple[str, float]]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    tally = Tally("calls_total", "Calls.", ("face",), ours)
    durations = Durations("seconds", "Their time.", ("face",), BOUNDS, ours)
    counter = Counter("calls_total", "Calls.", ("face",), registry=theirs)
    histogram = Histogram("seconds", "Their time.", ("face",), registry=theirs, buckets=BOUNDS)
    for face, seconds in calls:
        tally.count((face,))
        durations.add((face,), seconds)
        counter.labels(face).inc()
        histogram.labels(face).observe(seconds)
    assert generate_latest(ours) == generate_latest(theirs)
