"""The transport for threads: blocking calls, and uploads that gRPC reads in its own thread."""

import time
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import grpc

from clearprop._transports.channel import CHANNEL_OPTIONS, UPLOAD_PATH
from clearprop._transports.outbox import Outbox
from clearprop.calls.base import Call, ResponseT
from clearprop.endpoints import Endpoint
from clearprop.errors import ClearpropError
from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest, UploadTrainingSetResponse

ItemT_co = TypeVar("ItemT_co", covariant=True)

#: The exceptions of gRPC for failed calls.
FAILURES = (grpc.RpcError,)


def failure_of(error: grpc.RpcError) -> ClearpropError:
    """Return the error for one of `FAILURES`."""
    return ClearpropError.from_rpc(error)


class Stream(Protocol[ItemT_co]):
    """The messages of a call that can be cancelled."""

    def __iter__(self) -> Iterator[ItemT_co]: ...

    def cancel(self) -> object:
        """End the call."""


class Transport:
    """A channel to one server. Safe to use from threads. Its calls raise `FAILURES`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._metadata = endpoint.metadata
        self._channel = (
            grpc.insecure_channel(endpoint.target, options=CHANNEL_OPTIONS)
            if endpoint.credentials is None
            else grpc.secure_channel(endpoint.target, endpoint.credentials, options=CHANNEL_OPTIONS)
        )
        self._upload = self._channel.stream_unary(
            UPLOAD_PATH,
            request_serializer=UploadTrainingSetRequest.SerializeToString,
            response_deserializer=UploadTrainingSetResponse.FromString,
        )

    def send(self, call: Call[ResponseT]) -> ResponseT:
        """Make a call and return its response."""
        method = self._channel.unary_unary(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        return method(call.request, metadata=self._metadata)

    def stream(self, call: Call[ResponseT]) -> Stream[ResponseT]:
        """Make a call whose response is a stream of messages."""
        method = self._channel.unary_stream(
            call.path,
            request_serializer=type(call.request).SerializeToString,
            response_deserializer=call.response.FromString,
        )
        return method(call.request, metadata=self._metadata)

    def upload(self, upload: Iterable[UploadTrainingSetRequest]) -> UploadTrainingSetResponse:
        """Send all messages of an upload. Raises whatever iterating over it raises."""
        outbox = Outbox()
        call = self._upload.future(outbox, metadata=self._metadata)
        call.add_done_callback(lambda _: outbox.abandon())
        try:
            for message in upload:
                if not outbox.put(message):
                    break  # the call has already ended, with its result
            else:
                outbox.finish()
            return call.result()
        finally:
            call.cancel()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def close(self) -> None:
        """Close the channel. Calls in progress end with CANCELLED."""
        self._channel.close()
