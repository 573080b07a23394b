"""The connection to a server for asyncio: what `clearprop.connection` is for threads."""

import asyncio
from collections.abc import AsyncIterator, Callable

import grpc

from clearprop.calls import Call, ItemT, MadeT, Pages, ResponseT
from clearprop.connection import CHANNEL_OPTIONS, WATCH_PATH
from clearprop.errors import ClearpropError
from clearprop.retrying import Backoff
from clearprop.v1.training_service_pb2 import WatchUpdatesRequest, WatchUpdatesResponse
from clearprop.watching import WatchCursor, Watched, stream_ended


class AsyncConnection:
    """A channel to one server, used by a client and all its handles in one event loop."""

    def __init__(self, target: str, patience: float) -> None:
        self._channel = grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS)
        self._patience = patience
        self._closed = False
        self._watch = self._channel.unary_stream(
            WATCH_PATH,
            request_serializer=WatchUpdatesRequest.SerializeToString,
            response_deserializer=WatchUpdatesResponse.FromString,
        )

    async def call(self, call: Call[ResponseT]) -> ResponseT:
        """Make a call, again while the service is unavailable and the patience lasts.

        A repetition sends the same request with the same id, so that it happens at most once.
        Raises ClearpropError.
        """
        method = self._channel.unary_unary(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        backoff = Backoff(self._patience)
        while True:
            try:
                return await method(call.request)
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            except asyncio.CancelledError:
                failure = _cancelled()
            await self._wait(backoff, failure)

    async def pages(
        self, pages: Pages[ResponseT, ItemT], make: Callable[[ItemT], MadeT]
    ) -> AsyncIterator[MadeT]:
        """Yield what is made of each item of a list; a page is asked for when it is needed."""
        token = ""
        while True:
            items, token = pages.read(await self.call(pages.call(token)))
            for item in items:
                yield make(item)
            if not token:
                return

    async def watch(self, request: WatchUpdatesRequest) -> AsyncIterator[Watched]:
        """Yield what a watch delivers, and go on by itself after a lost connection."""
        cursor = WatchCursor(request)
        backoff = Backoff(self._patience)
        while not cursor.complete:
            stream = self._watch(cursor.request())
            try:
                async for response in stream:
                    backoff.reset()
                    for item in cursor.read(response):
                        yield item
                failure = stream_ended()
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            except asyncio.CancelledError:
                failure = _cancelled()
            finally:
                stream.cancel()
            if not cursor.complete:
                await self._wait(backoff, failure)

    async def close(self) -> None:
        """Close the channel. Calls and watches that are under way end with CANCELLED."""
        self._closed = True
        await self._channel.close()

    async def _wait(self, backoff: Backoff, failure: ClearpropError) -> None:
        if self._closed:
            raise failure
        await asyncio.sleep(backoff.delay(failure))


def _cancelled() -> ClearpropError:
    """Return the error of a call that was cancelled by the server or by closing the channel.

    gRPC raises the same exception for that as asyncio does for a task that is cancelled; the latter
    is raised again.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise  # noqa: PLE0704 - called where CancelledError was caught
    return ClearpropError(grpc.StatusCode.CANCELLED, "the call was cancelled by the connection")
