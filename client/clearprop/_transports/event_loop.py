"""The transport for asyncio, which distinguishes cancelled calls from cancelled tasks."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import grpc

from clearprop._transports.channel import CHANNEL_OPTIONS, UPLOAD_PATH
from clearprop.calls.base import Call, ResponseT
from clearprop.endpoints import Endpoint
from clearprop.errors import ClearpropError
from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest, UploadTrainingSetResponse

ItemT_co = TypeVar("ItemT_co", covariant=True)

#: The exceptions of gRPC for failed calls; the second one if the server, or closing the channel,
#: cancelled the call.
FAILURES = (grpc.RpcError, asyncio.CancelledError)


def failure_of(error: grpc.RpcError | asyncio.CancelledError) -> ClearpropError:
    """Return the error for one of `FAILURES`.

    gRPC raises the same exception for a cancelled call as asyncio for a cancelled task; the latter
    is raised again.
    """
    if isinstance(error, grpc.RpcError):
        return ClearpropError.from_rpc(error)
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise error
    return ClearpropError(grpc.StatusCode.CANCELLED, "the call was cancelled by the connection")


class AsyncStream(Protocol[ItemT_co]):
    """The messages of a call that can be cancelled."""

    def __aiter__(self) -> AsyncIterator[ItemT_co]: ...

    def cancel(self) -> object:
        """End the call."""


class AsyncTransport:
    """A channel to one server, used in one event loop. Its calls raise `FAILURES`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._metadata = endpoint.metadata
        self._channel = (
            grpc.aio.insecure_channel(endpoint.target, options=CHANNEL_OPTIONS)
            if endpoint.credentials is None
            else grpc.aio.secure_channel(
                endpoint.target, endpoint.credentials, options=CHANNEL_OPTIONS
            )
        )
        self._upload = self._channel.stream_unary(
            UPLOAD_PATH,
            request_serializer=UploadTrainingSetRequest.SerializeToString,
            response_deserializer=UploadTrainingSetResponse.FromString,
        )

    async def send(self, call: Call[ResponseT]) -> ResponseT:
        """Make a call and return its response."""
        method = self._channel.unary_unary(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        return await method(call.request, metadata=self._metadata)

    def stream(self, call: Call[ResponseT]) -> AsyncStream[ResponseT]:
        """Make a call whose response is a stream of messages."""
        method = self._channel.unary_stream(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        return method(call.request, metadata=self._metadata)

    async def upload(self, upload: Iterable[UploadTrainingSetRequest]) -> UploadTrainingSetResponse:
        """Send all messages of an upload. Raises whatever iterating over it raises."""
        call = self._upload(metadata=self._metadata)
        ends = _Ends(call)
        try:
            # If the service stops reading, the error is in its response.
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
        """Close the channel. Calls in progress end with CANCELLED."""
        await self._channel.close()


class _Ends:
    """The ends of a call that gRPC reports.

    If a server ends a call while a message is being sent, gRPC may report a second end, with
    INTERNAL instead of the server's status (https://github.com/grpc/grpc/issues/36066).
    """

    def __init__(self, call: "grpc.aio.StreamUnaryCall[Any, Any]") -> None:
        self._errors: list[grpc.aio.AioRpcError] = []
        self._call = call
        call.add_done_callback(self._note)

    def true_error(self, error: grpc.RpcError) -> grpc.RpcError:
        """Return the server's error if gRPC has overwritten it; otherwise the error itself."""
        sent = (each for each in self._errors if each.code() is not grpc.StatusCode.INTERNAL)
        return next(sent, error) if error.code() is grpc.StatusCode.INTERNAL else error

    def _note(self, _: object) -> None:
        parts = (self._call.code(), self._call.details(), self._call.trailing_metadata())
        code, details, trailing = map(_known, parts)
        if code is not None:
            metadata = grpc.aio.Metadata()
            self._errors.append(grpc.aio.AioRpcError(code, metadata, trailing or metadata, details))


def _known(answer: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - as the coroutine
    """Return the result of a coroutine that does not have to wait; None if it has to."""
    try:
        answer.send(None)
    except StopIteration as end:
        return end.value
    finally:
        answer.close()
    return None
