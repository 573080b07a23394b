"""Calls for runs."""

from clearprop.calls.base import PAGE_SIZE, Call, Pages, new_request_id
from clearprop.options import StepOptions, TrainingOptions, UnitName, training_settings
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.run_pb2 import Run, TrainingSettings
from clearprop.values import enum_value


def train(
    network: str, training_set: str, options: TrainingOptions, etag: str, request_id: str
) -> Call[pb.TrainResponse]:
    """Start a run."""
    request = pb.TrainRequest(
        network=network,
        settings=training_settings(training_set, **options),
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.TrainResponse)


def step(
    network: str,
    settings: TrainingSettings | None,
    count: int,
    unit: UnitName,
    etag: str,
    request_id: str,
) -> Call[pb.StepResponse]:
    """Train for some updates or epochs."""
    request = pb.StepRequest(
        network=network,
        count=count,
        unit=enum_value(pb.StepUnit, unit),
        settings=settings,
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.StepResponse)


def step_settings(training_set: str, options: StepOptions) -> TrainingSettings | None:
    """Return the settings of a step's new run; None if it continues the paused run."""
    return training_settings(training_set, **options) if training_set or options else None


def pause_run(network: str, run: int, etag: str, request_id: str) -> Call[pb.PauseRunResponse]:
    """Pause a run."""
    request = pb.PauseRunRequest(
        network=network, run=run, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.PauseRunResponse)


def resume_run(network: str, run: int, etag: str, request_id: str) -> Call[pb.ResumeRunResponse]:
    """Resume a paused run."""
    request = pb.ResumeRunRequest(
        network=network, run=run, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.ResumeRunResponse)


def cancel_run(network: str, run: int, etag: str, request_id: str) -> Call[pb.CancelRunResponse]:
    """Cancel a run."""
    request = pb.CancelRunRequest(
        network=network, run=run, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.CancelRunResponse)


def get_run(network: str, run: int) -> Call[pb.GetRunResponse]:
    """Read a run."""
    return Call(pb.GetRunRequest(network=network, run=run), pb.GetRunResponse)


def list_runs(network: str) -> Pages[pb.ListRunsResponse, Run]:
    """List the runs of a network."""
    return Pages(
        lambda token: Call(
            pb.ListRunsRequest(network=network, page_size=PAGE_SIZE, page_token=token),
            pb.ListRunsResponse,
        ),
        lambda page: (page.runs, page.next_page_token),
    )
