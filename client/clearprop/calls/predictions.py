"""Calls that compute with the parameters of an update."""

from clearprop.calls.base import Call
from clearprop.tables.table import Table
from clearprop.tables.uploads import columns_of
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Vector
from clearprop.values import MatrixLike, rows_of


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


def predict_rows(
    network: str, table: Table, rows: tuple[int, int], update: int | None, activations: bool
) -> Call[pb.PredictResponse]:
    """Compute outputs for some rows of the columns of a table."""
    request = pb.PredictRequest(
        network=network,
        update=update,
        columns=columns_of(table, *rows),
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
    """Compare gradients with finite differences."""
    request = pb.CheckGradientsRequest(
        network=network,
        training_set=training_set,
        update=update,
        example_count=example_count,
        parameter_count=parameter_count,
    )
    return Call(request, pb.CheckGradientsResponse)
