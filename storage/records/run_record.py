"""The stored form of a run, also in its events, without its costs, which have columns."""

from datetime import datetime

from msgspec import field

from storage.records.optimizer_record import OptimizerPart, optimizer_of, part_of
from storage.records.record import Documents, Part, Record, named
from training.run import Failure, Run, RunState
from training.settings import StopCondition, TrainingSettings


class _StopPart(Part, frozen=True):
    cost_below: float | None = None
    max_updates: int = 0
    non_finite_cost: bool = False


class _SettingsPart(Part, frozen=True):
    training_set: str
    learning_rate: float
    batch_size: int
    epochs: int
    shuffle_seed: int | None = None
    optimizer: OptimizerPart = field(default_factory=OptimizerPart)
    stop: _StopPart = field(default_factory=_StopPart)


class _FailurePart(Part, frozen=True):
    reason: str
    message: str
    update: int


class RunRecord(Record, frozen=True, kw_only=True):
    """Version 1. Revision 0001 had no optimizer, seed and stop condition, and only one cost."""

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


_documents = Documents(RunRecord)


def write(run: Run) -> bytes:
    """Return a run without its costs as a document."""
    settings, failure = run.settings, run.failure
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
            ),
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
    )
    return _documents.write(record, run.extra)


def read(document: bytes, latest_cost: float | None, epoch_cost: float | None) -> Run:
    """Return the run of a document, with its costs from their columns. Raises NotAsWritten."""
    record, extra = _documents.read(document)
    failure = record.failure
    return Run(
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
    )


def _settings(part: _SettingsPart) -> TrainingSettings:
    return TrainingSettings(
        training_set=part.training_set,
        learning_rate=part.learning_rate,
        batch_size=part.batch_size,
        epochs=part.epochs,
        shuffle_seed=part.shuffle_seed,
        optimizer=optimizer_of(part.optimizer),
        stop=StopCondition(part.stop.cost_below, part.stop.max_updates, part.stop.non_finite_cost),
    )
