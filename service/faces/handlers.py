"""What each RPC does, for every face: translate, call a use case, translate back.

A plain method may block and is called in a thread; an async one waits for something. What streams
returns its responses when the call is accepted. What takes a stream takes an async iterator, which
ends when all has come and raises when the caller has gone away. The names are the contract's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeVar

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.run_pb2 import Run

from service.execution.outcomes import Outcomes
from service.execution.tickets import Outcome, Ticket
from service.execution.wakeups import Wakeups
from service.faces import messages
from service.faces.response_stream import ResponseStream, threaded_stream
from service.faces.responses import Responses
from service.use_cases.edits import Edits, update_made
from service.use_cases.explanations import Explanations
from service.use_cases.exports import Exports
from service.use_cases.history import History, latest_in_response
from service.use_cases.inspection import Inspection
from service.use_cases.networks import Networks, NetworkView
from service.use_cases.requests import updates_made
from service.use_cases.retention import Retention
from service.use_cases.runs import Runs, RunView
from service.use_cases.steps import Steps
from service.use_cases.training_sets import TrainingSets
from service.use_cases.verification import Verification
from service.use_cases.walks import Walks
from service.use_cases.watches import Watches
from training.errors import Violations, validating
from training.limits import Limits
from training.training_set import TrainingSet

A = TypeVar("A")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Handlers:
    """The contract's RPCs. Errors are raised as the domain's; a face gives them their form."""

    networks: Networks
    training_sets: TrainingSets
    runs: Runs
    steps: Steps
    outcomes: Outcomes
    responses: Responses
    edits: Edits
    retention: Retention
    history: History
    inspection: Inspection
    explanations: Explanations
    walks: Walks
    verification: Verification
    watches: Watches
    exports: Exports
    wakeups: Wakeups
    limits: Limits
    version: str
    store_kind: str

    def create_network(self, request: pb.CreateNetworkRequest) -> pb.CreateNetworkResponse:
        """Make a network."""
        view = self.networks.create(
            messages.new_network(request),
            messages.request_id(request, _created),
            validate_only=request.validate_only,
        )
        return _created(view)

    def fork_network(self, request: pb.ForkNetworkRequest) -> pb.ForkNetworkResponse:
        """Make a network of an update of another."""
        view = self.networks.fork(
            request.network,
            request.update if request.HasField("update") else None,
            request.new_network,
            dict(request.labels),
            messages.request_id(request, _forked),
        )
        return _forked(view)

    def get_network(self, request: pb.GetNetworkRequest) -> pb.GetNetworkResponse:
        """Describe a network."""
        return pb.GetNetworkResponse(network=messages.network(self.networks.get(request.network)))

    def list_networks(self, request: pb.ListNetworksRequest) -> pb.ListNetworksResponse:
        """List networks by id."""
        size = messages.page_size(request.page_size)
        page = self.networks.page(messages.page_position(request.page_token), size + 1)
        return pb.ListNetworksResponse(
            networks=[messages.network(view) for view in page[:size]],
            next_page_token=(
                messages.page_token(page[size - 1].network.id) if len(page) > size else ""
            ),
        )

    def update_network(self, request: pb.UpdateNetworkRequest) -> pb.UpdateNetworkResponse:
        """Change labels."""
        view = self.networks.label(
            request.network,
            dict(request.labels),
            messages.label_keys(request),
            request.etag,
            messages.request_id(request, _labelled),
        )
        return _labelled(view)

    def delete_network(self, request: pb.DeleteNetworkRequest) -> pb.DeleteNetworkResponse:
        """Delete a network."""
        self.networks.delete(
            request.network, request.etag, messages.request_id(request, _network_deleted)
        )
        return pb.DeleteNetworkResponse()

    def delete_updates(self, request: pb.DeleteUpdatesRequest) -> pb.DeleteUpdatesResponse:
        """Let go of a network's updates before one of them."""
        view = self.retention.delete_updates(
            request.network,
            request.before_update,
            request.etag,
            messages.request_id(request, _compacted),
        )
        return _compacted(view)

    def create_training_set(
        self, request: pb.CreateTrainingSetRequest
    ) -> pb.CreateTrainingSetResponse:
        """Store a training set."""
        training_set = self.training_sets.create(
            request.training_set,
            messages.example_rows(request.examples),
            messages.request_id(request, _training_set_created),
        )
        return _training_set_created(training_set)

    async def upload_training_set(
        self, requests: AsyncIterator[pb.UploadTrainingSetRequest]
    ) -> pb.UploadTrainingSetResponse:
        """Store a training set that comes in pieces, when the last has come."""
        with self.training_sets.uploading() as collector:
            upload = messages.Upload(collector)
            async for request in requests:
                await _to_its_end(upload.add, request)
            return await _to_its_end(self._store_upload, upload)

    def get_training_set(self, request: pb.GetTrainingSetRequest) -> pb.GetTrainingSetResponse:
        """Describe a training set."""
        if request.include_examples:
            messages.check_response(
                self.training_sets.get(request.training_set), self.limits.response_bytes
            )
            training_set, examples = self.training_sets.get_with_examples(request.training_set)
            message = messages.training_set(training_set, examples)
        else:
            message = messages.training_set(self.training_sets.get(request.training_set))
        return pb.GetTrainingSetResponse(training_set=message)

    def list_training_sets(
        self, request: pb.ListTrainingSetsRequest
    ) -> pb.ListTrainingSetsResponse:
        """List training sets by id."""
        size = messages.page_size(request.page_size)
        page = self.training_sets.page(messages.page_position(request.page_token), size + 1)
        return pb.ListTrainingSetsResponse(
            training_sets=[messages.training_set(training_set) for training_set in page[:size]],
            next_page_token=messages.page_token(page[size - 1].id) if len(page) > size else "",
        )

    def delete_training_set(
        self, request: pb.DeleteTrainingSetRequest
    ) -> pb.DeleteTrainingSetResponse:
        """Delete a training set."""
        self.training_sets.delete(
            request.training_set, messages.request_id(request, _training_set_deleted)
        )
        return pb.DeleteTrainingSetResponse()

    def train(self, request: pb.TrainRequest) -> pb.TrainResponse:
        """Start a run."""
        unknown = Violations()
        view = self.runs.train(
            request.network,
            messages.settings(unknown, request.settings),
            request.etag,
            messages.request_id(request, _trained),
            unknown.found,
        )
        return _trained(view)

    async def step(self, request: pb.StepRequest) -> pb.StepResponse:
        """Advance, and answer when that is durable."""
        begun = await asyncio.to_thread(self._begin_step, request)
        if isinstance(begun, pb.StepResponse):
            return begun
        outcome = await self.outcomes.wait(begun)
        response = _stepped(outcome)
        await asyncio.to_thread(self.responses.add_updates, response, updates_made(outcome))
        return response

    async def pause_run(self, request: pb.PauseRunRequest) -> pb.PauseRunResponse:
        """Stop a run, and answer when that is durable."""
        ticket = await asyncio.to_thread(
            self.runs.begin_pause,
            request.network,
            request.run,
            request.etag,
            messages.request_id(request, _paused),
        )
        return _paused(await self.outcomes.wait(ticket))

    def resume_run(self, request: pb.ResumeRunRequest) -> pb.ResumeRunResponse:
        """Let a paused run go on."""
        view = self.runs.resume(
            request.network, request.run, request.etag, messages.request_id(request, _resumed)
        )
        return _resumed(view)

    async def cancel_run(self, request: pb.CancelRunRequest) -> pb.CancelRunResponse:
        """End a run, and answer when that is durable."""
        ticket = await asyncio.to_thread(
            self.runs.begin_cancel,
            request.network,
            request.run,
            request.etag,
            messages.request_id(request, _cancelled),
        )
        return _cancelled(await self.outcomes.wait(ticket))

    def get_run(self, request: pb.GetRunRequest) -> pb.GetRunResponse:
        """Describe a run."""
        return pb.GetRunResponse(run=messages.run(self.runs.get(request.network, request.run)))

    def list_runs(self, request: pb.ListRunsRequest) -> pb.ListRunsResponse:
        """List runs, the latest first."""
        size = messages.page_size(request.page_size)
        page = self.runs.page(request.network, messages.page_number(request.page_token), size + 1)
        return pb.ListRunsResponse(
            runs=[messages.run(view) for view in page[:size]],
            next_page_token=(
                messages.page_token(page[size - 1].run.number) if len(page) > size else ""
            ),
        )

    def get_state(self, request: pb.GetStateRequest) -> pb.GetStateResponse:
        """Read a network at one update."""
        update = request.update if request.HasField("update") else None
        if messages.is_full(request.view):
            full = self.inspection.state(request.network, update)
            return pb.GetStateResponse(state=messages.full_state(full))
        network, snapshot = self.history.state(request.network, update)
        return pb.GetStateResponse(state=messages.state(network, snapshot))

    def list_updates(self, request: pb.ListUpdatesRequest) -> pb.ListUpdatesResponse:
        """List updates in order, or some of them that show how the cost went."""
        start = request.start_update if request.HasField("start_update") else None
        end = request.end_update if request.HasField("end_update") else None
        most = messages.max_points(request)
        if most is not None:
            span = self.history.thinned(request.network, start, end, most)
            return pb.ListUpdatesResponse(
                updates=messages.updates(span.network, span.snapshots, span.selection),
                thinned=span.thinned,
            )
        size = messages.page_size(request.page_size)
        first = messages.page_number(request.page_token)
        with validating() as violations:
            detail = messages.detail(violations, request.detail)
        span = self.history.updates(
            request.network,
            start if first is None else first,
            size,
            end=end,
            detail=detail,
        )
        last = span.snapshots[-1].last_update if span.snapshots else span.end
        return pb.ListUpdatesResponse(
            updates=messages.updates(span.network, span.snapshots, span.selection),
            next_page_token=messages.page_token(last + 1) if last < span.end else "",
        )

    async def watch_updates(self, request: pb.WatchUpdatesRequest) -> ResponseStream:
        """Stream the history from an update on."""
        watch = await self.watches.open(messages.watch(request))
        return ResponseStream(messages.watched(watch, request.encoding), watch.aclose)

    def predict(self, request: pb.PredictRequest) -> pb.PredictResponse:
        """Compute outputs for inputs."""
        predictions = self.history.predict(
            request.network,
            request.update if request.HasField("update") else None,
            messages.vectors(request.inputs),
        )
        return messages.prediction(predictions, activations=request.activations)

    def evaluate(self, request: pb.EvaluateRequest) -> pb.EvaluateResponse:
        """Measure a network on a training set."""
        _, update, evaluation = self.history.evaluate(
            request.network,
            request.update if request.HasField("update") else None,
            request.training_set,
        )
        return messages.evaluation(update, evaluation)

    def check_gradients(self, request: pb.CheckGradientsRequest) -> pb.CheckGradientsResponse:
        """Compare gradients with measured slopes."""
        network, update, check = self.history.check_gradients(
            request.network,
            request.update if request.HasField("update") else None,
            request.training_set,
            request.example_count,
            request.parameter_count,
        )
        return messages.gradient_check(network, update, check)

    async def export_network(self, request: pb.ExportNetworkRequest) -> ResponseStream:
        """Stream a file."""
        export = await asyncio.to_thread(
            self.exports.export,
            request.network,
            request.update if request.HasField("update") else None,
            messages.export_format(request),
        )
        return await threaded_stream(messages.export(export))

    async def verify_history(self, request: pb.VerifyHistoryRequest) -> ResponseStream:
        """Stream how far a history is verified."""
        return await threaded_stream(
            map(messages.verified, self.verification.verify(request.network))
        )

    def set_weights(self, request: pb.SetWeightsRequest) -> pb.SetWeightsResponse:
        """Set some parameters, or all."""
        changed = self.edits.set_weights(
            request.network,
            messages.new_weights(request),
            request.etag,
            messages.request_id(request, messages.weights_set),
        )
        response = messages.weights_set(changed)
        self.responses.add_updates(response, update_made(changed))
        return response

    def reset_weights(self, request: pb.ResetWeightsRequest) -> pb.ResetWeightsResponse:
        """Make all parameters anew."""
        unknown = Violations()
        changed = self.edits.reset(
            request.network,
            messages.initializer(unknown, request),
            tuple(map(messages.layer_parameters, request.parameters)),
            request.etag,
            messages.request_id(request, messages.weights_reset),
            unknown.found,
        )
        response = messages.weights_reset(changed)
        self.responses.add_updates(response, update_made(changed))
        return response

    def compare_updates(self, request: pb.CompareUpdatesRequest) -> pb.CompareUpdatesResponse:
        """Show how two updates differ."""
        size = messages.page_size(request.page_size)
        token = messages.page_place(request.page_token)
        update = request.update if request.HasField("update") else None
        found = self.history.compare(
            request.network,
            request.base_update,
            token.update if token else update,
            request.base_network,
        )
        first = token.place if token else 0
        response = messages.compared(found, first, size)
        if first + size < found.comparison.changed:
            number = found.update.first_update
            response.next_page_token = messages.place_token(number, first + size)
        return response

    def trace_update(self, request: pb.TraceUpdateRequest) -> pb.TraceUpdateResponse:
        """Show everything inside an update."""
        found = self.inspection.trace(
            request.network,
            messages.which(request),
            request.first_position,
            request.position_count,
        )
        return messages.traced(found)

    def explain_weight(self, request: pb.ExplainWeightRequest) -> pb.ExplainWeightResponse:
        """Say why a weight changed, or would change."""
        found = self.explanations.explain(
            request.network,
            messages.which(request),
            messages.weight_place(request),
            request.first_position,
            request.position_count,
        )
        return messages.explanation(found)

    def walk_update(self, request: pb.WalkUpdateRequest) -> pb.WalkUpdateResponse:
        """Show an update line by line."""
        which = messages.which(request)
        if request.phases_only:
            found = self.walks.phases(request.network, which)
        else:
            found = self.walks.walk(request.network, which, request.first_step, request.step_count)
        return messages.walked(found)

    def get_server_info(self, _: pb.GetServerInfoRequest) -> pb.GetServerInfoResponse:
        """Describe the server."""
        return messages.server_info(self.version, self.store_kind, self.limits)

    def _store_upload(self, upload: messages.Upload) -> pb.UploadTrainingSetResponse:
        return _uploaded(self.training_sets.store(*upload.complete(_uploaded)))

    def _begin_step(self, request: pb.StepRequest) -> pb.StepResponse | Ticket:
        """Answer a short step at once, without another way through the event loop."""
        begun = self.steps.begin(messages.step(request), messages.request_id(request, _stepped))
        outcome = begun.ticket.outcome
        if outcome is None:
            return begun.ticket
        response = _stepped(outcome)
        if begun.made is not None:
            shown = latest_in_response(begun.network, begun.made)
            response.updates.extend(messages.updates(begun.network, [shown]))
        return response


