"""The second client of the demo, which watches the training over its own connection."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, Unpack

import clearprop
from clearprop.watches import WatchOptions

from service.cli.demo.promises import require

_SECONDS = 60.0


class Witness:
    """Watches a network from update 0 to the end of its first run, in a thread.

    `options` are those of `Network.watch`. It is a context manager that starts the watch and waits
    for the first update.
    """

    def __init__(self, target: str, network: str, **options: Unpack[WatchOptions]) -> None:
        self._options = options
        self._client = clearprop.connect(target)
        self._network = network
        self._threads = ThreadPoolExecutor(1, "witness")
        self._started = threading.Event()
        #: How many updates were received so far.
        self.count = 0

    def __enter__(self) -> Self:
        self._seen = self._threads.submit(self._watch)
        self._seen.add_done_callback(lambda _: self._started.set())
        require(self._started.wait(_SECONDS), "the second client received no updates")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()
        self._threads.shutdown()

    def updates(self) -> list[clearprop.Snapshot]:
        """Return all received updates when the run has ended."""
        return self._seen.result(_SECONDS)

    def _watch(self) -> list[clearprop.Snapshot]:
        seen = []
        for item in self._client.network(self._network).watch(start=0, **self._options):
            if isinstance(item, clearprop.Snapshot):
                seen.append(item)
                self.count = len(seen)
                self._started.set()
            elif item.run.is_over:
                break
        return seen
