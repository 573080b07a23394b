"""The stored form of an optimizer, separate or in the settings of a run."""

from msgspec import UNSET, UnsetType

from storage.records.record import Documents, Part, Record, given, named, unless
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer


class OptimizerPart(Part, frozen=True):
    """Version 1. Revision 0001 had none, which means gradient descent."""

    kind: str = "gradient-descent"
    momentum: float | None = None
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None
    weight_decay: float = 0.0
    decay_weights_only: bool | UnsetType = UNSET
    dampening: float | UnsetType = UNSET


class OptimizerRecord(Record, frozen=True, kw_only=True):
    """Version 1, separate: for the optimizer state in a keyframe."""

    kind: str = "gradient-descent"
    momentum: float | None = None
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None
    weight_decay: float = 0.0
    decay_weights_only: bool | UnsetType = UNSET
    dampening: float | UnsetType = UNSET


_documents = Documents(OptimizerRecord)


def write(optimizer: Optimizer) -> bytes:
    """Return an optimizer as a document."""
    return _documents.write(
        OptimizerRecord(
            kind=optimizer.kind.value,
            momentum=optimizer.momentum,
            beta1=optimizer.beta1,
            beta2=optimizer.beta2,
            epsilon=optimizer.epsilon,
            weight_decay=optimizer.weight_decay,
            decay_weights_only=unless(False, optimizer.decay_weights_only),  # noqa: FBT003
            dampening=UNSET if optimizer.dampening is None else optimizer.dampening,
        )
    )


def read(document: bytes) -> Optimizer:
    """Return the optimizer of a document. Raises NotAsWritten."""
    record, _ = _documents.read(document)  # a keyframe is never written again
    return optimizer_of(record)


def part_of(optimizer: Optimizer) -> OptimizerPart:
    """Return an optimizer as a part of another record."""
    return OptimizerPart(
        optimizer.kind.value,
        optimizer.momentum,
        optimizer.beta1,
        optimizer.beta2,
        optimizer.epsilon,
        optimizer.weight_decay,
        unless(False, optimizer.decay_weights_only),  # noqa: FBT003
        UNSET if optimizer.dampening is None else optimizer.dampening,
    )


def optimizer_of(source: OptimizerPart | OptimizerRecord) -> Optimizer:
    """Return the optimizer of a record. Raises NotAsWritten for an unknown one."""
    return Optimizer(
        kind=named(OptimizerKind, source.kind),
        momentum=source.momentum,
        beta1=source.beta1,
        beta2=source.beta2,
        epsilon=source.epsilon,
        weight_decay=source.weight_decay,
        decay_weights_only=given(False, source.decay_weights_only),  # noqa: FBT003
        dampening=None if isinstance(source.dampening, UnsetType) else source.dampening,
    )
