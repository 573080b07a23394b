"""The composition root of a worker: executes the runs of servers that share a database."""

import asyncio
import logging
from collections.abc import Callable
from itertools import chain

from starlette.applications import Starlette

from service.background_task import BackgroundTask
from service.clock import SystemClock
from service.execution.worker_counts import WorkerCounts
from service.executors import new_executor
from service.faces.rest.http_server import HttpServer
from service.faces.rest.metrics_page import metrics_page
from service.faces.rest.probes import probes
from service.insight.metrics import Metrics
from service.insight.readiness import Readiness
from service.insight.readings import in_store, of_store, of_training, of_workers
from service.kernels import warm_up
from service.process import FreedMemory
from service.reading.readers import Readers
from service.running import finish, run
from service.settings import Settings
from service.threads import Threads
from storage import open_store
from storage.urls import is_postgres

logger = logging.getLogger(__name__)

#: Threads for what the worker does itself: starting, stopping, metrics.
_OWN_THREADS = 4

#: How long runs and the store have to stop when the worker does, in seconds.
_STOP_SECONDS = 6.0
_CLOSE_SECONDS = 2.0


class Worker:
    """A worker: `await worker.start()`, later `await worker.stop()`."""

    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        """Open the store. Raises ValueError for one that processes cannot share."""
        if not is_postgres(settings.database):
            raise ValueError(
                f"the database {settings.shown_database} cannot be shared with servers: they"
                " execute their runs themselves. Use --database postgresql://USER@HOST/DATABASE"
            )
        clock = SystemClock()
        self._settings = settings
        self._threads = Threads(_OWN_THREADS, "own")
        self._store = open_store(
            settings.database, clock, settings.limits, settings.direct_database
        )
        readers = Readers.of(self._store)
        self._executor = new_executor(
            self._store, readers, clock, settings.training_threads, settings.threads_per_run
        )
        self._readiness = Readiness(loop, lambda _: None)
        counts = WorkerCounts(self._store, self._threads, self._readiness.connection_changed)
        self._tasks: list[BackgroundTask] = [FreedMemory(self._threads), counts]
        self._store.on_availability(self._readiness.store_changed)
        self._metrics = Metrics()
        self._store.on_transaction(self._metrics.transaction_ended)
        of_parts = chain(of_training(self._executor), of_store(self._store), of_workers(counts))
        self._metrics.read_from(of_parts, in_store(self._store))
        self._http: HttpServer | None = None
        if settings.metrics is not None:
            pages = [
                metrics_page(self._metrics, self._threads),
                *probes(lambda: self._readiness.status),
            ]
            self._http = HttpServer(Starlette(routes=pages), settings.limits, _CLOSE_SECONDS)

    async def start(self) -> str | None:
        """Load the kernels, and begin to claim runs; return the address of the metrics, if any.

        Raises CannotListen.
        """
        await self._threads.run(warm_up)
        address = None
        if self._http is not None and self._settings.metrics is not None:
            address = self._http.bind(self._settings.metrics, "--metrics")
            await self._http.start()
        await self._threads.run(self._executor.adopt)
        for task in self._tasks:
            task.start()
        return address

    async def stop(self) -> bool:
        """Stop runs between two updates, leave them to others, and close the store.

        Return whether everything has ended.
        """
        self._readiness.drain()
        stopping = [
            self._threads.begin(self._executor.stop),
            *(asyncio.create_task(task.stop()) for task in self._tasks),
        ]
        if self._http is not None:
            self._http.close()
            stopping.append(asyncio.create_task(self._http.stop()))
        has_stopped = await finish(stopping, _STOP_SECONDS)
        is_closed = await finish([self._threads.begin(self._store.close)], _CLOSE_SECONDS)
        return all([has_stopped, is_closed, self._threads.stop()])


def work(settings: Settings, announce: Callable[[str | None], None]) -> bool:
    """Run a worker until SIGTERM or SIGINT; see `service.running.run`."""
    return run(lambda loop: Worker(settings, loop), announce)
