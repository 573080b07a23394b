"""Calls that read histories."""

from clearprop.calls.base import PAGE_SIZE, Call, Pages
from clearprop.options import DetailName
from clearprop.v1 import training_service_pb2 as pb
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


def get_history(
    network: str, max_points: int, start: int | None, end: int | None, *, validated: bool
) -> Call[pb.ListUpdatesResponse]:
    """Read a downsampled history."""
    request = pb.ListUpdatesRequest(
        network=network,
        start_update=start,
        end_update=end,
        max_points=max_points,
        detail=Detail.DETAIL_COST,
        validated=validated,
    )
    return Call(request, pb.ListUpdatesResponse)


def compare_updates(
    network: str, base: int, update: int | None, base_network: str, most: int
) -> Call[pb.CompareUpdatesResponse]:
    """Compare two updates, and read the largest changes."""
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


def summarize_updates(
    network: str,
    max_points: int,
    start: int | None,
    end: int | None,
    *,
    max_bins: int,
    training_set: str,
) -> Call[pb.SummarizeUpdatesResponse]:
    """Summarize updates layer by layer."""
    request = pb.SummarizeUpdatesRequest(
        network=network,
        start_update=start,
        end_update=end,
        max_points=max_points,
        max_bins=max_bins,
        training_set=training_set,
    )
    return Call(request, pb.SummarizeUpdatesResponse)


def verify_history(network: str) -> Call[pb.VerifyHistoryResponse]:
    """Verify a network's history."""
    return Call(pb.VerifyHistoryRequest(network=network), pb.VerifyHistoryResponse)
