"""The calls of the contract: how arguments of Python become requests. No call is made here."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from google.protobuf.message import Message

from clearprop.changes import NewValue, weight_values
from clearprop.documents import DocumentLike, read_document
from clearprop.options import (
    NetworkOptions,
    RecipeOptions,
    StepOptions,
    TrainingOptions,
    describe_network,
    initializer_of,
    training_settings,
)
from clearprop.uploading import Upload
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import LayerParameters, Network, Vector
from clearprop.v1.run_pb2 import Run, TrainingSettings
from clearprop.v1.training_set_pb2 import Example, TrainingSet
from clearprop.v1.update_pb2 import Detail, Update
from clearprop.values import MatrixLike, RowsLike, VectorLike, enum_value, layers_of, rows_of

ResponseT = TypeVar("ResponseT", bound=Message)
ItemT = TypeVar("ItemT")
MadeT = TypeVar("MadeT")

#: How much of each update is sent: `cost` leaves the parameters out.
DetailName: TypeAlias = Literal["cost", "parameters"]

#: What an exported file is: `json` and `csv` are texts, `npz` and `onnx` are not.
FormatName: TypeAlias = Literal["json", "npz", "onnx", "csv"]

#: What a step counts.
UnitName: TypeAlias = Literal["update", "epoch"]

_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Call(Generic[ResponseT]):
    """One call: what to send, and the class of what comes back."""

    request: Message
    response: type[ResponseT]

    @property
    def path(self) -> str:
        """What gRPC calls the RPC: every request is named after its own."""
        name = self.request.DESCRIPTOR.name.removesuffix("Request")
        return f"/clearprop.v1.TrainingService/{name}"


@dataclass(frozen=True, slots=True)
class Pages(Generic[ResponseT, ItemT]):
    """A list that comes in pages: the call for a page's token, and what a page holds.

    `read` returns the items of a page and the token of the next one, empty on the last.
    """

    call: Callable[[str], Call[ResponseT]]
    read: Callable[[ResponseT], tuple[Iterable[ItemT], str]]


def create_network(
    network: str, layer_sizes: Iterable[int], options: NetworkOptions, request_id: str
) -> Call[pb.CreateNetworkResponse]:
    """Make a network."""
    request = pb.CreateNetworkRequest(
        network=network,
        layer_sizes=[int(size) for size in layer_sizes],
        request_id=request_id or new_request_id(),
    )
    describe_network(request, options)
    return Call(request, pb.CreateNetworkResponse)


def import_network(
    document: DocumentLike, network: str, request_id: str
) -> Call[pb.CreateNetworkResponse]:
    """Make a network of a document."""
    request = read_document(document)
    request.network = network
    request.request_id = request_id or new_request_id()
    return Call(request, pb.CreateNetworkResponse)


def fork_network(
    network: str,
    update: int | None,
    new_network: str,
    labels: Mapping[str, str] | None,
    request_id: str,
) -> Call[pb.ForkNetworkResponse]:
    """Make a network of an update of another."""
    request = pb.ForkNetworkRequest(
        network=network,
        update=update,
        new_network=new_network,
        labels=labels,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.ForkNetworkResponse)


def get_network(network: str) -> Call[pb.GetNetworkResponse]:
    """Read a network."""
    return Call(pb.GetNetworkRequest(network=network), pb.GetNetworkResponse)


def list_networks() -> Pages[pb.ListNetworksResponse, Network]:
    """List the networks."""
    return Pages(
        lambda token: Call(
            pb.ListNetworksRequest(page_size=_PAGE_SIZE, page_token=token),
            pb.ListNetworksResponse,
        ),
        lambda page: (page.networks, page.next_page_token),
    )


def set_labels(
    network: str, labels: Mapping[str, str], etag: str, request_id: str
) -> Call[pb.UpdateNetworkResponse]:
    """Replace the labels of a network."""
    request = pb.UpdateNetworkRequest(
        network=network, labels=labels, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.UpdateNetworkResponse)


def delete_updates(
    network: str, before: int, etag: str, request_id: str
) -> Call[pb.DeleteUpdatesResponse]:
    """Let go of the updates before one."""
    request = pb.DeleteUpdatesRequest(
        network=network,
        before_update=before,
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.DeleteUpdatesResponse)


def delete_network(network: str, etag: str, request_id: str) -> Call[pb.DeleteNetworkResponse]:
    """Delete a network."""
    request = pb.DeleteNetworkRequest(
        network=network, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.DeleteNetworkResponse)


def create_training_set(
    training_set: str, inputs: MatrixLike, targets: MatrixLike, request_id: str
) -> Call[pb.CreateTrainingSetResponse]:
    """Store a training set."""
    input_rows = rows_of(inputs, "inputs")
    target_rows = rows_of(targets, "targets")
    if len(input_rows) != len(target_rows):
        raise ValueError(
            f"there are {len(input_rows)} rows of inputs and {len(target_rows)} of targets:"
            " each example needs one of both"
        )
    request = pb.CreateTrainingSetRequest(
        training_set=training_set,
        examples=[
            Example(inputs=each, targets=wanted)
            for each, wanted in zip(input_rows, target_rows, strict=True)
        ],
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.CreateTrainingSetResponse)


def upload_training_set(
    training_set: str, inputs: RowsLike, targets: RowsLike, request_id: str
) -> Upload:
    """Store a training set that is sent in pieces."""
    return Upload(training_set, inputs, targets, request_id or new_request_id())


def get_training_set(
    training_set: str, *, include_examples: bool = False
) -> Call[pb.GetTrainingSetResponse]:
    """Read a training set."""
    request = pb.GetTrainingSetRequest(training_set=training_set, include_examples=include_examples)
    return Call(request, pb.GetTrainingSetResponse)


def list_training_sets() -> Pages[pb.ListTrainingSetsResponse, TrainingSet]:
    """List the training sets."""
    return Pages(
        lambda token: Call(
            pb.ListTrainingSetsRequest(page_size=_PAGE_SIZE, page_token=token),
            pb.ListTrainingSetsResponse,
        ),
        lambda page: (page.training_sets, page.next_page_token),
    )


def delete_training_set(training_set: str, request_id: str) -> Call[pb.DeleteTrainingSetResponse]:
    """Delete a training set."""
    request = pb.DeleteTrainingSetRequest(
        training_set=training_set, request_id=request_id or new_request_id()
    )
    return Call(request, pb.DeleteTrainingSetResponse)


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
    """Advance a network by some updates or epochs."""
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
    """Return the settings of a step's new run; None when it continues the paused one."""
    return training_settings(training_set, **options) if training_set or options else None


