"""Everything that operators see of one server."""

from collections.abc import Callable, Mapping
from itertools import chain

from service.admission.admission import Admission
from service.background_task import BackgroundTask
from service.execution.thread_executor import ThreadExecutor
from service.insight.audit import AuditLog
from service.insight.calls import ObservedCalls
from service.insight.loop_lag import LoopLag
from service.insight.metrics import Metrics
from service.insight.readings import (
    in_store,
    of_caches,
    of_calls,
    of_connections,
    of_store,
    of_training,
    of_watches,
)
from service.insight.trace_export import TraceExport
from service.reading.readers import Readers
from service.use_cases.watches import Watches
from training.ports import Clock, Store


class Insight:
    """The observed calls of a server, its metrics, its audit log, and its traces if there are any.

    The audit log keeps entries for `audit_days`. Traces are sent to the OTLP endpoint `traces`.
    """

    def __init__(self, store: Store, clock: Clock, audit_days: int) -> None:
        self.metrics = Metrics()
        self.calls = ObservedCalls(self.metrics)
        self._store = store
        self._audit = AuditLog(store, clock, audit_days)
        self._traces: TraceExport | None = None
        self.calls.on_end(self._audit.call_ended)
        store.on_transaction(self.metrics.transaction_ended)

    def observe_reading(self, readers: Readers, traces: str | None, version: str) -> None:
        """Observe replays, and send traces to an OTLP endpoint if there is one.

        Raises ValueError without the libraries for traces.
        """
        readers.replay.observe = self.metrics.replay_seconds.time
        if traces is not None:
            self._traces = TraceExport(traces, version, self.calls, self._store, readers.replay)

    def read_metrics_of(
        self,
        readers: Readers,
        executor: ThreadExecutor,
        watches: Watches,
        admission: Admission,
        received: Callable[[], int],
        refused_connections: Callable[[], Mapping[str, int]],
    ) -> None:
        """Read the metrics of the parts of a server."""
        caches = {**readers.cache_uses, "watches": watches.cache_uses}
        in_loop = (
            of_calls(self.calls, admission, received),
            of_connections(refused_connections),
            of_watches(watches),
            of_training(executor),
            of_caches(caches),
            of_store(self._store),
        )
        self.metrics.read_from(chain(*in_loop), in_store(self._store))

    def background_tasks(self) -> list[BackgroundTask]:
        """Return the tasks that run as long as the server does."""
        return [LoopLag(self.metrics.loop_was_late), self._audit]

    def flush(self) -> None:
        """Queue what the audit log still has to write, before the store is closed."""
        self._audit.flush()

    def close(self) -> None:
        """Send the remaining traces; this can take long if the endpoint does not answer."""
        if self._traces is not None:
            self._traces.close()
