"""The metrics of a server, by Prometheus' conventions.

What happens often is counted where it happens, in plain numbers, and read when somebody asks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.insight.tallies import Durations, Tally
from training.error_kinds import ClearpropError
from training.limits import Limits, described

# Otherwise each counter and histogram would have another series with the time of its creation.
disable_created_metrics()  # type: ignore[no-untyped-call]

#: The media type of what `Metrics.text` returns.
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_CALL_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100)
_STORE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

Value = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that is read when the metrics are: a counter if its name ends in _total.

    `read` returns None if there is none, and with a `label` the numbers by its values.
    """

    name: str
    help: str
    read: Callable[[], Value | None]
    label: str = ""


class Metrics:
    """The metrics of one server. `text` is called in a thread, after `look` in the event loop."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        named: dict[str, Any] = {"registry": self._registry}
        self._calls = Tally(
            "clearprop_calls_total",
            "Calls that have ended, by face (grpc, http), method and status code.",
            ("face", "method", "code"),
            **named,
        )
        self._call_seconds = Durations(
            "clearprop_call_duration_seconds",
            "Time of calls from the arrival of the request to the last byte of the response.",
            ("face", "method"),
            _CALL_BUCKETS,
            **named,
        )
        self._limits_hit = Counter(
            "clearprop_limits_hit_total",
            "Calls and connections that were refused because of a limit, by its name.",
            ("limit",),
            **named,
        )
        self._transactions = Durations(
            "clearprop_store_transaction_duration_seconds",
            "Time of transactions of the store, each with all writes that waited, until durable.",
            (),
            _STORE_BUCKETS,
            **named,
        )
        self._failed_transactions = Counter(
            "clearprop_store_failed_transactions_total",
            "Transactions of the store that could not be committed.",
            **named,
        )
        self.replay_seconds = Histogram(
            "clearprop_replay_duration_seconds",
            "Time of recomputing updates from the history, including reading it.",
            buckets=_CALL_BUCKETS,
            **named,
        )
        self._loop_lag = Histogram(
            "clearprop_event_loop_lag_seconds",
            "Time by which the event loop was late, measured twice a second.",
            buckets=_LAG_BUCKETS,
            **named,
        )
        self._limit_names = {limit.name for limit in described(Limits())}
        self._in_loop, self._in_thread = _Readings(self._registry), _Readings(self._registry)
        ProcessCollector(**named)

    def read_from(self, in_loop: Iterable[Reading], in_thread: Iterable[Reading]) -> None:
        """Add what is read in the event loop, and in a thread because it takes longer."""
        self._in_loop.readings += tuple(in_loop)
        self._in_thread.readings += tuple(in_thread)

    def call_ended(self, face: str, method: str, code: str, seconds: float) -> None:
        """Count a call."""
        self._calls.count((face, method, code))
        self._call_seconds.add((face, method), seconds)

    def limit_hit(self, limit: str) -> None:
        """Count a refusal because of a limit; other names than those of limits are not counted."""
        if limit in self._limit_names:
            self._limits_hit.labels(limit).inc()

    def transaction_ended(self, seconds: float, is_committed: bool) -> None:
        """Count a transaction; called in the thread that writes."""
        self._transactions.add((), seconds)
        if not is_committed:
            self._failed_transactions.inc()

    def loop_was_late(self, seconds: float) -> None:
        """Note a lag of the event loop."""
        self._loop_lag.observe(seconds)

    def look(self) -> None:
        """Read what is read in the event loop."""
        self._in_loop.look()

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        self._in_thread.look()
        return generate_latest(self._registry)


class _Readings(Collector):
    """Numbers as they were when somebody last looked."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.readings: tuple[Reading, ...] = ()
        self._values: list[tuple[Reading, Value]] = []
        registry.register(self)

    def look(self) -> None:
        """Read all numbers; those that cannot be read are left out."""
        found = ((each, _read(each)) for each in self.readings)
        self._values = [(reading, value) for reading, value in found if value is not None]

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        for reading, value in self._values:
            kind = CounterMetricFamily if reading.name.endswith("_total") else GaugeMetricFamily
            labels = (reading.label,) if reading.label else ()
            family = kind(reading.name, reading.help, labels=labels)
            if isinstance(value, Mapping):
                for name, number in value.items():
                    family.add_metric((name,), number)
            else:
                family.add_metric((), value)
            yield family


def _read(reading: Reading) -> Value | None:
    try:
        return reading.read()
    except ClearpropError:  # the store cannot be read now
        return None