def pause_run(network: str, run: int, etag: str, request_id: str) -> Call[pb.PauseRunResponse]:
    """Stop a run between two updates."""
    request = pb.PauseRunRequest(
        network=network, run=run, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.PauseRunResponse)


def resume_run(network: str, run: int, etag: str, request_id: str) -> Call[pb.ResumeRunResponse]:
    """Let a paused run go on."""
    request = pb.ResumeRunRequest(
        network=network, run=run, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.ResumeRunResponse)


def cancel_run(network: str, run: int, etag: str, request_id: str) -> Call[pb.CancelRunResponse]:
    """End a run for good."""
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
            pb.ListRunsRequest(network=network, page_size=_PAGE_SIZE, page_token=token),
            pb.ListRunsResponse,
        ),
        lambda page: (page.runs, page.next_page_token),
    )


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
                page_size=_PAGE_SIZE,
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


def predict(
    network: str, inputs: MatrixLike, update: int | None, activations: bool
) -> Call[pb.PredictResponse]:
    """Compute outputs for inputs."""
    request = pb.PredictRequest(
        network=network,
        update=update,
        inputs=[Vector(values=row) for row in rows_of(inputs, "inputs")],
        activations=activations,
    )
    return Call(request, pb.PredictResponse)


def evaluate(network: str, training_set: str, update: int | None) -> Call[pb.EvaluateResponse]:
    """Measure a network on a training set."""
    request = pb.EvaluateRequest(network=network, training_set=training_set, update=update)
    return Call(request, pb.EvaluateResponse)


def check_gradients(
    network: str, training_set: str, update: int | None, example_count: int, parameter_count: int
) -> Call[pb.CheckGradientsResponse]:
    """Compare gradients with measured slopes."""
    request = pb.CheckGradientsRequest(
        network=network,
        training_set=training_set,
        update=update,
        example_count=example_count,
        parameter_count=parameter_count,
    )
    return Call(request, pb.CheckGradientsResponse)


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


def set_weights(
    network: str,
    values: Iterable[NewValue],
    layers: Mapping[int, LayerParameters],
    etag: str,
    request_id: str,
) -> Call[pb.SetWeightsResponse]:
    """Set some parameters, or all."""
    request = pb.SetWeightsRequest(
        network=network,
        weights=weight_values(values),
        layers=layers,
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.SetWeightsResponse)


def set_layers(
    weights: Mapping[int, MatrixLike], biases: Mapping[int, VectorLike]
) -> dict[int, LayerParameters]:
    """Return whole layers by their numbers, from 1, as the contract has them.

    Raises ValueError for biases of a layer without its weights.
    """
    if not biases.keys() <= weights.keys():
        raise ValueError("biases can be given only with the weights of their layers")
    return {
        number: layers_of([matrix], [biases[number]] if number in biases else [])[0]
        for number, matrix in weights.items()
    }


def reset_weights(
    network: str,
    recipe: RecipeOptions,
    parameters: Sequence[LayerParameters],
    etag: str,
    request_id: str,
) -> Call[pb.ResetWeightsResponse]:
    """Make all parameters anew."""
    request = pb.ResetWeightsRequest(
        network=network,
        initializer=initializer_of(recipe),
        parameters=parameters,
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.ResetWeightsResponse)


def compare_updates(
    network: str, base: int, update: int | None, most: int
) -> Call[pb.CompareUpdatesResponse]:
    """Set two updates side by side, and read the largest changes."""
    request = pb.CompareUpdatesRequest(
        network=network, base_update=base, update=update, page_size=most
    )
    return Call(request, pb.CompareUpdatesResponse)


def list_changes(
    network: str, base: int, update: int | None
) -> Pages[pb.CompareUpdatesResponse, pb.WeightChange]:
    """Read all parameters that differ between two updates."""
    return Pages(
        lambda token: Call(
            pb.CompareUpdatesRequest(
                network=network,
                base_update=base,
                update=update,
                page_size=_PAGE_SIZE,
                page_token=token,
            ),
            pb.CompareUpdatesResponse,
        ),
        lambda page: (page.changes, page.next_page_token),
    )


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


def get_server_info() -> Call[pb.GetServerInfoResponse]:
    """Ask what the server is."""
    return Call(pb.GetServerInfoRequest(), pb.GetServerInfoResponse)


def new_request_id() -> str:
    """Return an id that makes a call happen at most once, however often it is repeated."""
    return str(uuid.uuid4())
