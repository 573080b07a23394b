"""Where the reader of a watch stands: what to ask for after a lost connection."""

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
    WatchUpdatesRequest,
    WatchUpdatesResponse,
)
from clearprop.v1.update_pb2 import Detail, Parameter, UpdateColumns
from clearprop.values import enum_value

#: What a watch delivers, in the order in which it happened.
Watched: TypeAlias = Snapshot | RunEvent

#: The same where updates may come as columns.
Received: TypeAlias = Watched | Columns

#: A weight by its layer, from 1, its unit and its input, from 0; a bias with None for the input.
ParameterPlace: TypeAlias = tuple[int, int, int | None]

#: A stride that passes over all but the first and the last update of each run.
ENDS_ONLY = 2**62


class WatchOptions(TypedDict, total=False):
    """What may be said of a watch.

    With `stride` only the updates whose numbers are divisible by it come, and always the first and
    the last of each run, those at which its state changed and those that no run made. `detail` is
    `parameters` (the default), `cost` to do without them, or `gradients` to have those of each
    batch as well. `parameters` chooses some of them, in that order, each by (layer, unit, input), a
    bias by (layer, unit, None).
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
    """Describe a watch from its beginning; without a start it begins after the latest update."""
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

    def read(self, response: WatchUpdatesResponse) -> Sequence[Received]:
        """Return what is new in an answer.

        Raises ClearpropError (DATA_LOSS) when updates are missing before it: never pass that over.
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
        return new

    def _read_columns(self, message: UpdateColumns) -> list[Columns]:
        columns = Columns(message)
        if self._next is not None:
            # Those before the next one were read before the connection was lost.
            passed = bisect_left(columns.numbers, self._next)
            columns = Columns(message, passed)
        if not columns:
            return []
        first = columns.numbers[0]
        if self._gapless and self._next is not None and first != self._next:
            raise _gap(self._request.network, self._next, first)
        self._next = columns.numbers[-1] + 1
        return [columns]

    def _read_event(self, event: RunEvent) -> list[RunEvent]:
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
