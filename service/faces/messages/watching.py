"""Watches: what a client asks for, and the bytes of each message that it is sent."""

from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.message import Message

from service.faces.messages.runs import run_event
from service.faces.messages.updates import detail, updates
from service.faces.messages.wire import can_be_written, columns_response, updates_response
from service.reading import following
from service.use_cases.watches import Encoding, WatchCommand
from training.errors import Violations

#: Columns take little work for each update, so that the one for each message counts.
_COLUMNS_BYTES = 2**20


def watch(request: pb.WatchUpdatesRequest) -> WatchCommand:
    """Translate what a client wants to watch."""
    unknown = Violations()
    return WatchCommand(
        network_id=request.network,
        encoding=_ENCODINGS.get(request.encoding),
        uid=request.uid,
        detail=detail(unknown, request.detail),
        start_update=request.start_update if request.HasField("start_update") else None,
        stride=request.stride or 1,
        until_run=request.until_run,
        parameters=tuple(
            (each.layer, each.unit, each.input if each.HasField("input") else None)
            for each in request.parameters
        ),
        unknown=tuple(unknown.found),
    )


def as_updates(item: following.Watched) -> list[bytes]:
    """Return the message of one piece of a watched history, with updates as such."""
    if not isinstance(item, following.Batch):
        return [_sent(item)]
    if can_be_written(item.updates):
        return [updates_response(item.network, item.updates, item.selection)]
    batch = pb.UpdateBatch(updates=updates(item.network, item.updates, item.selection))
    return [_bytes(pb.WatchUpdatesResponse(updates=batch))]


def as_columns(item: following.Watched) -> list[bytes]:
    """Return the messages of one piece of a watched history, with updates as columns."""
    if not isinstance(item, following.Batch):
        return [_sent(item)]
    return [columns_response(part, item.selection) for part in item.updates]


_ENCODINGS = {
    pb.ENCODING_UNSPECIFIED: Encoding(as_updates),
    pb.ENCODING_UPDATES: Encoding(as_updates),
    pb.ENCODING_COLUMNS: Encoding(as_columns, _COLUMNS_BYTES),
}


def _sent(item: following.Event | following.Bookmark) -> bytes:
    if isinstance(item, following.Event):
        return _bytes(pb.WatchUpdatesResponse(run_event=run_event(item.network_id, item.event)))
    bookmark = pb.Bookmark(latest_update=item.latest_update)
    return _bytes(pb.WatchUpdatesResponse(bookmark=bookmark))


def _bytes(message: Message) -> bytes:
    return message.SerializeToString()
