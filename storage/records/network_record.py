"""The stored form of a network."""

from datetime import datetime

from msgspec import UNSET, UnsetType, field

from storage.records.record import Documents, Part, Record, named
from storage.records.table_record import PreparationPart, part_of_preparation, preparation_of
from training.network import Fork, Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind


class _InitializerPart(Part, frozen=True):
    kind: str
    seed: int | None = None
    low: float | None = None
    high: float | None = None
    deviation: float | UnsetType = UNSET


class _ForkPart(Part, frozen=True):
    network: str
    uid: str
    update: int


class NetworkRecord(Record, frozen=True, kw_only=True):
    """Version 1. Revision 0001 had neither labels, biases nor forks in all of its documents."""

    id: str
    uid: str
    layer_sizes: tuple[int, ...]
    activations: tuple[str, ...]
    cost_function: str
    initializer: _InitializerPart
    create_time: datetime
    labels: dict[str, str] = field(default_factory=dict)
    bias: bool = False
    forked_from: _ForkPart | None = None
    owner: str | UnsetType = UNSET
    preparation: PreparationPart | UnsetType = UNSET


_documents = Documents(NetworkRecord)


def write(network: Network) -> bytes:
    """Return a network as a document."""
    recipe, fork, prepared = network.initializer, network.forked_from, network.preparation
    record = NetworkRecord(
        id=network.id,
        uid=network.uid,
        layer_sizes=network.layer_sizes,
        activations=tuple(activation.value for activation in network.activations),
        cost_function=network.cost_function.value,
        initializer=_initializer_part(recipe),
        create_time=network.create_time,
        labels=network.labels,
        bias=network.bias,
        forked_from=_ForkPart(fork.network, fork.uid, fork.update) if fork else None,
        owner=network.owner or UNSET,
        preparation=part_of_preparation(prepared) if prepared else UNSET,
    )
    return _documents.write(record, network.extra)


def read(document: bytes) -> Network:
    """Return the network of a document. Raises NotAsWritten."""
    record, extra = _documents.read(document)
    fork = record.forked_from
    return Network(
        id=record.id,
        uid=record.uid,
        layer_sizes=record.layer_sizes,
        activations=tuple(named(Activation, name) for name in record.activations),
        cost_function=named(CostFunction, record.cost_function),
        initializer=_initializer(record.initializer),
        create_time=record.create_time,
        labels=record.labels,
        bias=record.bias,
        forked_from=Fork(fork.network, fork.uid, fork.update) if fork else None,
        owner=record.owner or "",
        preparation=preparation_of(record.preparation) if record.preparation else None,
        extra=extra,
    )


def _initializer_part(recipe: Initializer) -> _InitializerPart:
    deviation = UNSET if recipe.deviation is None else recipe.deviation
    return _InitializerPart(recipe.kind.value, recipe.seed, recipe.low, recipe.high, deviation)


def _initializer(part: _InitializerPart) -> Initializer:
    kind = named(InitializerKind, part.kind)
    if kind is InitializerKind.EXPLICIT:
        # Revision 0001 stored unused bounds here too.
        return Initializer(kind)
    return Initializer(kind, part.seed, part.low, part.high, part.deviation or None)