def _created(view: NetworkView) -> pb.CreateNetworkResponse:
    return pb.CreateNetworkResponse(network=messages.network(view))


def _forked(view: NetworkView) -> pb.ForkNetworkResponse:
    return pb.ForkNetworkResponse(network=messages.network(view))


def _labelled(view: NetworkView) -> pb.UpdateNetworkResponse:
    return pb.UpdateNetworkResponse(network=messages.network(view))


def _compacted(view: NetworkView) -> pb.DeleteUpdatesResponse:
    return pb.DeleteUpdatesResponse(network=messages.network(view))


def _network_deleted(_: None) -> pb.DeleteNetworkResponse:
    return pb.DeleteNetworkResponse()


def _training_set_created(source: TrainingSet) -> pb.CreateTrainingSetResponse:
    return pb.CreateTrainingSetResponse(training_set=messages.training_set(source))


def _uploaded(source: TrainingSet) -> pb.UploadTrainingSetResponse:
    return pb.UploadTrainingSetResponse(training_set=messages.training_set(source))


def _training_set_deleted(_: None) -> pb.DeleteTrainingSetResponse:
    return pb.DeleteTrainingSetResponse()


def _trained(view: RunView) -> pb.TrainResponse:
    return pb.TrainResponse(run=messages.run(view))


def _resumed(view: RunView) -> pb.ResumeRunResponse:
    return pb.ResumeRunResponse(run=messages.run(view))


def _paused(outcome: Outcome) -> pb.PauseRunResponse:
    return pb.PauseRunResponse(run=_run(outcome))


def _cancelled(outcome: Outcome) -> pb.CancelRunResponse:
    return pb.CancelRunResponse(run=_run(outcome))


def _stepped(outcome: Outcome) -> pb.StepResponse:
    return pb.StepResponse(run=_run(outcome), etag=outcome.head.etag)


def _run(outcome: Outcome) -> Run:
    return messages.run(RunView(outcome.network_id, outcome.run))


async def _to_its_end(work: Callable[[A], T], argument: A) -> T:
    """Work in a thread and, unlike `to_thread`, wait for it also when the caller goes away.

    So what counts as under way is what still takes memory.
    """
    working = asyncio.ensure_future(asyncio.to_thread(work, argument))
    try:
        return await asyncio.shield(working)
    finally:
        await asyncio.wait([working])
