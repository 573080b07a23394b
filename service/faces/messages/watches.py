"""Watches: their requests and responses."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import update_pb2

from service.faces.messages.column_bytes import columns_response
from service.faces.messages.encoding import LENGTH, tag, varint
from service.faces.messages.fields import optional
from service.faces.messages.runs import run_event
from service.faces.messages.update_bytes import update_elements
from service.faces.messages.updates import UPDATE_KINDS, detail, updates
from service.faces.response_stream import ResponseGroup
from service.reading.landmarks import ReceivedUpdate
from service.reading.selection import Detail, Selection
from service.reading.stored_updates import UpdatePage
from service.reading.watched_items import Bookmark, WatchedEvent, WatchedPart, WatchedUpdates
from service.use_cases.watches import WatchCommand
from training.errors import Violations
from training.snapshots import Snapshots

_RESPONSE = pb.WatchUpdatesResponse.DESCRIPTOR.fields_by_name

#: The maximum size of the updates in one response, in bytes; a single update can be larger. The
#: responses with columns are larger because their cost is mostly per response, not per update.
_UPDATES_BYTES = 256 * 2**10
_COLUMNS_BYTES = 2**20

_BYTES_OF_AN_UPDATE = 64  # without its parameters


def watch(request: pb.WatchUpdatesRequest) -> WatchCommand:
    """Convert the request of a watch."""
    unknown = Violations()
    known_detail = detail(unknown, request.detail)
    unknown.require(request.encoding in _RESPONSES, "encoding", "must be UPDATES or COLUMNS")
    return WatchCommand(
        network_id=request.network,
        uid=request.uid,
        detail=known_detail,
        start_update=optional(request, "start_update"),
        stride=request.stride or 1,
        until_run=request.until_run,
        parameters=tuple(
            (each.layer, each.unit, optional(each, "input")) for each in request.parameters
        ),
        received=_received(request),
        unknown=tuple(unknown.found),
    )


def _received(request: pb.WatchUpdatesRequest) -> ReceivedUpdate | None:
    if not request.HasField("received"):
        return None
    return ReceivedUpdate(request.received.update, optional(request.received, "cost"))


async def watched(
    parts: AsyncIterable[WatchedPart], encoding: pb.Encoding.ValueType
) -> AsyncGenerator[ResponseGroup, None]:
    """Yield the responses of a watch, part by part."""
    async for part in parts:
        yield watch_responses(part, encoding)
        del part  # it can be large, and the next one can take long


@dataclass(frozen=True, slots=True)
class WatchedUpdatesResponse:
    """The response of a watch with updates one by one."""

    content: WatchedUpdates

    def message(self) -> pb.WatchUpdatesResponse:
        """Return the response as a message."""
        content = self.content
        found = updates(content.network, content.updates, content.selection)
        return pb.WatchUpdatesResponse(updates=pb.UpdateBatch(updates=found))

    def serialized(self) -> bytes:
        """Return the bytes of the message."""
        content = self.content
        elements = update_elements(content.network, content.updates, content.selection)
        batch = b"".join(elements)
        return tag(_RESPONSE["updates"].number, LENGTH) + varint(len(batch)) + batch


@dataclass(frozen=True, slots=True)
class _ColumnsResponse:
    """Updates of one kind and one run, as columns."""

    content: Snapshots
    selection: Selection

    def message(self) -> pb.WatchUpdatesResponse:
        part = self.content
        columns = update_pb2.UpdateColumns(
            first_update=part.first_update,
            stride=part.stride,
            kind=UPDATE_KINDS[part.kind],
            run=part.run.number if part.run else 0,
            run_index=part.run_offset,
            count=part.count,
            costs=part.costs.tolist(),
            learning_rates=part.learning_rates.tolist(),
            validation_updates=part.validations.updates.tolist(),
            validation_costs=part.validations.costs.tolist(),
            validation_accuracies=part.validations.accuracies.tolist(),
        )
        if self.selection.detail is not Detail.COST:
            columns.parameters.extend(part.parameters.reshape(-1).tolist())
            if part.gradients is not None:
                columns.gradients.extend(part.gradients.reshape(-1).tolist())
        return pb.WatchUpdatesResponse(columns=columns)

    def serialized(self) -> bytes:
        return columns_response(self.content, self.selection)


@dataclass(frozen=True, slots=True)
class _OtherResponse:
    """A run event or a bookmark."""

    content: WatchedEvent | Bookmark

    def message(self) -> pb.WatchUpdatesResponse:
        content = self.content
        if isinstance(content, WatchedEvent):
            return pb.WatchUpdatesResponse(run_event=run_event(content.network_id, content.event))
        bookmark = pb.Bookmark(latest_update=content.latest_update)
        return pb.WatchUpdatesResponse(bookmark=bookmark)

    def serialized(self) -> bytes:
        return self.message().SerializeToString()


WatchResponse = WatchedUpdatesResponse | _ColumnsResponse | _OtherResponse


def watch_responses(part: WatchedPart, encoding: pb.Encoding.ValueType) -> ResponseGroup:
    """Return the responses for one part of a watched history.

    Watches that share the part have the same key.
    """
    as_encoded = _RESPONSES[encoding]
    responses = chain.from_iterable(
        as_encoded(item) if isinstance(item, WatchedUpdates) else [_OtherResponse(item)]
        for item in part.items
    )
    return ResponseGroup(tuple(responses), part.nbytes, (part.key, as_encoded))


def _as_updates(item: WatchedUpdates) -> Iterator[WatchResponse]:
    for chunk in _cut(item.updates, _updates_in(_UPDATES_BYTES, item)):
        yield WatchedUpdatesResponse(replace(item, updates=chunk))


def _as_columns(item: WatchedUpdates) -> Iterator[WatchResponse]:
    for chunk in _cut(item.updates, _updates_in(_COLUMNS_BYTES, item)):
        for part in chunk:
            yield _ColumnsResponse(part, item.selection)


_RESPONSES: dict[int, Callable[[WatchedUpdates], Iterator[WatchResponse]]] = {
    pb.ENCODING_UNSPECIFIED: _as_updates,
    pb.ENCODING_UPDATES: _as_updates,
    pb.ENCODING_COLUMNS: _as_columns,
}


def _updates_in(nbytes: int, item: WatchedUpdates) -> int:
    """Return how many updates fit `nbytes`, at least 1."""
    selection = item.selection
    parameters = len(selection.parameters) or item.network.parameter_count
    return nbytes // (8 * parameters * selection.arrays + _BYTES_OF_AN_UPDATE) or 1


def _cut(updates: UpdatePage, most: int) -> Iterator[UpdatePage]:
    """Divide updates into chunks of up to `most`."""
    chunk: list[Snapshots] = []
    free = most
    for part in updates:
        begin = 0
        while begin < part.count:
            part_of_chunk = part.rows(slice(begin, begin + free))
            chunk.append(part_of_chunk)
            begin, free = begin + part_of_chunk.count, free - part_of_chunk.count
            if not free:
                yield tuple(chunk)
                chunk, free = [], most
    if chunk:
        yield tuple(chunk)
