"""A worker inside an actor of Ray: the same as `clearprop work`."""

import asyncio
import os
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

from service import process
from service.insight.logs import configure
from service.settings import Settings
from service.work import Worker

T = TypeVar("T")


class WorkerActor:
    """Starts a worker where Ray has placed this actor; Ray makes it again if its process ends.

    Only a worker that was stopped leaves its runs at once; those of one that was killed wait until
    its lease is over.
    """

    def __init__(self, settings: Settings) -> None:
        """Begin to claim runs, once the kernels of this machine are loaded or compiled."""
        process.configure()
        configure(settings.log_format, settings.log_level)
        self._loop = asyncio.new_event_loop()
        Thread(target=self._loop.run_forever, name="worker", daemon=True).start()
        self._worker = self._result(self._started(settings))

    def process_id(self) -> int:
        """Return the process of this actor; its call succeeds once the worker claims runs."""
        return os.getpid()

    def stop(self) -> bool:
        """Stop runs between two updates, and leave them to others; return whether all has ended."""
        return self._result(self._worker.stop())

    async def _started(self, settings: Settings) -> Worker:
        worker = Worker(settings, asyncio.get_running_loop())
        await worker.start()
        return worker

    def _result(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
