"""What is read from the parts of a server when somebody asks for its metrics."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from service.admission.admission import Admission
from service.execution.progress import Progress
from service.execution.thread_executor import ThreadExecutor
from service.execution.worker_counts import WorkerCounts
from service.insight.calls import ObservedCalls
from service.insight.metrics import Reading
from service.reading.cache_uses import CacheUses
from service.use_cases.watches import Watches
from training.ports import Store
from training.run import RunState


def of_calls(
    calls: ObservedCalls, admission: Admission, received: Callable[[], int]
) -> Iterator[Reading]:
    """Yield what is known of calls."""
    yield Reading("clearprop_calls_active", "Calls under way, watches included.", calls.count)
    yield Reading(
        "clearprop_calls_waiting", "Calls that wait for their turn.", lambda: admission.waiting
    )
    yield Reading(
        "clearprop_received_bytes",
        "Bytes of requests that are being received or handled.",
        received,
    )
    yield Reading(
        "clearprop_stream_sent_bytes_total",
        "Bytes of the responses of streams, most of them of watches, by face.",
        lambda: dict(calls.sent_bytes),
        "face",
    )


def of_connections(refused: Callable[[], Mapping[str, float]]) -> Iterator[Reading]:
    """Yield what is known of connections."""
    yield Reading(
        "clearprop_refused_connections_total",
        "Connections that were refused or closed because there were too many, by face.",
        refused,
        "face",
    )


def of_certificate(end: Callable[[], float]) -> Iterator[Reading]:
    """Yield when the certificate for TLS ends."""
    yield Reading(
        "clearprop_tls_certificate_end_timestamp_seconds",
        "When the certificate for TLS ends, in seconds since 1970; +Inf without TLS.",
        end,
    )


def of_watches(watches: Watches) -> Iterator[Reading]:
    """Yield what is known of watches."""
    yield Reading("clearprop_watches", "Open watches.", lambda: watches.count)
    yield Reading(
        "clearprop_watch_lag_seconds",
        "For how long the watch that is furthest behind has not had everything.",
        lambda: watches.lag_seconds,
    )


def of_training(executor: ThreadExecutor) -> Iterator[Reading]:
    """Yield how much is trained."""
    progress: Progress = executor.progress
    yield Reading("clearprop_updates_total", "Durable updates of runs.", lambda: progress.updates)
    yield Reading(
        "clearprop_segments_total", "Durable segments of runs.", lambda: progress.segments
    )
    yield Reading(
        "clearprop_runs_ended_total",
        "Runs that have succeeded or failed, by state.",
        lambda: {
            state.lower(): progress.ended[state] for state in (RunState.SUCCEEDED, RunState.FAILED)
        },
        "state",
    )
    yield Reading(
        "clearprop_runs_suspended",
        "Active runs that wait until the store can be written.",
        lambda: executor.suspended,
    )


def of_workers(counts: WorkerCounts) -> Iterator[Reading]:
    """Yield what is known of the workers of a shared store."""
    yield Reading(
        "clearprop_workers",
        "Workers of a shared database that are alive; 0 for another database.",
        lambda: counts.workers,
    )
    yield Reading(
        "clearprop_runs_waiting",
        "Active runs of a shared database that no worker trains yet.",
        lambda: counts.waiting_runs,
    )


def of_caches(caches: Mapping[str, CacheUses]) -> Iterator[Reading]:
    """Yield how useful the caches are."""
    yield Reading(
        "clearprop_cache_hits_total",
        "Times that a cache had what was asked of it, by cache.",
        lambda: {name: uses.hits for name, uses in caches.items()},
        "cache",
    )
    yield Reading(
        "clearprop_cache_misses_total",
        "Times that a cache did not have what was asked of it, by cache.",
        lambda: {name: uses.misses for name, uses in caches.items()},
        "cache",
    )


def of_store(store: Store) -> Iterator[Reading]:
    """Yield what is known of the store without reading it."""
    yield Reading(
        "clearprop_store_used_bytes",
        "Size of the stored data; 0 for a store in memory.",
        lambda: store.used_bytes,
    )
    yield Reading(
        "clearprop_store_free_bytes",
        "Free space on the disk of the store.",
        lambda: store.free_bytes,
    )
    yield Reading(
        "clearprop_store_writable",
        "1 if the store can be written, otherwise 0.",
        lambda: int(store.is_writable),
    )
    yield Reading(
        "clearprop_store_waiting_writes",
        "Writes that wait for their transaction.",
        lambda: store.waiting_writes,
    )
    yield Reading(
        "clearprop_store_timeline_changes_total",
        "Times that another database server took over, or was restored, and may lack commits.",
        lambda: store.timeline_changes,
    )


def in_store(store: Store) -> Iterator[Reading]:
    """Yield what is read from the store."""
    yield Reading("clearprop_networks", "Networks.", partial(_networks, store))
    yield Reading(
        "clearprop_runs", "Runs that are not over, by state.", partial(_runs, store), "state"
    )


def _networks(store: Store) -> int:
    with store.read() as reader:
        return reader.count_networks()


def _runs(store: Store) -> dict[str, int]:
    with store.read() as reader:
        found = reader.count_runs()
    states = (RunState.PENDING, RunState.RUNNING, RunState.PAUSED)
    return {state.lower(): found.get(state, 0) for state in states}
