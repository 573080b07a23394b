"""The connection to a server for asyncio: what `clearprop.connection` is for threads."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import grpc

from clearprop.calls import Call, ItemT, MadeT, Pages, ResponseT
from clearprop.connection import CHANNEL_OPTIONS, UPLOAD_PATH, WATCH_PATH
from clearprop.errors import ClearpropError
from clearprop.retrying import Backoff
from clearprop.uploading import Upload
from clearprop.v1.training_service_pb2 import (
    UploadTrainingSetRequest,
    UploadTrainingSetResponse,
    WatchUpdatesRequest,
    WatchUpdatesResponse,
)
from clearprop.watching import Received, WatchCursor, stream_ended


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
        self._upload = self._channel.stream_unary(
            UPLOAD_PATH,
            request_serializer=UploadTrainingSetRequest.SerializeToString,
            response_deserializer=UploadTrainingSetResponse.FromString,
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

    async def stream(self, call: Call[ResponseT]) -> AsyncIterator[ResponseT]:
        """Yield the messages of a call; it is made again while none of them has come.

        Only while the service is unavailable and the patience lasts. Raises ClearpropError.
        """
        method = self._channel.unary_stream(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        backoff = Backoff(self._patience)
        begun = False
        while True:
            stream = method(call.request)
            try:
                async for response in stream:
                    begun = True
                    yield response
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            except asyncio.CancelledError:
                failure = _cancelled()
            else:
                return
            finally:
                stream.cancel()
            if begun:
                raise failure
            await self._wait(backoff, failure)

    async def watch(self, request: WatchUpdatesRequest) -> AsyncIterator[Received]:
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

    async def upload(self, upload: Upload) -> UploadTrainingSetResponse:
        """Send an upload, again from its first message while the service is unavailable.

        Raises ClearpropError, and what iterating over the upload raises; nothing is stored then.
        """
        backoff = Backoff(self._patience)
        while True:
            try:
                return await self._send(upload)
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            except asyncio.CancelledError:
                failure = _cancelled()
            await self._wait(backoff, failure)

    async def close(self) -> None:
        """Close the channel. Calls and watches that are under way end with CANCELLED."""
        self._closed = True
        await self._channel.close()

    async def _send(self, upload: Upload) -> UploadTrainingSetResponse:
        call = self._upload()
        ends = _Ends(call)
        try:
            # A message that the service does not take any more says nothing: its answer says why.
            with suppress(asyncio.InvalidStateError, grpc.RpcError):
                for message in upload:
                    await call.write(message)
                await call.done_writing()
            return await call
        except grpc.RpcError as error:
            raise ends.true_error(error) from None
        finally:
            call.cancel()

    async def _wait(self, backoff: Backoff, failure: ClearpropError) -> None:
        if self._closed:
            raise failure
        await asyncio.sleep(backoff.delay(failure))


class _Ends:
    """How a call ended, each time that gRPC says so.

    A call that its server ends while a message is under way may end a second time, with INTERNAL in
    place of what the server said (https://github.com/grpc/grpc/issues/36066).
    """

    def __init__(self, call: "grpc.aio.StreamUnaryCall[Any, Any]") -> None:
        self._errors: list[grpc.aio.AioRpcError] = []
        self._call = call
        call.add_done_callback(self._note)

    def true_error(self, error: grpc.RpcError) -> grpc.RpcError:
        """Return what the server said, where gRPC has overwritten it; else the error itself."""
        said = (each for each in self._errors if each.code() is not grpc.StatusCode.INTERNAL)
        return next(said, error) if error.code() is grpc.StatusCode.INTERNAL else error

    def _note(self, _: object) -> None:
        parts = (self._call.code(), self._call.details(), self._call.trailing_metadata())
        code, details, trailing = map(_known, parts)
        if code is not None:
            metadata = grpc.aio.Metadata()
            self._errors.append(grpc.aio.AioRpcError(code, metadata, trailing or metadata, details))


def _known(answer: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - as what it is given
    """Return what a coroutine returns that needs not wait; None if it would."""
    try:
        answer.send(None)
    except StopIteration as end:
        return end.value
    finally:
        answer.close()
    return None


def _cancelled() -> ClearpropError:
    """Return the error of a call that was cancelled by the server or by closing the channel.

    gRPC raises the same exception for that as asyncio does for a task that is cancelled; the latter
    is raised again.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise  # noqa: PLE0704 - called where CancelledError was caught
    return ClearpropError(grpc.StatusCode.CANCELLED, "the call was cancelled by the connection")
