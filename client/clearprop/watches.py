"""The options of a watch, and its position, from which it resumes after a lost connection."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeAlias, TypedDict, Unpack

import grpc

from clearprop.columns import Columns
from clearprop.errors import ClearpropError
from clearprop.infos import RunEvent
from clearprop.options import DetailName
from clearprop.snapshots import Snapshot
from clearprop.v1.training_service_pb2 import (
    ENCODING_COLUMNS,
    ENCODING_UPDATES,
    ReceivedUpdate,
    WatchUpdatesRequest,
    WatchUpdatesResponse,
)
from clearprop.v1.update_pb2 import Detail, Parameter, UpdateColumns
from clearprop.values import enum_value

#: The items of a watch, in the order in which they happened.
Watched: TypeAlias = Snapshot | RunEvent

#: The items of a watch, whose updates may be columns.
Received: TypeAlias = Watched | Columns

#: A weight: its layer, from 1, and its unit and input, from 0. The input of a bias is None.
ParameterPlace: TypeAlias = tuple[int, int, int | None]

#: A stride that skips all but the first and the last update of each run.
ENDS_ONLY = 2**62


class WatchOptions(TypedDict, total=False):
    """Options of a watch.

    - `stride`: delivers the updates whose numbers are divisible by it. The first and last update of
      each run, those at which its state changed, and those without a run are always delivered.
    - `detail`: `parameters` (the default), `cost` for updates without parameters, or `gradients`
      for updates with parameters and their gradients.
    - `parameters`: selects some parameters, each as (layer, unit, input), or (layer, unit, None)
      for a bias. They are delivered in this order.
    """

    stride: int
    detail: DetailName
    parameters: Sequence[ParameterPlace]


def watch_request(
    network: str,
    uid: str,
    *,
    start: int | None = None,
    until_run: int = 0,
    columns: bool = False,
    **options: Unpack[WatchOptions],
) -> WatchUpdatesRequest:
    """Return the request for a watch; without a start, it starts after the latest update."""
    return WatchUpdatesRequest(
        network=network,
        uid=uid,
        start_update=start,
        stride=options.get("stride", 1),
        detail=enum_value(Detail, options.get("detail", "parameters")),
        encoding=ENCODING_COLUMNS if columns else ENCODING_UPDATES,
        until_run=until_run,
        parameters=[_parameter(*place) for place in options.get("parameters", ())],
    )


def _parameter(layer: int, unit: int, source: int | None) -> Parameter:
    return Parameter(layer=layer, unit=unit, input=source)


class WatchCursor:
    """Reads the responses of one watch, over any number of streams.

    After a lost connection, the watch resumes at the number after the last update that was read.
    The service then compares this last update with what is stored, and repeats the run events at
    this position; those that were already read are skipped by their numbers. Bookmarks do not move
    the cursor: with a stride, an update that was skipped may still be delivered as the last one of
    its run.
    """

    def __init__(self, request: WatchUpdatesRequest) -> None:
        self._request = request
        self._next = request.start_update if request.HasField("start_update") else None
        self._gapless = request.stride <= 1
        self._latest_event = 0
        self._received: ReceivedUpdate | None = None
        self.complete = False

    def request(self) -> WatchUpdatesRequest:
        """Return the request for everything that has not been read."""
        request = WatchUpdatesRequest()
        request.CopyFrom(self._request)
        if self._next is not None:
            request.start_update = self._next
        if self._received is not None:
            request.received.CopyFrom(self._received)
        return request

    def read(self, response: WatchUpdatesResponse) -> Sequence[Received]:
        """Return the new items of a response.

        Raises ClearpropError (DATA_LOSS) if updates before them are missing.
        """
        match response.WhichOneof("content"):
            case "updates":
                return self._read_updates(response)
            case "columns":
                return self._read_columns(response.columns)
            case "run_event":
                return self._read_event(RunEvent(response.run_event))
            case "bookmark" if self._next is None:
                self._next = response.bookmark.latest_update + 1
        return []

    def _read_updates(self, response: WatchUpdatesResponse) -> list[Snapshot]:
        new: list[Snapshot] = []
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
        if new:
            self._received = ReceivedUpdate(update=new[-1].number, cost=new[-1].cost)
        return new

    def _read_columns(self, message: UpdateColumns) -> list[Columns]:
        columns = Columns(message)
        if self._next is not None:
            # Updates before the next one were read before the connection was lost.
            passed = bisect_left(columns.numbers, self._next)
            columns = Columns(message, passed)
        if not columns:
            return []
        first = columns.numbers[0]
        if self._gapless and self._next is not None and first != self._next:
            raise _gap(self._request.network, self._next, first)
        self._next = columns.numbers[-1] + 1
        self._received = ReceivedUpdate(
            update=columns.numbers[-1], cost=columns.costs[-1] if len(columns.costs) else None
        )
        return [columns]

    def _read_event(self, event: RunEvent) -> list[RunEvent]:
        if event.run.number == self._request.until_run and event.run.is_over:
            self.complete = True
        if event.number <= self._latest_event:
            return []
        self._latest_event = event.number
        return [event]


def stream_ended() -> ClearpropError:
    """Return the error for a stream that ended normally before the end of the run."""
    return ClearpropError(
        grpc.StatusCode.UNAVAILABLE, "the stream of updates ended before the end of the run"
    )


def _gap(network: str, expected: int, found: int) -> ClearpropError:
    return ClearpropError(
        grpc.StatusCode.DATA_LOSS,
        f"the watch of network {network} delivered update {found} instead of {expected}: report"
        " this to the operator of the server",
        reason="GAP_IN_WATCH",
        metadata={"network": network, "expected": str(expected), "found": str(found)},
    )
