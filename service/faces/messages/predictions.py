"""Predictions."""

import numpy as np
from clearprop.v1 import network_pb2, training_service_pb2

from service.faces.messages.uniform_rows import uniform_rows
from service.use_cases.predictions import Prediction
from training.cancellation import cancellable
from training.network import Array


def vectors(request: training_service_pb2.PredictRequest) -> Array | list[Array]:
    """Convert the inputs to a matrix, or to vectors if their lengths differ."""
    uniform = uniform_rows(request, "inputs", ("values",))
    if uniform is not None:
        return uniform[0]
    return [np.array(vector.values, dtype=np.float64) for vector in request.inputs]


def prediction(source: Prediction, *, activations: bool) -> training_service_pb2.PredictResponse:
    """Convert predictions, with the activations of every layer if requested."""
    sizes = source.network.layer_sizes[1:]
    bounds = np.cumsum(sizes)[:-1]
    predictions = []
    for row in cancellable(source.activations):
        layers = np.split(row, bounds)
        message = training_service_pb2.Prediction(
            outputs=layers[-1], non_finite_outputs=np.flatnonzero(~np.isfinite(layers[-1]))
        )
        if activations:
            message.activations.extend(network_pb2.Vector(values=layer) for layer in layers)
        predictions.append(message)
    return training_service_pb2.PredictResponse(update=source.update, predictions=predictions)
