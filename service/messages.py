"""The contract's messages ↔ the domain's values: the only place where they meet.

What comes in is translated as it is, and whether it makes sense the domain says: an enum value that
is not known becomes None. Only what has no form in the domain (a page token, a request id) is
checked here.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Protocol, TypeVar

import numpy as np
from clearprop.v1 import (
    network_pb2,
    run_pb2,
    training_service_pb2,
    training_set_pb2,
    update_pb2,
)
from google.protobuf.timestamp_pb2 import Timestamp

from service import watching
from service.history import Predictions
from service.networks import NetworkView, NewNetwork
from service.requests import RequestId
from service.runs import RunView, StepCommand, StepUnit
from training.errors import InvalidFields, Violation, validating
from training.limits import Limits
from training.names import check_request_id
from training.network import (
    Activation,
    Array,
    CostFunction,
    Initializer,
    InitializerKind,
    LayerParameters,
    Network,
    split_layers,
)
from training.replay import Snapshots
from training.run import Failure, Run, RunState
from training.settings import TrainingSettings
from training.training_set import Examples, TrainingSet
from training.update import RunEvent, UpdateKind

N = TypeVar("N")
T = TypeVar("T")

_ACTIVATIONS = {
    network_pb2.ACTIVATION_UNSPECIFIED: Activation.SIGMOID,
    network_pb2.ACTIVATION_SIGMOID: Activation.SIGMOID,
}
_COST_FUNCTIONS = {
    network_pb2.COST_FUNCTION_UNSPECIFIED: CostFunction.CROSS_ENTROPY,
    network_pb2.COST_FUNCTION_CROSS_ENTROPY: CostFunction.CROSS_ENTROPY,
}
_INITIALIZER_KINDS = {
    network_pb2.INITIALIZER_KIND_UNSPECIFIED: InitializerKind.UNIFORM,
    network_pb2.INITIALIZER_KIND_UNIFORM: InitializerKind.UNIFORM,
    network_pb2.INITIALIZER_KIND_EXPLICIT: InitializerKind.EXPLICIT,
}
_STEP_UNITS = {
    training_service_pb2.STEP_UNIT_UNSPECIFIED: StepUnit.UPDATE,
    training_service_pb2.STEP_UNIT_UPDATE: StepUnit.UPDATE,
    training_service_pb2.STEP_UNIT_EPOCH: StepUnit.EPOCH,
}
_WITH_PARAMETERS = {
    update_pb2.DETAIL_UNSPECIFIED: True,
    update_pb2.DETAIL_COST: False,
    update_pb2.DETAIL_PARAMETERS: True,
}
_RUN_STATES = {
    RunState.PENDING: run_pb2.RUN_STATE_PENDING,
    RunState.RUNNING: run_pb2.RUN_STATE_RUNNING,
    RunState.PAUSED: run_pb2.RUN_STATE_PAUSED,
    RunState.SUCCEEDED: run_pb2.RUN_STATE_SUCCEEDED,
    RunState.FAILED: run_pb2.RUN_STATE_FAILED,
    RunState.CANCELLED: run_pb2.RUN_STATE_CANCELLED,
}
_UPDATE_KINDS = {
    UpdateKind.INITIAL: update_pb2.UPDATE_KIND_INITIAL,
    UpdateKind.GRADIENT: update_pb2.UPDATE_KIND_GRADIENT,
}
_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1_000


def _reversed(table: Mapping[N, T]) -> dict[T, N]:
    """Return what a value is sent as: the last of the enum values that mean it."""
    return {value: number for number, value in table.items()}


_SENT_ACTIVATIONS = _reversed(_ACTIVATIONS)
_SENT_COST_FUNCTIONS = _reversed(_COST_FUNCTIONS)


# What every request may have.


class _Identified(Protocol):
    request_id: str

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...  # noqa: N802 (protobuf)


def request_id(request: _Identified) -> RequestId | None:
    """Return a request's id with the digest of the whole request; None where it has none.

    Raises InvalidFields for an id of another form.
    """
    if not request.request_id:
        return None
    with validating() as violations:
        check_request_id(violations, "request_id", request.request_id)
    # The type's name is part of it: an empty PauseRunRequest is not an empty CancelRunRequest.
    payload = type(request).__name__.encode() + request.SerializeToString(deterministic=True)
    return RequestId(request.request_id, blake2b(payload, digest_size=16).digest())


def page_size(size: int) -> int:
    """Return how many to return at most. Raises InvalidFields unless `size` is 0 to 1,000."""
    with validating() as violations:
        violations.require(
            0 <= size <= _LARGEST_PAGE,
            "page_size",
            f"must be 0 (for {_DEFAULT_PAGE}) to {_LARGEST_PAGE}, is {size}",
        )
    return size or _DEFAULT_PAGE


def page_token(position: str | int) -> str:
    """Return the token of the page that begins after a position. It is opaque to clients."""
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def page_position(token: str) -> str:
    """Return the position that a token stands for; empty for the first page.

    Raises InvalidFields for a text that is no token.
    """
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise _bad_token() from None


def page_number(token: str) -> int | None:
    """Return the number that a token stands for; None for the first page.

    Raises InvalidFields for a text that is no such token.
    """
    position = page_position(token)
    if not position:
        return None
    if not position.isdecimal() or len(position) > len(str(2**63)):
        raise _bad_token()
    return int(position)


def _bad_token() -> InvalidFields:
    return InvalidFields(
        [
            Violation(
                "page_token",
                "must be the next_page_token of the page before, unchanged",
            )
        ]
    )


# Networks.


def new_network(request: training_service_pb2.CreateNetworkRequest) -> NewNetwork:
    """Translate what a client says of the network that it wants."""
    return NewNetwork(
        id=request.network,
        layer_sizes=tuple(request.layer_sizes),
        activations=tuple(_ACTIVATIONS.get(activation) for activation in request.activations),
        cost_function=_COST_FUNCTIONS.get(request.cost_function),
        initializer=(
            _initializer(request.initializer) if request.HasField("initializer") else None
        ),
        initial_parameters=tuple(
            LayerParameters(layer.units, layer.inputs, np.array(layer.weights, dtype=np.float64))
            for layer in request.initial_parameters
        ),
        labels=dict(request.labels),
    )


def label_keys(request: training_service_pb2.UpdateNetworkRequest) -> list[str] | None:
    """Return the keys of the labels to change, None for all.

    Raises InvalidFields when the mask names anything else.
    """
    keys = []
    with validating() as violations:
        for path in request.update_mask.paths:
            if path == "labels":
                return None
            if violations.require(
                path.startswith("labels."),
                "update_mask",
                f"must name labels, names {path!r}",
            ):
                keys.append(path.removeprefix("labels."))
    return keys or None


def network(view: NetworkView) -> network_pb2.Network:
    """Translate a network and where its history stands."""
    source, head = view.network, view.head
    return network_pb2.Network(
        network=source.id,
        uid=source.uid,
        layer_sizes=source.layer_sizes,
        activations=[_SENT_ACTIVATIONS[activation] for activation in source.activations],
        cost_function=_SENT_COST_FUNCTIONS[source.cost_function],
        initializer=_sent_initializer(source.initializer),
        latest_update=head.latest_update,
        active_run=head.active_run,
        create_time=timestamp(source.create_time),
        labels=source.labels,
        etag=head.etag,
        parameter_count=source.parameter_count,
    )


def _initializer(message: network_pb2.Initializer) -> Initializer:
    default = Initializer(InitializerKind.UNIFORM)
    return Initializer(
        kind=_INITIALIZER_KINDS.get(message.kind),
        seed=message.seed if message.HasField("seed") else None,
        low=message.low if message.HasField("low") else default.low,
        high=message.high if message.HasField("high") else default.high,
    )


def _sent_initializer(initializer: Initializer) -> network_pb2.Initializer:
    if initializer.kind is InitializerKind.EXPLICIT:
        return network_pb2.Initializer(kind=network_pb2.INITIALIZER_KIND_EXPLICIT)
    return network_pb2.Initializer(
        kind=network_pb2.INITIALIZER_KIND_UNIFORM,
        seed=initializer.seed,
        low=initializer.low,
        high=initializer.high,
    )


def _layers(layer_sizes: Iterable[int], parameters: Array) -> list[network_pb2.LayerParameters]:
    return [
        network_pb2.LayerParameters(units=layer.units, inputs=layer.inputs, weights=layer.weights)
        for layer in split_layers(tuple(layer_sizes), parameters)
    ]


# Training sets.


def example_rows(
    examples: Iterable[training_set_pb2.Example],
) -> list[tuple[Array, Array]]:
    """Translate examples as they came, of whatever lengths: inputs and targets of each."""
    return [
        (
            np.array(example.inputs, dtype=np.float64),
            np.array(example.targets, dtype=np.float64),
        )
        for example in examples
    ]


def training_set(
    source: TrainingSet, examples: Examples | None = None
) -> training_set_pb2.TrainingSet:
    """Translate a training set, with its numbers where they are given."""
    rows = zip(examples.inputs, examples.targets, strict=True) if examples else ()
    return training_set_pb2.TrainingSet(
        training_set=source.id,
        uid=source.uid,
        input_count=source.input_count,
        target_count=source.target_count,
        example_count=source.example_count,
        built_in=source.built_in,
        create_time=timestamp(source.create_time),
        examples=[
            training_set_pb2.Example(inputs=inputs, targets=targets) for inputs, targets in rows
        ],
    )


# Runs.


def settings(message: run_pb2.TrainingSettings) -> TrainingSettings:
    """Translate the settings of a run."""
    return TrainingSettings(
        training_set=message.training_set,
        learning_rate=message.learning_rate,
        batch_size=message.batch_size,
        epochs=message.epochs,
    )


def step(request: training_service_pb2.StepRequest) -> StepCommand:
    """Translate a step."""
    return StepCommand(
        network_id=request.network,
        count=request.count,
        unit=_STEP_UNITS.get(request.unit),
        settings=settings(request.settings) if request.HasField("settings") else None,
        etag=request.etag,
    )


def run(view: RunView) -> run_pb2.Run:
    """Translate a run."""
    return _run(view.network_id, view.run)


def run_event(network_id: str, event: RunEvent) -> run_pb2.RunEvent:
    """Translate a change of a run's state."""
    return run_pb2.RunEvent(
        event=event.number, run=_run(network_id, event.run), update=event.update
    )


