"""The transport for asyncio: calls that are awaited, and told from tasks that are cancelled."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import grpc

from clearprop._transports.channel import CHANNEL_OPTIONS, UPLOAD_PATH
from clearprop.calls.base import Call, ResponseT
from clearprop.errors import ClearpropError
from clearprop.uploads import Upload
from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest, UploadTrainingSetResponse

ItemT_co = TypeVar("ItemT_co", covariant=True)

#: The exceptions with which gRPC says that a call failed: the second one where the server or
#: closing the channel cancelled it.
FAILURES = (grpc.RpcError, asyncio.CancelledError)


def failure_of(error: grpc.RpcError | asyncio.CancelledError) -> ClearpropError:
    """Return what one of `FAILURES` says.

    gRPC raises the same exception for a call that was cancelled as asyncio does for a task that is
    cancelled; the latter is raised again.
    """
    if isinstance(error, grpc.RpcError):
        return ClearpropError.from_rpc(error)
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise error
    return ClearpropError(grpc.StatusCode.CANCELLED, "the call was cancelled by the connection")


class AsyncStream(Protocol[ItemT_co]):
    """The messages of a call, which can be cancelled."""

    def __aiter__(self) -> AsyncIterator[ItemT_co]: ...

    def cancel(self) -> object:
        """End the call."""


class AsyncTransport:
    """A channel to one server, used in one event loop. Its calls raise `FAILURES`."""

    def __init__(self, target: str) -> None:
        self._channel = grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS)
        self._upload = self._channel.stream_unary(
            UPLOAD_PATH,
            request_serializer=UploadTrainingSetRequest.SerializeToString,
            response_deserializer=UploadTrainingSetResponse.FromString,
        )

    async def send(self, call: Call[ResponseT]) -> ResponseT:
        """Make a call and return its answer."""
        method = self._channel.unary_unary(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        return await method(call.request)

    def stream(self, call: Call[ResponseT]) -> AsyncStream[ResponseT]:
        """Make a call that is answered with a stream of messages."""
        method = self._channel.unary_stream(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        return method(call.request)

    async def upload(self, upload: Upload) -> UploadTrainingSetResponse:
        """Send all messages of an upload, from the first. Raises what iterating over it raises."""
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

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Close the channel. Calls that are under way end with CANCELLED."""
        await self._channel.close()


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
