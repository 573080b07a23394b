# Generated from clearprop/_async/runs.py by `make client`: change that file.
"""The handle of a run."""

from collections.abc import Iterator
from typing import Self, Unpack

from clearprop._sync.connection import Connection
from clearprop.calls import runs
from clearprop.columns import Columns
from clearprop.infos import RunEvent, RunInfo
from clearprop.keywords import check_methods
from clearprop.snapshots import Snapshot
from clearprop.v1.run_pb2 import Run as RunMessage
from clearprop.v1.training_service_pb2 import WatchUpdatesRequest
from clearprop.watches import ENDS_ONLY, Received, Watched, WatchOptions, watch_request


@check_methods
class Run(RunInfo):
    """A run. Its properties have the values from when it was last read.

    Every method raises ClearpropError if the service refuses the call or cannot be reached.
    """

    def __init__(self, connection: Connection, message: RunMessage, network_uid: str) -> None:
        super().__init__(message)
        self._connection = connection
        self._network_uid = network_uid

    def refresh(self) -> Self:
        """Read the run again and return it."""
        call = runs.get_run(self.network, self.number)
        response = self._connection.call(call)
        self.message = response.run
        return self

    def pause(self, *, etag: str = "", request_id: str = "") -> Self:
        """Pause the run between two updates; return it when the pause is durable."""
        call = runs.pause_run(self.network, self.number, etag, request_id)
        response = self._connection.call(call)
        self.message = response.run
        return self

    def resume(self, *, etag: str = "", request_id: str = "") -> Self:
        """Resume the paused run on the server, and return it."""
        call = runs.resume_run(self.network, self.number, etag, request_id)
        response = self._connection.call(call)
        self.message = response.run
        return self

    def cancel(self, *, etag: str = "", request_id: str = "") -> Self:
        """Cancel the run; return it when that is durable. Its updates are kept."""
        call = runs.cancel_run(self.network, self.number, etag, request_id)
        response = self._connection.call(call)
        self.message = response.run
        return self

    def wait(self) -> Self:
        """Wait until the run is over, including any pauses, and return it."""
        request = watch_request(
            self.network,
            self._network_uid,
            stride=ENDS_ONLY,
            detail="cost",
            until_run=self.number,
        )
        for _ in self._follow(request):
            pass
        return self

    def updates(self, **options: Unpack[WatchOptions]) -> Iterator[Snapshot]:
        """Yield the run's updates from its first to its last, new ones as they happen.

        Resumes automatically after a lost connection, without a gap or a duplicate. For the
        options, see `WatchOptions`.
        """
        for item in self.watch(**options):
            if isinstance(item, Snapshot) and item.run == self.number:
                yield item

    def columns(self, **options: Unpack[WatchOptions]) -> Iterator[Columns]:
        """Yield the same updates as columns of numbers, many at a time, which is much faster."""
        for item in self._follow(self._request(columns=True, **options)):
            if isinstance(item, Columns) and item.run == self.number:
                yield item

    def watch(self, **options: Unpack[WatchOptions]) -> Iterator[Watched]:
        """Yield the same updates, and the changes of the run's state between them."""
        for item in self._follow(self._request(**options)):
            if not isinstance(item, Columns):
                yield item

    def _request(
        self, *, columns: bool = False, **options: Unpack[WatchOptions]
    ) -> WatchUpdatesRequest:
        return watch_request(
            self.network,
            self._network_uid,
            start=self.first_update,
            until_run=self.number,
            columns=columns,
            **options,
        )

    def _follow(self, request: WatchUpdatesRequest) -> Iterator[Received]:
        for item in self._connection.watch(request):
            if isinstance(item, RunEvent):
                # The end of the previous run is at the start of this one.
                if item.run.number != self.number:
                    continue
                self.message = item.message.run
            yield item