def _run(network_id: str, source: Run) -> run_pb2.Run:
    return run_pb2.Run(
        network=network_id,
        run=source.number,
        settings=run_pb2.TrainingSettings(
            training_set=source.settings.training_set,
            learning_rate=source.settings.learning_rate,
            batch_size=source.settings.batch_size,
            epochs=source.settings.epochs,
        ),
        state=_RUN_STATES[source.state],
        first_update=source.first_update,
        latest_update=source.latest_update,
        updates_done=source.updates_done,
        total_updates=source.total_updates,
        epoch=source.epoch,
        next_example=source.next_example,
        latest_cost=source.latest_cost,
        failure=_failure(source.failure) if source.failure else None,
        create_time=timestamp(source.create_time),
        start_time=timestamp(source.start_time) if source.start_time else None,
        end_time=timestamp(source.end_time) if source.end_time else None,
        training_set_uid=source.training_set_uid,
    )


def _failure(source: Failure) -> run_pb2.Failure:
    return run_pb2.Failure(reason=source.reason, message=source.message, update=source.update)


# Updates.


def with_parameters(detail: update_pb2.Detail.ValueType) -> bool:
    """Return whether a detail includes parameters. Raises InvalidFields for one not known."""
    with validating() as violations:
        violations.require(
            detail in _WITH_PARAMETERS,
            "detail",
            f"must be COST or PARAMETERS, is {detail}",
        )
    return _WITH_PARAMETERS[detail]


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
        layers=_layers(source.layer_sizes, snapshot.parameters[0]),
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
) -> training_service_pb2.WatchUpdatesResponse:
    """Translate one piece of a watched history."""
    if isinstance(item, watching.Batch):
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
            message.layers.extend(_layers(source.layer_sizes, part.parameters[index]))
        yield message


