# Generated from clearprop/_async/connection.py by `make client`: change that file.
"""The connection to a server: makes calls and retries them."""

from collections.abc import Callable, Iterable, Iterator

from clearprop._transports.threads import FAILURES, Transport, failure_of
from clearprop.backoff import Backoff
from clearprop.calls.base import Call, ItemT, MadeT, Pages, ResponseT
from clearprop.errors import ClearpropError
from clearprop.v1.training_service_pb2 import (
    UploadTrainingSetRequest,
    UploadTrainingSetResponse,
    WatchUpdatesRequest,
    WatchUpdatesResponse,
)
from clearprop.watches import Received, WatchCursor, stream_ended


class Connection:
    """A transport to one server, shared by a client and all its handles."""

    def __init__(self, transport: Transport, retry_timeout: float) -> None:
        self._transport = transport
        self._retry_timeout = retry_timeout
        self._closed = False

    def call(self, call: Call[ResponseT]) -> ResponseT:
        """Make a call, and retry it while the service is unavailable.

        A retry sends the same request with the same request id, so that the call takes effect at
        most once. Raises ClearpropError.
        """
        backoff = Backoff(self._retry_timeout)
        while True:
            try:
                return self._transport.send(call)
            except FAILURES as error:
                failure = failure_of(error)
            self._wait(backoff, failure)

    def pages(
        self, pages: Pages[ResponseT, ItemT], make: Callable[[ItemT], MadeT]
    ) -> Iterator[MadeT]:
        """Yield an object for each item of a list; each page is requested when it is needed."""
        token = ""
        while True:
            items, token = pages.read(self.call(pages.call(token)))
            for item in items:
                yield make(item)
            if not token:
                return

    def stream(self, call: Call[ResponseT]) -> Iterator[ResponseT]:
        """Yield the messages of a call; it is retried until the first message arrives.

        Raises ClearpropError.
        """
        backoff = Backoff(self._retry_timeout)
        begun = False
        while True:
            stream = self._transport.stream(call)
            try:
                for response in stream:
                    begun = True
                    yield response
            except FAILURES as error:
                failure = failure_of(error)
            else:
                return
            finally:
                stream.cancel()
            if begun:
                raise failure
            self._wait(backoff, failure)

    def watch(self, request: WatchUpdatesRequest) -> Iterator[Received]:
        """Yield what a watch delivers; the watch resumes automatically after a lost connection."""
        cursor = WatchCursor(request)
        backoff = Backoff(self._retry_timeout)
        while not cursor.complete:
            stream = self._transport.stream(Call(cursor.request(), WatchUpdatesResponse))
            try:
                for response in stream:
                    backoff.reset()
                    for item in cursor.read(response):
                        yield item
                failure = stream_ended()
            except FAILURES as error:
                failure = failure_of(error)
            finally:
                stream.cancel()
            if not cursor.complete:
                self._wait(backoff, failure)

    def upload(self, upload: Iterable[UploadTrainingSetRequest]) -> UploadTrainingSetResponse:
        """Send an upload, and retry it from its first message while the service is unavailable.

        Raises ClearpropError, and whatever iterating over the upload raises. Nothing is stored
        then.
        """
        backoff = Backoff(self._retry_timeout)
        while True:
            try:
                return self._transport.upload(upload)
            except FAILURES as error:
                failure = failure_of(error)
            self._wait(backoff, failure)

    def close(self) -> None:
        """Close the transport. Calls and watches in progress end with CANCELLED."""
        self._closed = True
        self._transport.close()

    def _wait(self, backoff: Backoff, failure: ClearpropError) -> None:
        if self._closed:
            raise failure
        self._transport.sleep(backoff.delay(failure))
