"""The stored form of a run, also in its events, without its costs, which have columns."""

from dataclasses import replace
from datetime import datetime

from msgspec import UNSET, UnsetType, field

from storage.codec import NotAsWritten
from storage.records.optimizer_record import OptimizerPart, optimizer_of, part_of
from storage.records.record import Documents, Part, Record, given, named, unless
from training.batches import BatchMode
from training.dropout import Dropout
from training.numerics.schedules import ScheduleKind
from training.plateau import NO_PLATEAU, Plateau
from training.run import (
    EndReason,
    Failure,
    Run,
    RunState,
    end_reason_of,
)
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.settings import StopCondition, TrainingSettings
from training.update_rule import Clipping, Frozen, Penalty
from training.validation import (
    NOT_VALIDATED,
    Improvement,
    Validated,
    Validation,
    ValidationProgress,
    ValidationResult,
    ValidationUnit,
)

_CONSTANT = LearningRateSchedule()


class _StopPart(Part, frozen=True):
    cost_below: float | None = None
    max_updates: int = 0
    non_finite_cost: bool = False
    patience: int | UnsetType = UNSET
    min_delta: float | UnsetType = UNSET
    restore_best: bool | UnsetType = UNSET


class _ValidationPart(Part, frozen=True):
    training_set: str
    share: float
    seed: int
    every: int
    unit: str
    folds: int | UnsetType = UNSET
    fold: int | UnsetType = UNSET


class _SchedulePart(Part, frozen=True):
    kind: str = ScheduleKind.CONSTANT.value
    unit: str = ScheduleUnit.EPOCH.value
    period: int = 0
    factor: float = 0.0
    minimum: float = 0.0
    warmup: int = 0
    rates: tuple[float, ...] = ()
    patience: int | UnsetType = UNSET
    min_delta: float | UnsetType = UNSET


class _PlateauPart(Part, frozen=True):
    reductions: tuple[int, ...] = ()
    cost: float | None = None
    since: int = 0


class _DropoutPart(Part, frozen=True):
    rates: tuple[float, ...]
    seed: int = 0


class _PenaltyPart(Part, frozen=True):
    l1: float = 0.0
    l2: float = 0.0


class _ClippingPart(Part, frozen=True):
    value: float | None = None
    norm: float | None = None


class _FrozenPart(Part, frozen=True):
    layers: tuple[int, ...] = ()
    biases: bool = False


class _SettingsPart(Part, frozen=True):
    training_set: str
    learning_rate: float
    batch_size: int
    epochs: int
    shuffle_seed: int | None = None
    optimizer: OptimizerPart = field(default_factory=OptimizerPart)
    stop: _StopPart = field(default_factory=_StopPart)
    validation: _ValidationPart | UnsetType = UNSET
    schedule: _SchedulePart | UnsetType = UNSET  # a constant learning rate
    batch_mode: str | UnsetType = UNSET
    dropout: _DropoutPart | UnsetType = UNSET
    label_smoothing: float | UnsetType = UNSET
    penalty: _PenaltyPart | UnsetType = UNSET
    clipping: _ClippingPart | UnsetType = UNSET
    frozen: _FrozenPart | UnsetType = UNSET
    class_weights: tuple[float, ...] | UnsetType = UNSET


class _ValidatedPart(Part, frozen=True):
    update: int
    cost: str  # hexadecimal: JSON has no infinity and no NaN
    accuracy: float | None


class _ImprovementPart(Part, frozen=True):
    cost: float
    position: int


class _FailurePart(Part, frozen=True):
    reason: str
    message: str
    update: int


class RunRecord(Record, frozen=True, kw_only=True):
    """Version 1. Revision 0001 had no optimizer, seed and stop condition, and only one cost.

    Runs before revision 0008 had neither a validation nor a reason for their end.
    """

    network_uid: str
    number: int
    settings: _SettingsPart
    training_set_uid: str
    examples: int
    state: str
    first_update: int
    latest_update: int
    create_time: datetime
    updates_done: int = 0
    stop_at: int | None = None
    # JSON has no infinity and no NaN, so both costs have columns; these fields are used only if a
    # column is NULL, in rows of revision 0001.
    latest_cost: float | None = None
    epoch_cost: float = 0.0
    non_finite_cost: int | None = None
    failure: _FailurePart | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    validation_set_uid: str | UnsetType = UNSET
    validation_examples: int | UnsetType = UNSET
    latest_validation: _ValidatedPart | UnsetType = UNSET
    best: _ValidatedPart | UnsetType = UNSET
    improvement: _ImprovementPart | UnsetType = UNSET
    plateau: _PlateauPart | UnsetType = UNSET
    end_reason: str | UnsetType = UNSET  # if it does not follow from the other fields
    is_prepared: bool | UnsetType = UNSET


