"""A run as a handle for asyncio."""

from collections.abc import AsyncIterator
from typing import Self, Unpack

from clearprop._async.connection import AsyncConnection
from clearprop.calls import runs
from clearprop.columns import Columns
from clearprop.infos import RunEvent, RunInfo
from clearprop.keywords import check_methods
from clearprop.snapshots import Snapshot
from clearprop.v1.run_pb2 import Run as RunMessage
from clearprop.v1.training_service_pb2 import WatchUpdatesRequest
from clearprop.watches import ENDS_ONLY, Received, Watched, WatchOptions, watch_request


@check_methods
class AsyncRun(RunInfo):
    """One training of a network. The properties say what was true when the run was last read.

    Every method raises ClearpropError when the service refuses or cannot be reached.
    """

    def __init__(self, connection: AsyncConnection, message: RunMessage, network_uid: str) -> None:
        super().__init__(message)
        self._connection = connection
        self._network_uid = network_uid

    async def refresh(self) -> Self:
        """Read the run anew and return it."""
        call = runs.get_run(self.network, self.number)
        response = await self._connection.call(call)
        self.message = response.run
        return self

    async def pause(self, *, etag: str = "", request_id: str = "") -> Self:
        """Stop the run between two updates; return it when that is durable."""
        call = runs.pause_run(self.network, self.number, etag, request_id)
        response = await self._connection.call(call)
        self.message = response.run
        return self

    async def resume(self, *, etag: str = "", request_id: str = "") -> Self:
        """Let the paused run go on in the background, and return it."""
        call = runs.resume_run(self.network, self.number, etag, request_id)
        response = await self._connection.call(call)
        self.message = response.run
        return self

    async def cancel(self, *, etag: str = "", request_id: str = "") -> Self:
        """End the run for good; return it when that is durable. Its updates stay."""
        call = runs.cancel_run(self.network, self.number, etag, request_id)
        response = await self._connection.call(call)
        self.message = response.run
        return self

    async def wait(self) -> Self:
        """Wait until the run is over, however long it is paused in between, and return it."""
        request = watch_request(
            self.network,
            self._network_uid,
            stride=ENDS_ONLY,
            detail="cost",
            until_run=self.number,
        )
        async for _ in self._follow(request):
            pass
        return self

    async def updates(self, **options: Unpack[WatchOptions]) -> AsyncIterator[Snapshot]:
        """Yield the run's updates from its first to its last, those to come when they come.

        Goes on by itself after a lost connection, without a gap or a duplicate. `options`: see
        WatchOptions.
        """
        async for item in self.watch(**options):
            if isinstance(item, Snapshot) and item.run == self.number:
                yield item

    async def columns(self, **options: Unpack[WatchOptions]) -> AsyncIterator[Columns]:
        """Yield what `updates` yields as columns of numbers, many updates at once: much faster."""
        async for item in self._follow(self._request(columns=True, **options)):
            if isinstance(item, Columns) and item.run == self.number:
                yield item

    async def watch(self, **options: Unpack[WatchOptions]) -> AsyncIterator[Watched]:
        """Yield what `updates` yields, and the changes of the run's state in their places."""
        async for item in self._follow(self._request(**options)):
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

    async def _follow(self, request: WatchUpdatesRequest) -> AsyncIterator[Received]:
        async for item in self._connection.watch(request):
            if isinstance(item, RunEvent):
                # The end of the run before lies at this one's start.
                if item.run.number != self.number:
                    continue
                self.message = item.message.run
            yield item
