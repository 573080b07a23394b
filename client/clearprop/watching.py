"""Where the reader of a watch stands: what to ask for after a lost connection."""

from typing import TypeAlias

import grpc

from clearprop.calls import DetailName
from clearprop.errors import ClearpropError
from clearprop.infos import RunEvent
from clearprop.snapshots import Snapshot
from clearprop.v1.training_service_pb2 import WatchUpdatesRequest, WatchUpdatesResponse
from clearprop.v1.update_pb2 import Detail
from clearprop.values import enum_value

#: What a watch delivers, in the order in which it happened.
Watched: TypeAlias = Snapshot | RunEvent


#: A stride that passes over all but the first and the last update of each run.
ENDS_ONLY = 2**62


def watch_request(
    network: str,
    uid: str,
    *,
    start: int | None = None,
    stride: int = 1,
    detail: DetailName = "parameters",
    until_run: int = 0,
) -> WatchUpdatesRequest:
    """Describe a watch from its beginning; without a start it begins after the latest update."""
    return WatchUpdatesRequest(
        network=network,
        uid=uid,
        start_update=start,
        stride=stride,
        detail=enum_value(Detail, detail),
        until_run=until_run,
    )


class WatchCursor:
    """Reads the answers of one watch, over as many streams as it takes.

    After a lost connection it asks for the number after the last update that was read. The service
    then repeats the run events at that place: those that were read already are passed over by
    their numbers. Bookmarks do not move the cursor, for with a stride the last update of a run may
    still follow that was passed over before it was the last.
    """

    def __init__(self, request: WatchUpdatesRequest) -> None:
        self._request = request
        self._next = request.start_update if request.HasField("start_update") else None
        self._gapless = request.stride <= 1
        self._latest_event = 0
        self.complete = False

    def request(self) -> WatchUpdatesRequest:
        """Return what to ask for: all that has not been read."""
        request = WatchUpdatesRequest()
        request.CopyFrom(self._request)
        if self._next is not None:
            request.start_update = self._next
        return request

    def read(self, response: WatchUpdatesResponse) -> list[Watched]:
        """Return what is new in an answer.

        Raises ClearpropError (DATA_LOSS) when updates are missing before it: never pass that over.
        """
        match response.WhichOneof("content"):
            case "updates":
                return self._read_updates(response)
            case "run_event":
                return self._read_event(RunEvent(response.run_event))
            case "bookmark" if self._next is None:
                self._next = response.bookmark.latest_update + 1
        return []

    def _read_updates(self, response: WatchUpdatesResponse) -> list[Watched]:
        new: list[Watched] = []
        following = self._next
        for update in response.updates.updates:
            number = update.update
            if following is not None and number != following:
                if number < following:
                    continue
                if self._gapless:
                    raise _gap(self._request.network, following, number)
            new.append(Snapshot(update))
            following = number + 1
        self._next = following
        return new

    def _read_event(self, event: RunEvent) -> list[Watched]:
        if event.run.number == self._request.until_run and event.run.is_over:
            self.complete = True
        if event.number <= self._latest_event:
            return []
        self._latest_event = event.number
        return [event]


def stream_ended() -> ClearpropError:
    """Return the error of a stream that ended as if all were said, before the run's end was."""
    return ClearpropError(
        grpc.StatusCode.UNAVAILABLE, "the stream of updates ended before its end was reached"
    )


def _gap(network: str, expected: int, found: int) -> ClearpropError:
    return ClearpropError(
        grpc.StatusCode.DATA_LOSS,
        f"the watch of network {network} went on with update {found} where {expected} was due:"
        " tell the operator of the server",
        reason="GAP_IN_WATCH",
        metadata={"network": network, "expected": str(expected), "found": str(found)},
    )
