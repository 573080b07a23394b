"""Predictions."""

import numpy as np
from clearprop.v1 import network_pb2, training_service_pb2

from service.faces.messages import tables
from service.faces.messages.uniform_rows import uniform_rows
from service.use_cases.predictions import Prediction
from training.cancellation import cancellable
from training.measures.answers import answers_of
from training.network import Array


def vectors(request: training_service_pb2.PredictRequest) -> Array | list[Array]:
    """Convert the inputs to a matrix, or to vectors if their lengths differ."""
    uniform = uniform_rows(request, "inputs", ("values",))
    if uniform is not None:
        return uniform[0]
    return [np.array(vector.values, dtype=np.float64) for vector in request.inputs]


def prediction(source: Prediction, *, activations: bool) -> training_service_pb2.PredictResponse:
    """Convert predictions, with activations of all layers and terms of logits if requested."""
    sizes = source.network.layer_sizes[1:]
    outputs = source.activations[:, -sizes[-1] :]
    answers = answers_of(source.network, outputs)
    ends = np.cumsum(sizes).tolist()
    are_finite = np.isfinite(outputs)
    rows = zip(outputs.tolist(), answers.classes, answers.values, strict=True)
    unusual = set(np.flatnonzero(np.count_nonzero(are_finite, axis=1) < sizes[-1]).tolist())
    predictions = []
    for row, (numbers, classes, values) in enumerate(cancellable(rows)):
        message = training_service_pb2.Prediction(
            outputs=numbers,
            non_finite_outputs=np.flatnonzero(~are_finite[row]) if row in unusual else (),
            classes=classes,
            values=values,
        )
        if activations:
            units = source.activations[row].tolist()  # slices of lists are copied faster
            message.activations.extend(
                network_pb2.Vector(values=units[end - size : end])
                for size, end in zip(sizes, ends, strict=True)
            )
        if source.contributions is not None:
            message.contributions.extend(
                network_pb2.Vector(values=terms) for terms in source.contributions[row].tolist()
            )
        predictions.append(message)
    response = training_service_pb2.PredictResponse(
        update=source.update, predictions=predictions, output_names=answers.output_names
    )
    if source.network.preparation is not None:
        response.target_kind = tables.kind_of_targets(source.network.preparation.table)
    return response
