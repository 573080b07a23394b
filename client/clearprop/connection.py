"""The connection to a server: makes the calls, and makes them again where that is right."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc

from clearprop.calls import Call, ItemT, MadeT, Pages, ResponseT
from clearprop.errors import ClearpropError
from clearprop.retrying import Backoff
from clearprop.uploading import Outbox, Upload
from clearprop.v1.training_service_pb2 import (
    UploadTrainingSetRequest,
    UploadTrainingSetResponse,
    WatchUpdatesRequest,
    WatchUpdatesResponse,
)
from clearprop.watching import Received, WatchCursor, stream_ended

#: For how many seconds a call is repeated while the server is unavailable: longer than a restart.
DEFAULT_PATIENCE = 30.0

WATCH_PATH = "/clearprop.v1.TrainingService/WatchUpdates"
UPLOAD_PATH = "/clearprop.v1.TrainingService/UploadTrainingSet"

CHANNEL_OPTIONS: tuple[tuple[str, Any], ...] = (
    # What the service sends at most (GetServerInfo: limits.response_bytes).
    ("grpc.max_receive_message_length", 64 * 2**20),
    # The service allows a ping every 10 s, also when no call is under way.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # Be back soon after a restart of the server.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A connection of its own for each client, so that one that reads slowly delays no other.
    ("grpc.use_local_subchannel_pool", 1),
)


class Connection:
    """A channel to one server, used by a client and all its handles. Safe to use from threads."""

    def __init__(self, target: str, patience: float) -> None:
        self._channel = grpc.insecure_channel(target, options=CHANNEL_OPTIONS)
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

    def call(self, call: Call[ResponseT]) -> ResponseT:
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
                return method(call.request)
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            self._wait(backoff, failure)

    def pages(
        self, pages: Pages[ResponseT, ItemT], make: Callable[[ItemT], MadeT]
    ) -> Iterator[MadeT]:
        """Yield what is made of each item of a list; a page is asked for when it is needed."""
        token = ""
        while True:
            items, token = pages.read(self.call(pages.call(token)))
            yield from map(make, items)
            if not token:
                return

    def stream(self, call: Call[ResponseT]) -> Iterator[ResponseT]:
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
                for response in stream:
                    begun = True
                    yield response
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            else:
                return
            finally:
                stream.cancel()
            if begun:
                raise failure
            self._wait(backoff, failure)

    def watch(self, request: WatchUpdatesRequest) -> Iterator[Received]:
        """Yield what a watch delivers, and go on by itself after a lost connection."""
        cursor = WatchCursor(request)
        backoff = Backoff(self._patience)
        while not cursor.complete:
            stream = self._watch(cursor.request())
            try:
                for response in stream:
                    backoff.reset()
                    yield from cursor.read(response)
                failure = stream_ended()
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            finally:
                stream.cancel()
            if not cursor.complete:
                self._wait(backoff, failure)

    def upload(self, upload: Upload) -> UploadTrainingSetResponse:
        """Send an upload, again from its first message while the service is unavailable.

        Raises ClearpropError, and what iterating over the upload raises; nothing is stored then.
        """
        backoff = Backoff(self._patience)
        while True:
            try:
                return self._send(upload)
            except grpc.RpcError as error:
                failure = ClearpropError.from_rpc(error)
            self._wait(backoff, failure)

    def close(self) -> None:
        """Close the channel. Calls and watches that are under way end with CANCELLED."""
        self._closed = True
        self._channel.close()

    def _send(self, upload: Upload) -> UploadTrainingSetResponse:
        outbox = Outbox()
        call = self._upload.future(outbox)
        call.add_done_callback(lambda _: outbox.abandon())
        try:
            for message in upload:
                if not outbox.put(message):
                    break  # the call has ended already: its result says why
            else:
                outbox.finish()
            return call.result()
        finally:
            call.cancel()

    def _wait(self, backoff: Backoff, failure: ClearpropError) -> None:
        if self._closed:
            raise failure
        time.sleep(backoff.delay(failure))
