"""Traces, explanations and walks of an update."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.execution.side_process import SideProcess
from service.faces.messages.explanations import explanation, weight_place
from service.faces.messages.inspections import traced, which
from service.faces.messages.walks import walked
from service.faces.walk_responses import walk_response
from service.use_cases.explanations import Explanations
from service.use_cases.inspection import Inspection
from service.use_cases.walks import Walks


@dataclass(frozen=True, slots=True)
class InspectionHandlers:
    """The RPCs that inspect an update."""

    _inspection: Inspection
    _explanations: Explanations
    _walks: Walks
    _side_process: SideProcess

    def trace_update(self, request: pb.TraceUpdateRequest) -> pb.TraceUpdateResponse:
        """Return all intermediate values of an update."""
        found = self._inspection.trace(
            which(request),
            request.first_position,
            request.position_count,
            vectors_only=request.vectors_only,
        )
        return traced(found)

    def explain_weight(self, request: pb.ExplainWeightRequest) -> pb.ExplainWeightResponse:
        """Explain why a weight changed or would change."""
        found = self._explanations.explain(
            which(request), weight_place(request), request.first_position, request.position_count
        )
        return explanation(found)

    def walk_update(self, request: pb.WalkUpdateRequest) -> pb.WalkUpdateResponse:
        """Walk through an update line by line."""
        if request.phases_only:
            return walked(self._walks.phases(which(request)))
        page = self._walks.page(which(request), request.first_step, request.step_count)
        return walk_response(self._side_process, page)
