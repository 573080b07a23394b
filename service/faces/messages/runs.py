"""Runs, their settings and their events."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from clearprop.v1 import run_pb2, training_service_pb2

from service.faces.messages.enums import EnumTable, numbers, one_of
from service.faces.messages.fields import optional
from service.faces.messages.times import timestamp
from service.faces.messages.warnings import warnings
from service.use_cases.runs import RunView
from service.use_cases.steps import StepCommand, StepUnit
from training.batches import BatchMode
from training.dropout import Dropout
from training.errors import Violations
from training.numerics.optimizers import OptimizerKind
from training.numerics.schedules import ScheduleKind
from training.optimizer import Optimizer, OptimizerState
from training.run import EndReason, Failure, Run, RunState
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.settings import StopCondition, TrainingSettings
from training.update import RunEvent
from training.update_rule import Clipping, Frozen, Penalty
from training.validation import Validated, Validation, ValidationUnit
from training.warnings.warning import TrainingWarning

_STEP_UNITS = EnumTable(
    training_service_pb2.StepUnit, StepUnit, StepUnit.UPDATE, "must be UPDATE or EPOCH"
)
_RUN_STATES = numbers(run_pb2.RunState, RunState)
_OPTIMIZER_KINDS = EnumTable(
    run_pb2.OptimizerKind, OptimizerKind, OptimizerKind.GRADIENT_DESCENT, one_of(OptimizerKind)
)

_VALIDATION_UNITS = EnumTable(
    run_pb2.ValidationUnit, ValidationUnit, ValidationUnit.EPOCH, "must be EPOCH or UPDATE"
)
_END_REASONS = numbers(run_pb2.EndReason, EndReason)
_NOT_OVER = run_pb2.END_REASON_UNSPECIFIED
_NO_STOP = StopCondition()
_NO_SCHEDULE = LearningRateSchedule()

_BATCH_MODES = EnumTable(run_pb2.BatchMode, BatchMode, BatchMode.CROSS_EPOCHS, one_of(BatchMode))
_SCHEDULE_KINDS = EnumTable(
    run_pb2.ScheduleKind, ScheduleKind, ScheduleKind.CONSTANT, one_of(ScheduleKind)
)
_SCHEDULE_UNITS = EnumTable(
    run_pb2.ScheduleUnit, ScheduleUnit, ScheduleUnit.EPOCH, "must be EPOCH or UPDATE"
)

#: The optional settings of optimizers, with the same names in the contract and in the domain.
_OPTIMIZER_NUMBERS: tuple[Literal["momentum", "beta1", "beta2", "epsilon", "dampening"], ...] = (
    "momentum",
    "beta1",
    "beta2",
    "epsilon",
    "dampening",
)


def settings(unknown: Violations, message: run_pb2.TrainingSettings) -> TrainingSettings:
    """Convert the settings of a run: the field `settings` of a request."""
    return TrainingSettings(
        training_set=message.training_set,
        learning_rate=message.learning_rate,
        batch_size=message.batch_size,
        epochs=message.epochs,
        shuffle_seed=optional(message, "shuffle_seed"),
        optimizer=_optimizer(unknown, "settings.optimizer", message.optimizer),
        stop=StopCondition(
            cost_below=optional(message.stop, "cost_below"),
            max_updates=message.stop.max_updates,
            non_finite_cost=message.stop.non_finite_cost,
            patience=message.stop.patience,
            min_delta=message.stop.min_delta,
            restore_best=message.stop.restore_best,
        ),
        schedule=_schedule(unknown, "settings.schedule", message.schedule),
        penalty=Penalty(message.penalty.l1, message.penalty.l2),
        clipping=Clipping(
            value=optional(message.clipping, "value"), norm=optional(message.clipping, "norm")
        ),
        frozen=Frozen(tuple(message.frozen.layers), message.frozen.biases),
        batch_mode=_BATCH_MODES.read(unknown, "settings.batch_mode", message.batch_mode),
        validation=(
            _validation(unknown, message.validation) if message.HasField("validation") else None
        ),
        dropout=(
            Dropout(tuple(message.dropout.rates), message.dropout.seed)
            if message.HasField("dropout")
            else None
        ),
        label_smoothing=message.label_smoothing,
        class_weights=tuple(message.class_weights),
    )


def _validation(unknown: Violations, message: run_pb2.Validation) -> Validation:
    return Validation(
        training_set=message.training_set,
        share=message.share,
        seed=message.seed,
        every=message.every or 1,
        unit=_VALIDATION_UNITS.read(unknown, "settings.validation.unit", message.unit),
        folds=message.folds,
        fold=message.fold,
    )


def optimizer_state(unknown: Violations, message: run_pb2.OptimizerState) -> OptimizerState:
    """Convert an optimizer state: the field `optimizer_state` of a request."""
    return OptimizerState(
        _optimizer(unknown, "optimizer_state.optimizer", message.optimizer),
        np.array(message.values, dtype=np.float64),
    )


@lru_cache(maxsize=1_000)
def sent_settings(source: TrainingSettings) -> run_pb2.TrainingSettings:
    """Convert the settings of a run, to a message that must not be changed."""
    message = run_pb2.TrainingSettings(
        training_set=source.training_set,
        learning_rate=source.learning_rate,
        batch_size=source.batch_size,
        epochs=source.epochs,
        shuffle_seed=source.shuffle_seed,
        optimizer=sent_optimizer(source.optimizer),
        stop=(
            run_pb2.StopCondition(
                cost_below=source.stop.cost_below,
                max_updates=source.stop.max_updates,
                non_finite_cost=source.stop.non_finite_cost,
                patience=source.stop.patience,
                min_delta=source.stop.min_delta,
                restore_best=source.stop.restore_best,
            )
            if source.stop != _NO_STOP
            else None
        ),
        schedule=_sent_schedule(source.schedule) if source.schedule != _NO_SCHEDULE else None,
        penalty=(
            run_pb2.Penalty(l1=source.penalty.l1, l2=source.penalty.l2)
            if source.penalty != Penalty()
            else None
        ),
        clipping=(
            run_pb2.Clipping(value=source.clipping.value, norm=source.clipping.norm)
            if source.clipping != Clipping()
            else None
        ),
        frozen=(
            run_pb2.Frozen(layers=source.frozen.layers, biases=source.frozen.biases)
            if source.frozen != Frozen()
            else None
        ),
        validation=_sent_validation(source.validation) if source.validation else None,
        dropout=(
            run_pb2.Dropout(rates=source.dropout.rates, seed=source.dropout.seed)
            if source.dropout
            else None
        ),
    )
    message.label_smoothing = source.label_smoothing
    message.class_weights.extend(source.class_weights)
    if source.batch_mode is not BatchMode.CROSS_EPOCHS:
        message.batch_mode = _BATCH_MODES.numbers[source.batch_mode]
    return message


def _sent_validation(source: Validation) -> run_pb2.Validation:
    return run_pb2.Validation(
        training_set=source.training_set,
        share=source.share,
        seed=source.seed,
        every=source.every,
        unit=_VALIDATION_UNITS.numbers[source.unit],
        folds=source.folds,
        fold=source.fold,
    )


def sent_optimizer(source: Optimizer) -> run_pb2.Optimizer:
    """Convert the settings of an optimizer."""
    return run_pb2.Optimizer(
        kind=_OPTIMIZER_KINDS.numbers[source.kind],
        momentum=source.momentum,
        beta1=source.beta1,
        beta2=source.beta2,
        epsilon=source.epsilon,
        weight_decay=source.weight_decay,
        decay_weights_only=source.decay_weights_only,
        dampening=source.dampening,
    )


def step(request: training_service_pb2.StepRequest) -> StepCommand:
    """Convert a step."""
    unknown = Violations()
    return StepCommand(
        network_id=request.network,
        count=request.count,
        unit=_STEP_UNITS.read(unknown, "unit", request.unit),
        settings=settings(unknown, request.settings) if request.HasField("settings") else None,
        etag=request.etag,
        unknown=tuple(unknown.found),
    )


def run(view: RunView) -> run_pb2.Run:
    """Convert a run."""
    return _run(view.network_id, view.run, view.waiting_for, view.warnings)


def run_event(network_id: str, event: RunEvent) -> run_pb2.RunEvent:
    """Convert a run event."""
    return run_pb2.RunEvent(
        event=event.number, run=_run(network_id, event.run), update=event.update
    )


def _run(
    network_id: str, source: Run, waiting_for: str = "", found: Sequence[TrainingWarning] = ()
) -> run_pb2.Run:
    reason = source.end_reason
    return run_pb2.Run(
        network=network_id,
        run=source.number,
        settings=sent_settings(source.settings),
        state=_RUN_STATES[source.state],
        first_update=source.first_update,
        latest_update=source.latest_update,
        updates_done=source.updates_done,
        total_updates=source.total_updates,
        epoch=source.epoch,
        next_example=source.next_example,
        latest_cost=source.latest_cost,
        non_finite_cost=source.non_finite_cost,
        failure=_failure(source.failure) if source.failure else None,
        create_time=timestamp(source.create_time),
        start_time=timestamp(source.start_time) if source.start_time else None,
        end_time=timestamp(source.end_time) if source.end_time else None,
        training_set_uid=source.training_set_uid,
        waiting_for=waiting_for,
        warnings=warnings(found),
        end_reason=_END_REASONS[reason] if source.is_over and reason else _NOT_OVER,
        best=_validated(source.validation.best),
        latest_validation=_validated(source.validation.latest),
        training_examples=source.examples if source.validation_examples else 0,
        validation_examples=source.validation_examples,
        validation_set_uid=source.validation_set_uid,
    )


def _validated(source: Validated | None) -> run_pb2.Validated | None:
    if source is None:
        return None
    return run_pb2.Validated(
        update=source.update, cost=source.result.cost, accuracy=source.result.accuracy
    )


def _optimizer(unknown: Violations, field: str, message: run_pb2.Optimizer) -> Optimizer:
    given = {name: getattr(message, name) for name in _OPTIMIZER_NUMBERS if message.HasField(name)}
    return Optimizer(
        kind=_OPTIMIZER_KINDS.read(unknown, f"{field}.kind", message.kind),
        weight_decay=message.weight_decay,
        decay_weights_only=message.decay_weights_only,
        **given,
    )


def _schedule(
    unknown: Violations, field: str, message: run_pb2.LearningRateSchedule
) -> LearningRateSchedule:
    return LearningRateSchedule(
        kind=_SCHEDULE_KINDS.read(unknown, f"{field}.kind", message.kind),
        unit=_SCHEDULE_UNITS.read(unknown, f"{field}.unit", message.unit),
        period=message.period,
        factor=message.factor,
        minimum=message.minimum,
        warmup=message.warmup,
        rates=tuple(message.rates),
        patience=message.patience,
        min_delta=message.min_delta,
    )


def _sent_schedule(source: LearningRateSchedule) -> run_pb2.LearningRateSchedule:
    return run_pb2.LearningRateSchedule(
        kind=_SCHEDULE_KINDS.numbers[source.kind],
        unit=_SCHEDULE_UNITS.numbers[source.unit],
        period=source.period,
        factor=source.factor,
        minimum=source.minimum,
        warmup=source.warmup,
        rates=source.rates,
        patience=source.patience,
        min_delta=source.min_delta,
    )


def _failure(source: Failure) -> run_pb2.Failure:
    return run_pb2.Failure(reason=source.reason, message=source.message, update=source.update)
