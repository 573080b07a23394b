"""Calls that compute with the parameters of an update."""

from typing import NamedTuple

from clearprop.calls.base import PAGE_SIZE, Call, Pages
from clearprop.options import ExampleOptions
from clearprop.tables.table import Table
from clearprop.tables.uploads import columns_of
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Vector
from clearprop.values import MatrixLike, enum_value, rows_of


class Details(NamedTuple):
    """What predictions contain beside the outputs."""

    activations: bool
    contributions: bool


def predict(
    network: str, inputs: MatrixLike, update: int | None, details: Details
) -> Call[pb.PredictResponse]:
    """Compute outputs for inputs."""
    request = pb.PredictRequest(
        network=network,
        update=update,
        inputs=[Vector(values=row) for row in rows_of(inputs, "inputs")],
        activations=details.activations,
        contributions=details.contributions,
    )
    return Call(request, pb.PredictResponse)


def predict_rows(
    network: str, table: Table, rows: tuple[int, int], update: int | None, details: Details
) -> Call[pb.PredictResponse]:
    """Compute outputs for some rows of the columns of a table."""
    request = pb.PredictRequest(
        network=network,
        update=update,
        columns=columns_of(table, *rows),
        activations=details.activations,
        contributions=details.contributions,
    )
    return Call(request, pb.PredictResponse)


def evaluate(
    network: str, training_set: str, update: int | None, which: ExampleOptions, most: int
) -> Call[pb.EvaluateResponse]:
    """Measure a network on a training set, and name up to `most` examples."""
    return Call(_evaluation(network, training_set, update, which, most), pb.EvaluateResponse)


def list_worst_examples(
    network: str, training_set: str, update: int | None, which: ExampleOptions
) -> Pages[pb.EvaluateResponse, pb.WorstExample]:
    """Read all of these examples, the largest costs first."""
    return Pages(
        lambda token: Call(
            _evaluation(network, training_set, update, which, PAGE_SIZE, token),
            pb.EvaluateResponse,
        ),
        lambda page: (page.worst_examples, page.next_page_token),
    )


def project_examples(
    network: str,
    training_set: str,
    update: int | None,
    layer: int,
    axes_update: int | None,
    example_count: int,
) -> Call[pb.ProjectExamplesResponse]:
    """Project examples onto a plane."""
    request = pb.ProjectExamplesRequest(
        network=network,
        update=update,
        training_set=training_set,
        layer=layer,
        axes_update=axes_update,
        example_count=example_count,
    )
    return Call(request, pb.ProjectExamplesResponse)


def check_gradients(
    network: str, training_set: str, update: int | None, example_count: int, parameter_count: int
) -> Call[pb.CheckGradientsResponse]:
    """Compare gradients with finite differences."""
    request = pb.CheckGradientsRequest(
        network=network,
        training_set=training_set,
        update=update,
        example_count=example_count,
        parameter_count=parameter_count,
    )
    return Call(request, pb.CheckGradientsResponse)


def _evaluation(
    network: str,
    training_set: str,
    update: int | None,
    which: ExampleOptions,
    page_size: int,
    page_token: str = "",
) -> pb.EvaluateRequest:
    return pb.EvaluateRequest(
        network=network,
        training_set=training_set,
        update=update,
        true_class=which.get("true_class"),
        predicted_class=which.get("predicted_class"),
        wrong_only=which.get("wrong_only", False),
        page_size=page_size,
        page_token=page_token,
        part=enum_value(pb.ExamplePart, which.get("part", "all")),
        run=which.get("run", 0),
        layer=which.get("layer", 0),
        unit=which.get("unit", 0),
    )
