"""Runs and steps."""

from collections.abc import Callable
from dataclasses import dataclass

from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb

from service.admission.call import run_in_call, write_in_line
from service.admission.call_lines import CallLines
from service.execution.outcomes import Outcomes
from service.execution.tickets import Outcome, Ticket
from service.faces.messages.pages import PageResponse, page, page_number
from service.faces.messages.requests import request_id
from service.faces.messages.runs import run, settings, step
from service.faces.messages.updates import updates
from service.faces.responses import Responses
from service.use_cases.history import latest_in_response
from service.use_cases.requests import updates_made
from service.use_cases.runs import Runs, RunView
from service.use_cases.steps import Steps
from training.errors import Violations
from training.limits import Limits
from training.writes import Writes


@dataclass(frozen=True, slots=True)
class RunHandlers:
    """The RPCs for runs and steps."""

    _runs: Runs
    _steps: Steps
    _outcomes: Outcomes
    _responses: Responses
    _limits: Limits
    _lines: CallLines  # of steps, by their networks

    def train(self, request: pb.TrainRequest) -> pb.TrainResponse:
        """Start a run."""
        unknown = Violations()
        view = self._runs.train(
            request.network,
            settings(unknown, request.settings),
            request.etag,
            request_id(request, _trained),
            unknown.found,
        )
        return _trained(view)

    async def step(self, request: pb.StepRequest) -> pb.StepResponse:
        """Advance a network and return when the updates are durable."""
        begun = await write_in_line(self._lines, request.network, self._begin_step(request))
        if isinstance(begun, pb.StepResponse):
            return begun
        outcome = await self._outcomes.wait(begun)
        response = _stepped(outcome)
        await run_in_call(self._responses.add_updates, response, updates_made(outcome))
        return response

    async def pause_run(self, request: pb.PauseRunRequest) -> pb.PauseRunResponse:
        """Pause a run and return when the pause is durable."""
        ticket = await run_in_call(
            self._runs.begin_pause,
            request.network,
            request.run,
            request.etag,
            request_id(request, _paused),
        )
        return _paused(await self._outcomes.wait(ticket))

    def resume_run(self, request: pb.ResumeRunRequest) -> pb.ResumeRunResponse:
        """Resume a paused run."""
        view = self._runs.resume(
            request.network, request.run, request.etag, request_id(request, _resumed)
        )
        return _resumed(view)

    async def cancel_run(self, request: pb.CancelRunRequest) -> pb.CancelRunResponse:
        """Cancel a run and return when this is durable."""
        ticket = await run_in_call(
            self._runs.begin_cancel,
            request.network,
            request.run,
            request.etag,
            request_id(request, _cancelled),
        )
        return _cancelled(await self._outcomes.wait(ticket))

    def get_run(self, request: pb.GetRunRequest) -> pb.GetRunResponse:
        """Return a run."""
        return pb.GetRunResponse(run=run(self._runs.get(request.network, request.run)))

    def list_runs(self, request: pb.ListRunsRequest) -> PageResponse:
        """List runs, latest first."""

        def read(before: int | None, limit: int) -> list[RunView]:
            return self._runs.page(request.network, before, limit)

        found = page(
            request,
            page_number,
            read,
            lambda view: view.run.number,
            run,
            self._limits.page_bytes,
        )
        rest = pb.ListRunsResponse(next_page_token=found.next_token)
        return PageResponse(rest, "runs", found.items)

    def _begin_step(self, request: pb.StepRequest) -> Writes[pb.StepResponse | Ticket]:
        """Begin a step; return its response immediately if it is already complete."""
        translate = _Once(_stepped)  # shared by the stored and the sent response
        begun = yield from self._steps.writes(step(request), request_id(request, translate))
        outcome = begun.ticket.outcome
        if outcome is None:
            return begun.ticket
        response = translate(outcome)
        if begun.made is not None:
            shown = latest_in_response(begun.network, begun.made)
            response.updates.extend(updates(begun.network, [shown]))
        return response


class _Once:
    """Converts an outcome once. A cache would compute its hash, which takes longer."""

    def __init__(self, convert: Callable[[Outcome], pb.StepResponse]) -> None:
        self._convert = convert
        self._outcome: Outcome | None = None
        self._converted: pb.StepResponse | None = None

    def __call__(self, outcome: Outcome) -> pb.StepResponse:
        """Return the same message for the same object."""
        if self._converted is None or self._outcome is not outcome:
            self._outcome, self._converted = outcome, self._convert(outcome)
        return self._converted


def _trained(view: RunView) -> pb.TrainResponse:
    return pb.TrainResponse(run=run(view))


def _resumed(view: RunView) -> pb.ResumeRunResponse:
    return pb.ResumeRunResponse(run=run(view))


def _paused(outcome: Outcome) -> pb.PauseRunResponse:
    return pb.PauseRunResponse(run=_run(outcome))


def _cancelled(outcome: Outcome) -> pb.CancelRunResponse:
    return pb.CancelRunResponse(run=_run(outcome))


def _stepped(outcome: Outcome) -> pb.StepResponse:
    return pb.StepResponse(run=_run(outcome), etag=outcome.head.etag)


def _run(outcome: Outcome) -> run_pb2.Run:
    return run(RunView(outcome.network_id, outcome.run))
