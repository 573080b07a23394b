"""Calls that inspect one update: its trace, its walk, the explanation of a weight."""

from clearprop.calls.base import Call
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.run_pb2 import TrainingSettings


def trace_update(  # noqa: PLR0913 - a parameter for each field of the request
    network: str,
    *,
    update: int | None,
    next_update: bool,
    settings: TrainingSettings | None,
    first_position: int,
    position_count: int,
    vectors_only: bool,
) -> Call[pb.TraceUpdateResponse]:
    """Trace an update."""
    request = pb.TraceUpdateRequest(
        network=network,
        update=update,
        next=next_update,
        settings=settings,
        first_position=first_position,
        position_count=position_count,
        vectors_only=vectors_only,
    )
    return Call(request, pb.TraceUpdateResponse)


def walk_update(  # noqa: PLR0913 - a parameter for each field of the request
    network: str,
    *,
    update: int | None,
    next_update: bool,
    settings: TrainingSettings | None,
    first_step: int,
    step_count: int,
    phases_only: bool,
) -> Call[pb.WalkUpdateResponse]:
    """Walk through an update, line by line."""
    request = pb.WalkUpdateRequest(
        network=network,
        update=update,
        next=next_update,
        settings=settings,
        first_step=first_step,
        step_count=step_count,
        phases_only=phases_only,
    )
    return Call(request, pb.WalkUpdateResponse)


def explain_weight(  # noqa: PLR0913 - a parameter for each field of the request
    network: str,
    layer: int,
    unit: int,
    source: int | None,
    *,
    update: int | None,
    next_update: bool,
    settings: TrainingSettings | None,
    first_position: int,
    position_count: int,
) -> Call[pb.ExplainWeightResponse]:
    """Explain why a weight changed; `source` is the input of its unit, None for the bias."""
    request = pb.ExplainWeightRequest(
        network=network,
        update=update,
        next=next_update,
        settings=settings,
        layer=layer,
        unit=unit,
        input=source,
        first_position=first_position,
        position_count=position_count,
    )
    return Call(request, pb.ExplainWeightResponse)
