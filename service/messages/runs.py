"""Runs, their settings and their events."""

from clearprop.v1 import run_pb2, training_service_pb2

from service.messages.times import timestamp
from service.runs import RunView
from service.stepping import StepCommand, StepUnit
from training.run import Failure, Run, RunState
from training.settings import TrainingSettings
from training.update import RunEvent

_STEP_UNITS = {
    training_service_pb2.STEP_UNIT_UNSPECIFIED: StepUnit.UPDATE,
    training_service_pb2.STEP_UNIT_UPDATE: StepUnit.UPDATE,
    training_service_pb2.STEP_UNIT_EPOCH: StepUnit.EPOCH,
}
_RUN_STATES = {
    RunState.PENDING: run_pb2.RUN_STATE_PENDING,
    RunState.RUNNING: run_pb2.RUN_STATE_RUNNING,
    RunState.PAUSED: run_pb2.RUN_STATE_PAUSED,
    RunState.SUCCEEDED: run_pb2.RUN_STATE_SUCCEEDED,
    RunState.FAILED: run_pb2.RUN_STATE_FAILED,
    RunState.CANCELLED: run_pb2.RUN_STATE_CANCELLED,
}


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
