"""Answers stored by earlier versions: domain objects by the names of their fields.

They were written as MessagePack, and before that as JSON, and are kept for seven days. They are not
written any more: this file can be deleted when no database of those versions is upgraded. The names
here are the stored ones; the names in the domain may have changed.
"""

from datetime import datetime

import msgspec

from service.execution.tickets import Outcome, Ticket
from service.use_cases.edits import Changed
from service.use_cases.networks import NetworkView
from service.use_cases.runs import RunView
from training.network import Fork, Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.run import Failure, Run, RunState
from training.settings import StopCondition, TrainingSettings
from training.training_set import TrainingSet
from training.update import Head

LegacyAnswer = NetworkView | Changed | RunView | Ticket | TrainingSet | bool


class _Fork(msgspec.Struct):
    network: str
    uid: str
    update: int


class _Initializer(msgspec.Struct):
    kind: str
    seed: int | None = None
    low: float | None = None
    high: float | None = None


class _Network(msgspec.Struct):
    id: str
    uid: str
    layer_sizes: tuple[int, ...]
    activations: tuple[str, ...]
    cost_function: str
    initializer: _Initializer
    create_time: datetime
    labels: dict[str, str] = {}
    bias: bool = False
    forked_from: _Fork | None = None


class _Head(msgspec.Struct):
    network_uid: str
    latest_update: int = 0
    active_run: int = 0
    last_run: int = 0
    last_event: int = 0
    keyframe: int = 0
    token: int = 0
    earliest_update: int = 0


class _Optimizer(msgspec.Struct):
    kind: str = "gradient-descent"
    momentum: float | None = None
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None
    weight_decay: float = 0.0


class _Stop(msgspec.Struct):
    cost_below: float | None = None
    max_updates: int = 0


class _Settings(msgspec.Struct):
    training_set: str
    learning_rate: float
    batch_size: int
    epochs: int
    shuffle_seed: int | None = None
    optimizer: _Optimizer = msgspec.field(default_factory=_Optimizer)
    stop: _Stop = msgspec.field(default_factory=_Stop)


class _Failure(msgspec.Struct):
    reason: str
    message: str
    update: int


class _Run(msgspec.Struct):
    network_uid: str
    number: int
    settings: _Settings
    training_set_uid: str
    examples: int
    state: str
    first_update: int
    latest_update: int
    create_time: datetime
    updates_done: int = 0
    stop_at: int | None = None
    latest_cost: float | None = None
    epoch_cost: float | None = 0.0  # JSON has null for a cost that is not finite
    failure: _Failure | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None


class _TrainingSet(msgspec.Struct):
    id: str
    uid: str
    input_count: int
    target_count: int
    example_count: int
    create_time: datetime
    built_in: bool = False


class _NetworkView(msgspec.Struct):
    network: _Network
    head: _Head


class _Changed(msgspec.Struct):
    network: _Network
    update: int
    head: _Head
    initializer: _Initializer | None = None


class _RunView(msgspec.Struct):
    network_id: str
    run: _Run


class _Ticket(msgspec.Struct):
    network_id: str
    network_uid: str
    run_number: int
    after_event: int
    updates_done: int = 0
    run: _Run | None = None
    head: _Head | None = None


def read(content: bytes) -> LegacyAnswer:
    """Return an answer stored as MessagePack or JSON; True if it has no content."""
    is_json = content[0] < 0x80
    decode = msgspec.json.decode if is_json else msgspec.msgpack.decode
    document = decode(content)
    if not isinstance(document, dict):
        return bool(document)
    form = _form(document)
    found = decode(content, type=form)
    match found:
        case _NetworkView():
            return NetworkView(_network(found.network), _head(found.head))
        case _Changed():
            recipe = _initializer(found.initializer) if found.initializer else None
            return Changed(_network(found.network), found.update, _head(found.head), recipe)
        case _RunView():
            return RunView(found.network_id, _run(found.run))
        case _Ticket():
            return _ticket(found)
        case _:
            return TrainingSet(**msgspec.structs.asdict(found))


def _ticket(found: _Ticket) -> Ticket:
    outcome = None
    if found.run is not None and found.head is not None:
        run, head = _run(found.run), _head(found.head)
        outcome = Outcome(found.network_id, run, found.updates_done, head)
    return Ticket(
        found.network_id,
        found.network_uid,
        found.run_number,
        found.after_event,
        found.updates_done,
        outcome,
    )


def _form(document: dict[str, object]) -> type[msgspec.Struct]:
    """Return the type of a document from its names: it has no field for the type."""
    if "run_number" in document:
        return _Ticket
    if "run" in document:
        return _RunView
    if "network" in document:
        return _Changed if "update" in document else _NetworkView
    return _TrainingSet


def _network(source: _Network) -> Network:
    fork = source.forked_from
    return Network(
        id=source.id,
        uid=source.uid,
        layer_sizes=source.layer_sizes,
        activations=tuple(map(Activation, source.activations)),
        cost_function=CostFunction(source.cost_function),
        initializer=_initializer(source.initializer),
        create_time=source.create_time,
        labels=source.labels,
        bias=source.bias,
        forked_from=Fork(fork.network, fork.uid, fork.update) if fork else None,
    )


def _initializer(source: _Initializer) -> Initializer:
    return Initializer(InitializerKind(source.kind), source.seed, source.low, source.high)


def _head(source: _Head) -> Head:
    return Head(
        network_uid=source.network_uid,
        latest_update=source.latest_update,
        active_run=source.active_run,
        last_run=source.last_run,
        last_event=source.last_event,
        keyframe=source.keyframe,
        token=source.token,
        earliest_update=source.earliest_update,
    )


def _settings(source: _Settings) -> TrainingSettings:
    optimizer, stop = source.optimizer, source.stop
    return TrainingSettings(
        training_set=source.training_set,
        learning_rate=source.learning_rate,
        batch_size=source.batch_size,
        epochs=source.epochs,
        shuffle_seed=source.shuffle_seed,
        optimizer=Optimizer(
            kind=OptimizerKind(optimizer.kind),
            momentum=optimizer.momentum,
            beta1=optimizer.beta1,
            beta2=optimizer.beta2,
            epsilon=optimizer.epsilon,
            weight_decay=optimizer.weight_decay,
        ),
        stop=StopCondition(cost_below=stop.cost_below, max_updates=stop.max_updates),
    )


def _run(source: _Run) -> Run:
    failure = source.failure
    return Run(
        network_uid=source.network_uid,
        number=source.number,
        settings=_settings(source.settings),
        training_set_uid=source.training_set_uid,
        examples=source.examples,
        state=RunState(source.state),
        first_update=source.first_update,
        latest_update=source.latest_update,
        create_time=source.create_time,
        updates_done=source.updates_done,
        stop_at=source.stop_at,
        latest_cost=source.latest_cost,
        epoch_cost=source.epoch_cost or 0.0,
        failure=Failure(failure.reason, failure.message, failure.update) if failure else None,
        start_time=source.start_time,
        end_time=source.end_time,
    )
