"""Updates, states and watches."""

from collections.abc import Iterable, Iterator

from clearprop.v1 import training_service_pb2, update_pb2

from service import watching
from service.messages.networks import layers
from service.messages.runs import run_event
from service.messages.wire import can_be_written, updates_response
from training.errors import validating
from training.network import Network
from training.replay import Snapshots
from training.update import UpdateKind

_WITH_PARAMETERS = {
    update_pb2.DETAIL_UNSPECIFIED: True,
    update_pb2.DETAIL_COST: False,
    update_pb2.DETAIL_PARAMETERS: True,
}
_FEWEST_POINTS = 2
_MOST_POINTS = 10_000

_UPDATE_KINDS = {
    UpdateKind.INITIAL: update_pb2.UPDATE_KIND_INITIAL,
    UpdateKind.GRADIENT: update_pb2.UPDATE_KIND_GRADIENT,
    UpdateKind.EDIT: update_pb2.UPDATE_KIND_EDIT,
    UpdateKind.RESET: update_pb2.UPDATE_KIND_RESET,
}


def with_parameters(detail: update_pb2.Detail.ValueType) -> bool:
    """Return whether a detail includes parameters. Raises InvalidFields for one not known."""
    with validating() as violations:
        violations.require(
            detail in _WITH_PARAMETERS,
            "detail",
            f"must be COST or PARAMETERS, is {detail}",
        )
    return _WITH_PARAMETERS[detail]


def max_points(request: training_service_pb2.ListUpdatesRequest) -> int | None:
    """Return to how many updates a list is thinned, None for pages of all of them.

    Raises InvalidFields also for what does not go together with it.
    """
    if not request.max_points:
        return None
    with validating() as violations:
        violations.require(
            _FEWEST_POINTS <= request.max_points <= _MOST_POINTS,
            "max_points",
            f"must be {_FEWEST_POINTS} to {_MOST_POINTS}, or 0 for pages of all updates,"
            f" is {request.max_points}",
        )
        violations.require(
            request.detail == update_pb2.DETAIL_COST,
            "detail",
            "must be COST where max_points is given",
        )
        for field in ("page_size", "page_token"):
            violations.require(
                not getattr(request, field),
                field,
                "must be left out where max_points is given: what is thinned comes at once",
            )
    return request.max_points


def updates(
    source: Network, snapshots: Iterable[Snapshots], *, parameters: bool
) -> list[update_pb2.Update]:
    """Translate consecutive updates, with or without their parameters."""
    return [
        update for part in snapshots for update in _updates(source, part, parameters=parameters)
    ]


def state(source: Network, snapshot: Snapshots) -> update_pb2.State:
    """Translate one update as the state that it left."""
    message = update_pb2.State(
        network=source.id,
        uid=source.uid,
        update=snapshot.first_update,
        kind=_UPDATE_KINDS[snapshot.kind],
        layers=layers(source, snapshot.parameters[0]),
    )
    if snapshot.run is not None:
        after = snapshot.run.at(snapshot.run_offset + 1)
        message.run = after.number
        message.epoch = after.epoch
        message.next_example = after.next_example
        message.cost = snapshot.costs[0]
    return message


def watched(
    item: watching.Watched, *, parameters: bool
) -> training_service_pb2.WatchUpdatesResponse | bytes:
    """Translate one piece of a watched history; many updates to the bytes of their message."""
    if isinstance(item, watching.Batch):
        if can_be_written(item.updates):
            return updates_response(item.network, item.updates, parameters=parameters)
        batch = updates(item.network, item.updates, parameters=parameters)
        return training_service_pb2.WatchUpdatesResponse(
            updates=training_service_pb2.UpdateBatch(updates=batch)
        )
    if isinstance(item, watching.Event):
        return training_service_pb2.WatchUpdatesResponse(
            run_event=run_event(item.network_id, item.event)
        )
    return training_service_pb2.WatchUpdatesResponse(
        bookmark=training_service_pb2.Bookmark(latest_update=item.latest_update)
    )


def watch(request: training_service_pb2.WatchUpdatesRequest) -> watching.WatchCommand:
    """Translate what a client wants to watch."""
    return watching.WatchCommand(
        network_id=request.network,
        uid=request.uid,
        parameters=with_parameters(request.detail),
        start_update=request.start_update if request.HasField("start_update") else None,
        stride=request.stride or 1,
        until_run=request.until_run,
    )


def _updates(source: Network, part: Snapshots, *, parameters: bool) -> Iterator[update_pb2.Update]:
    for index in range(part.count):
        message = update_pb2.Update(update=part.first_update + index, kind=_UPDATE_KINDS[part.kind])
        if part.run is not None:
            batch = part.run.schedule.batch(part.run_offset + index)
            message.run = part.run.number
            message.epoch = batch.epoch
            message.first_example = batch.first_example
            message.example_count = batch.example_count
            message.cost = part.costs[index]
        if parameters:
            message.layers.extend(layers(source, part.parameters[index]))
        yield message