_documents = Documents(RunRecord)


def write(run: Run) -> bytes:
    """Return a run without its costs as a document."""
    settings, failure, improvement = run.settings, run.failure, run.validation.improvement
    dropout = settings.dropout
    record = RunRecord(
        network_uid=run.network_uid,
        number=run.number,
        settings=_SettingsPart(
            settings.training_set,
            settings.learning_rate,
            settings.batch_size,
            settings.epochs,
            settings.shuffle_seed,
            part_of(settings.optimizer),
            _StopPart(
                settings.stop.cost_below,
                settings.stop.max_updates,
                settings.stop.non_finite_cost,
                unless(0, settings.stop.patience),
                unless(0.0, settings.stop.min_delta),
                unless(False, settings.stop.restore_best),  # noqa: FBT003
            ),
            _validation_part(settings.validation) if settings.validation else UNSET,
            _part_of_schedule(settings.schedule),
            unless(BatchMode.CROSS_EPOCHS.value, settings.batch_mode.value),
            _DropoutPart(dropout.rates, dropout.seed) if dropout else UNSET,
            unless(0.0, settings.label_smoothing),
            unless(_PenaltyPart(), _PenaltyPart(settings.penalty.l1, settings.penalty.l2)),
            unless(_ClippingPart(), _ClippingPart(settings.clipping.value, settings.clipping.norm)),
            unless(_FrozenPart(), _FrozenPart(settings.frozen.layers, settings.frozen.biases)),
            settings.class_weights or UNSET,
        ),
        training_set_uid=run.training_set_uid,
        examples=run.examples,
        state=run.state.value,
        first_update=run.first_update,
        latest_update=run.latest_update,
        create_time=run.create_time,
        updates_done=run.updates_done,
        stop_at=run.stop_at,
        non_finite_cost=run.non_finite_cost,
        failure=_FailurePart(failure.reason, failure.message, failure.update) if failure else None,
        start_time=run.start_time,
        end_time=run.end_time,
        validation_set_uid=run.validation_set_uid or UNSET,
        validation_examples=run.validation_examples or UNSET,
        latest_validation=_validated_part(run.validation.latest),
        best=_validated_part(run.validation.best),
        plateau=_part_of_plateau(run.plateau),
        improvement=_ImprovementPart(improvement.cost, improvement.position)
        if improvement
        else UNSET,
        end_reason=_reason(run),
        is_prepared=unless(False, run.is_prepared),  # noqa: FBT003
    )
    return _documents.write(record, run.extra)


def read(document: bytes, latest_cost: float | None, epoch_cost: float | None) -> Run:
    """Return the run of a document, with its costs from their columns. Raises NotAsWritten."""
    record, extra = _documents.read(document)
    failure = record.failure
    run = Run(
        network_uid=record.network_uid,
        number=record.number,
        settings=_settings(record.settings),
        training_set_uid=record.training_set_uid,
        examples=record.examples,
        state=named(RunState, record.state),
        first_update=record.first_update,
        latest_update=record.latest_update,
        create_time=record.create_time,
        updates_done=record.updates_done,
        stop_at=record.stop_at,
        latest_cost=latest_cost,
        epoch_cost=record.epoch_cost if epoch_cost is None else epoch_cost,
        non_finite_cost=record.non_finite_cost,
        failure=Failure(failure.reason, failure.message, failure.update) if failure else None,
        start_time=record.start_time,
        end_time=record.end_time,
        extra=extra,
        validation_set_uid=record.validation_set_uid or "",
        validation_examples=record.validation_examples or 0,
        validation=_progress(record),
        plateau=_plateau_of(record.plateau),
        end_reason=named(EndReason, record.end_reason) if record.end_reason else None,
        is_prepared=given(False, record.is_prepared),  # noqa: FBT003
    )
    if run.is_over and run.end_reason is None:
        return replace(run, end_reason=end_reason_of(run, run.state, run.failure))
    return run


