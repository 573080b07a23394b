"""A replica and workers on one store, in one process, and ways to disturb them."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import cast

from execution_bench import SETTINGS
from frozen_store import FrozenStore
from patience import PATIENCE
from services import Service

from service.clock import SystemClock
from service.execution.claiming_executor import ClaimingExecutor
from service.reading.readers import Readers
from service.use_cases.networks import NewNetwork
from training.network import Initializer
from training.numerics.initializers import InitializerKind
from training.ownership import WorkerLease
from training.ports import Clock, Store
from training.run import Run

#: Opens the store of another process.
OpenStore = Callable[[], Store]

#: About a second of training.
LONG = replace(SETTINGS, epochs=1_200_000)


class Replica(Service):
    """A server without threads for runs."""

    def __init__(self, store: Store) -> None:
        def without_threads(store: Store, readers: Readers, clock: Clock) -> ClaimingExecutor:
            return ClaimingExecutor(store, readers, clock, threads=0)

        super().__init__(store=store, executor=without_threads)
        self.committed = Event()
        store.on_commit(lambda _: self.committed.set())

    def create(self, *network_ids: str) -> None:
        initializer = Initializer(InitializerKind.UNIFORM, 1)
        for network_id in network_ids:
            self.networks.create(NewNetwork(network_id, (2, 5, 1), initializer=initializer))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds, which commits or the time bring about."""
        give_up = time.monotonic() + PATIENCE
        while True:
            self.committed.clear()
            if condition():
                return
            assert time.monotonic() < give_up
            self.committed.wait(0.05)

    def progresses(self, updates: int = 1) -> bool:
        """Wait until the run has made so many more; return False if it is over instead."""
        enough = self.run().updates_done + updates
        self.wait_until(lambda: self.run().is_over or self.run().updates_done >= enough)
        return not self.run().is_over

    def run(self, network: str = "net") -> Run:
        return self.runs.get(network, 1).run

    def workers(self) -> list[WorkerLease]:
        with self.store.read() as reader:
            return reader.workers()

    def owner(self, network: str = "net") -> str | None:
        with self.store.read() as reader:
            return reader.owner(reader.network(network).uid, 1)


class Workers:
    """Executors that claim runs, each with a way to freeze it."""

    def __init__(self, open_store: OpenStore) -> None:
        self._open_store = open_store
        self.stores: list[FrozenStore] = []
        self.executors: list[ClaimingExecutor] = []

    def start(self, threads: int = 1) -> FrozenStore:
        """Start another worker, and return its store."""
        store = FrozenStore(self._open_store())
        readers = Readers.of(cast("Store", store))
        executor = ClaimingExecutor(cast("Store", store), readers, SystemClock(), threads)
        executor.adopt()
        self.stores.append(store)
        self.executors.append(executor)
        return store

    def stop(self) -> None:
        for store, executor in zip(self.stores, self.executors, strict=True):
            store.thaw()
            executor.stop()
