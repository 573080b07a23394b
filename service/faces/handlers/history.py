"""The history of a network: states, updates, comparisons, verification and compaction."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.changes import compared
from service.faces.messages.fields import optional
from service.faces.messages.networks import network
from service.faces.messages.pages import (
    changes_position,
    changes_token,
    page_number,
    page_size,
    page_token,
)
from service.faces.messages.requests import request_id
from service.faces.messages.states import StateResponse, view_and_dtype
from service.faces.messages.summaries import points_and_bins, summarized
from service.faces.messages.update_lists import UpdatesResponse
from service.faces.messages.updates import check_validated, detail, max_points
from service.faces.messages.verifications import verified
from service.faces.response_stream import ResponseStream, threaded_stream
from service.use_cases.comparisons import Comparisons
from service.use_cases.history import History
from service.use_cases.inspection import FullState, Inspection
from service.use_cases.networks import NetworkView
from service.use_cases.retention import Retention
from service.use_cases.summaries import Summaries
from service.use_cases.verification import Verification
from training.errors import validating


@dataclass(frozen=True, slots=True)
class HistoryHandlers:
    """The RPCs for the history of a network."""

    _history: History
    _comparisons: Comparisons
    _summaries: Summaries
    _inspection: Inspection
    _retention: Retention
    _verification: Verification

    def get_state(self, request: pb.GetStateRequest) -> StateResponse:
        """Return the state of a network at an update."""
        update = optional(request, "update")
        is_full, dtype = view_and_dtype(request)
        if is_full:
            state = self._inspection.state(request.network, update)
        else:
            state = FullState(*self._history.state(request.network, update))
        return StateResponse(state, dtype)

    def list_updates(self, request: pb.ListUpdatesRequest) -> UpdatesResponse:
        """List updates in order, or downsampled for a cost curve."""
        most = max_points(request)
        if most is not None:
            return self._downsampled(request, most)
        with validating() as violations:
            size = page_size(violations, request.page_size)
            first = page_number(violations, request.page_token)
            how_much = detail(violations, request.detail)
            check_validated(violations, request)
        first = optional(request, "start_update") if first is None else first
        end = optional(request, "end_update")
        if request.validated:
            span = self._history.validated(request.network, first, end, size, None)
        else:
            span = self._history.updates(request.network, first, size, end=end, detail=how_much)
        is_last = request.validated and sum(part.count for part in span.parts) < size
        last = span.parts[-1].last_update if span.parts else span.end
        return UpdatesResponse(
            span, page_token(last + 1) if last < span.end and not is_last else ""
        )

    def compare_updates(self, request: pb.CompareUpdatesRequest) -> pb.CompareUpdatesResponse:
        """Compare two updates."""
        with validating() as violations:
            size = page_size(violations, request.page_size)
            token = changes_position(violations, request.page_token)
        found = self._comparisons.compare(
            request.network,
            request.base_update,
            token.update if token else optional(request, "update"),
            request.base_network,
        )
        first = token.offset if token else 0
        response = compared(found, first, size)
        if first + size < found.comparison.changed:
            number = found.update.first_update
            response.next_page_token = changes_token(number, first + size)
        return response

    def summarize_updates(self, request: pb.SummarizeUpdatesRequest) -> pb.SummarizeUpdatesResponse:
        """Summarize updates layer by layer."""
        with validating() as violations:
            most, bins = points_and_bins(violations, request)
        found = self._summaries.summarize(
            request.network,
            optional(request, "start_update"),
            optional(request, "end_update"),
            most,
            request.training_set,
        )
        return summarized(found, bins)

    def delete_updates(self, request: pb.DeleteUpdatesRequest) -> pb.DeleteUpdatesResponse:
        """Delete the updates before a given update."""
        view = self._retention.delete_updates(
            request.network, request.before_update, request.etag, request_id(request, _deleted)
        )
        return _deleted(view)

    async def verify_history(self, request: pb.VerifyHistoryRequest) -> ResponseStream:
        """Verify a history and stream the progress."""
        return await threaded_stream(map(verified, self._verification.verify(request.network)))

    def _downsampled(self, request: pb.ListUpdatesRequest, most: int) -> UpdatesResponse:
        start, end = optional(request, "start_update"), optional(request, "end_update")
        if request.validated:
            span = self._history.validated(request.network, start, end, most, most)
        else:
            span = self._history.downsampled(request.network, start, end, most)
        return UpdatesResponse(span)


def _deleted(view: NetworkView) -> pb.DeleteUpdatesResponse:
    return pb.DeleteUpdatesResponse(network=network(view))