def _progress(record: RunRecord) -> ValidationProgress:
    if not record.latest_validation:
        return NOT_VALIDATED
    improvement = record.improvement
    return ValidationProgress(
        _validated(record.latest_validation),
        _validated(record.best),
        Improvement(improvement.cost, improvement.position) if improvement else None,
    )


def _reason(run: Run) -> str | UnsetType:
    if run.end_reason is None:
        return UNSET
    following = end_reason_of(replace(run, end_reason=None), run.state, run.failure)
    return UNSET if following is run.end_reason else run.end_reason.value


def _settings(part: _SettingsPart) -> TrainingSettings:
    penalty = given(_PenaltyPart(), part.penalty)
    clipping = given(_ClippingPart(), part.clipping)
    frozen = given(_FrozenPart(), part.frozen)
    return TrainingSettings(
        training_set=part.training_set,
        learning_rate=part.learning_rate,
        batch_size=part.batch_size,
        epochs=part.epochs,
        shuffle_seed=part.shuffle_seed,
        optimizer=optimizer_of(part.optimizer),
        stop=StopCondition(
            part.stop.cost_below,
            part.stop.max_updates,
            part.stop.non_finite_cost,
            given(0, part.stop.patience),
            given(0.0, part.stop.min_delta),
            given(False, part.stop.restore_best),  # noqa: FBT003
        ),
        validation=_validation(part.validation) if part.validation else None,
        schedule=_schedule_of(part.schedule),
        batch_mode=named(BatchMode, given(BatchMode.CROSS_EPOCHS.value, part.batch_mode)),
        dropout=Dropout(part.dropout.rates, part.dropout.seed) if part.dropout else None,
        label_smoothing=given(0.0, part.label_smoothing),
        penalty=Penalty(penalty.l1, penalty.l2),
        clipping=Clipping(clipping.value, clipping.norm),
        frozen=Frozen(frozen.layers, frozen.biases),
        class_weights=part.class_weights or (),
    )


def _part_of_schedule(schedule: LearningRateSchedule) -> _SchedulePart | UnsetType:
    if schedule == _CONSTANT:
        return UNSET
    return _SchedulePart(
        schedule.kind.value,
        schedule.unit.value,
        schedule.period,
        schedule.factor,
        schedule.minimum,
        schedule.warmup,
        schedule.rates,
        unless(0, schedule.patience),
        unless(0.0, schedule.min_delta),
    )


def _schedule_of(part: _SchedulePart | UnsetType) -> LearningRateSchedule:
    if isinstance(part, UnsetType):
        return _CONSTANT
    return LearningRateSchedule(
        named(ScheduleKind, part.kind),
        named(ScheduleUnit, part.unit),
        part.period,
        part.factor,
        part.minimum,
        part.warmup,
        part.rates,
        given(0, part.patience),
        given(0.0, part.min_delta),
    )


def _part_of_plateau(plateau: Plateau) -> _PlateauPart | UnsetType:
    if plateau == NO_PLATEAU:
        return UNSET
    return _PlateauPart(plateau.reductions, plateau.cost, plateau.since)


def _plateau_of(part: _PlateauPart | UnsetType) -> Plateau:
    if isinstance(part, UnsetType):
        return NO_PLATEAU
    return Plateau(part.reductions, part.cost, part.since)


def _validation_part(source: Validation) -> _ValidationPart:
    return _ValidationPart(
        source.training_set,
        source.share,
        source.seed,
        source.every,
        source.unit.value,
        unless(0, source.folds),
        unless(0, source.fold),
    )


def _validation(part: _ValidationPart) -> Validation:
    return Validation(
        part.training_set,
        part.share,
        part.seed,
        part.every,
        named(ValidationUnit, part.unit),
        given(0, part.folds),
        given(0, part.fold),
    )


def _validated_part(source: Validated | None) -> _ValidatedPart | UnsetType:
    if source is None:
        return UNSET
    return _ValidatedPart(source.update, source.result.cost.hex(), source.result.accuracy)


def _validated(part: _ValidatedPart | UnsetType) -> Validated | None:
    if isinstance(part, UnsetType):
        return None
    try:
        cost = float.fromhex(part.cost)
    except (ValueError, OverflowError) as error:
        raise NotAsWritten from error
    return Validated(part.update, ValidationResult(cost, part.accuracy))
