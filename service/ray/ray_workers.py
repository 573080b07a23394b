"""Keeps as many workers in a cluster of Ray as the active runs need."""

import asyncio
import logging
import math
import time
from typing import Final

from service.background_task import BackgroundTask
from service.execution.worker_counts import WorkerCounts
from service.ray.ray_cluster import RayCluster
from service.settings import Settings
from service.threads import Threads

logger = logging.getLogger(__name__)

#: The interval between two looks at the runs, in seconds.
_SECONDS: Final = 1.0

#: Workers are stopped only if fewer have been enough for so long, in seconds.
_IDLE_SECONDS: Final = 60.0


class WantedWorkers:
    """How many workers there should be: more at once, fewer only after a while."""

    def __init__(self, least: int, most: int, runs_of_worker: int) -> None:
        """`runs_of_worker` is how many runs a worker trains at the same time."""
        self._least = least
        self._most = most
        self._runs_of_worker = runs_of_worker
        self._recent: list[tuple[float, int]] = []

    def count(self, active_runs: int, now: float) -> int:
        """Return how many there should be now, in seconds from an arbitrary start."""
        needed = math.ceil(active_runs / self._runs_of_worker)
        wanted = min(max(needed, self._least), self._most)
        self._recent = [each for each in self._recent if now - each[0] < _IDLE_SECONDS]
        self._recent.append((now, wanted))
        return max(wanted for _, wanted in self._recent)


class RayWorkers(BackgroundTask):
    """Scales the workers, in the event loop; every server on the same database may do it."""

    def __init__(
        self, cluster: RayCluster, wanted: WantedWorkers, counts: WorkerCounts, threads: Threads
    ) -> None:
        self._cluster = cluster
        self._wanted = wanted
        self._counts = counts
        self._threads = threads

    @classmethod
    def of(cls, settings: Settings, counts: WorkerCounts, threads: Threads) -> "RayWorkers":
        """Connect to the cluster of the settings; see RayCluster for the errors."""
        wanted = WantedWorkers(
            settings.ray_min_workers, settings.ray_max_workers, settings.ray_cpus
        )
        return cls(RayCluster(settings), wanted, counts, threads)

    async def stop(self) -> None:
        """Leave the cluster; its workers go on, unless it was started here."""
        await super().stop()
        await self._threads.run(self._cluster.close)

    async def _repeat(self) -> None:
        is_failing = False
        while True:
            wanted = self._wanted.count(self._counts.active_runs, time.monotonic())
            try:
                if is_failing:
                    await self._threads.run(self._cluster.connect)
                await self._threads.run(self._cluster.scale, wanted)
                is_failing = False
            except Exception:
                if not is_failing:
                    logger.exception("the workers in Ray cannot be scaled; trying again")
                is_failing = True
            await asyncio.sleep(_SECONDS)