# Predictions and the server.


def vectors(inputs: Iterable[training_service_pb2.Vector]) -> list[Array]:
    """Translate vectors as they came, of whatever lengths."""
    return [np.array(vector.values, dtype=np.float64) for vector in inputs]


def prediction(source: Predictions, *, activations: bool) -> training_service_pb2.PredictResponse:
    """Translate predictions: outputs, and on request the activations of every layer."""
    sizes = source.network.layer_sizes[1:]
    bounds = np.cumsum(sizes)[:-1]
    predictions = []
    for row in source.activations:
        layers = np.split(row, bounds)
        message = training_service_pb2.Prediction(outputs=layers[-1])
        if activations:
            message.activations.extend(
                training_service_pb2.Vector(values=layer) for layer in layers
            )
        predictions.append(message)
    return training_service_pb2.PredictResponse(update=source.update, predictions=predictions)


def limits(source: Limits) -> training_service_pb2.Limits:
    """Translate the limits of the service."""
    return training_service_pb2.Limits(
        request_bytes=source.request_bytes,
        response_bytes=source.response_bytes,
        layers=source.layers,
        parameters=source.parameters,
        networks=source.networks,
        training_sets=source.training_sets,
        watches=source.watches,
    )


def timestamp(moment: datetime) -> Timestamp:
    """Translate a time."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message
