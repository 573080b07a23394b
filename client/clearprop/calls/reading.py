"""Calls that read histories."""

from clearprop.calls.base import PAGE_SIZE, Call, DetailName, FormatName, Pages
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.run_pb2 import TrainingSettings
from clearprop.v1.update_pb2 import Detail, Update
from clearprop.values import enum_value


def get_state(network: str, update: int | None, *, full: bool) -> Call[pb.GetStateResponse]:
    """Read a network at an update."""
    view = pb.STATE_VIEW_FULL if full else pb.STATE_VIEW_BASIC
    request = pb.GetStateRequest(network=network, update=update, view=view)
    return Call(request, pb.GetStateResponse)


def list_updates(
    network: str, start: int | None, end: int | None, detail: DetailName
) -> Pages[pb.ListUpdatesResponse, Update]:
    """List the updates of a network."""
    return Pages(
        lambda token: Call(
            pb.ListUpdatesRequest(
                network=network,
                start_update=start,
                end_update=end,
                page_size=PAGE_SIZE,
                page_token=token,
                detail=enum_value(Detail, detail),
            ),
            pb.ListUpdatesResponse,
        ),
        lambda page: (page.updates, page.next_page_token),
    )


def history(
    network: str, max_points: int, start: int | None, end: int | None
) -> Call[pb.ListUpdatesResponse]:
    """Read a history in brief."""
    request = pb.ListUpdatesRequest(
        network=network,
        start_update=start,
        end_update=end,
        max_points=max_points,
        detail=Detail.DETAIL_COST,
    )
    return Call(request, pb.ListUpdatesResponse)


def compare_updates(
    network: str, base: int, update: int | None, base_network: str, most: int
) -> Call[pb.CompareUpdatesResponse]:
    """Set two updates side by side, and read the largest changes."""
    request = pb.CompareUpdatesRequest(
        network=network,
        base_network=base_network,
        base_update=base,
        update=update,
        page_size=most,
    )
    return Call(request, pb.CompareUpdatesResponse)


def list_changes(
    network: str, base: int, update: int | None, base_network: str
) -> Pages[pb.CompareUpdatesResponse, pb.WeightChange]:
    """Read all parameters that differ between two updates."""
    return Pages(
        lambda token: Call(
            pb.CompareUpdatesRequest(
                network=network,
                base_network=base_network,
                base_update=base,
                update=update,
                page_size=PAGE_SIZE,
                page_token=token,
            ),
            pb.CompareUpdatesResponse,
        ),
        lambda page: (page.changes, page.next_page_token),
    )


def export_network(
    network: str, file_format: FormatName, update: int | None
) -> Call[pb.ExportNetworkResponse]:
    """Ask for a file of a network."""
    request = pb.ExportNetworkRequest(
        network=network, update=update, format=enum_value(pb.ExportFormat, file_format)
    )
    return Call(request, pb.ExportNetworkResponse)


def verify_history(network: str) -> Call[pb.VerifyHistoryResponse]:
    """Verify a network's history."""
    return Call(pb.VerifyHistoryRequest(network=network), pb.VerifyHistoryResponse)


def trace_update(
    network: str,
    *,
    update: int | None,
    next_update: bool,
    settings: TrainingSettings | None,
    first_position: int,
    position_count: int,
) -> Call[pb.TraceUpdateResponse]:
    """Look into an update."""
    request = pb.TraceUpdateRequest(
        network=network,
        update=update,
        next=next_update,
        settings=settings,
        first_position=first_position,
        position_count=position_count,
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
