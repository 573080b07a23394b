"""Predictions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages import tables
from service.faces.messages.uniform_rows import uniform_rows
from service.use_cases.predictions import Prediction
from training.cancellation import cancellable
from training.measures.answers import answers_of, values_of
from training.network import Array


def vectors(request: pb.PredictRequest) -> Array | list[Array]:
    """Convert the inputs to a matrix, or to vectors if their lengths differ."""
    uniform = uniform_rows(request, "inputs", ("values",))
    if uniform is not None:
        return uniform[0]
    return [np.array(vector.values, dtype=np.float64) for vector in request.inputs]


@dataclass(frozen=True, slots=True)
class PredictionResponse:
    """The response with predictions, whose numbers stay where they are until it is encoded.

    With the activations of every layer, and the terms of logits, if they were requested.
    """

    content: Prediction
    has_activations: bool

    def message(self) -> pb.PredictResponse:
        """Return the response as a message."""
        network = self.content.network
        answers = answers_of(network, self._outputs)
        response = self.description()
        response.output_names.extend(answers.output_names)
        are_finite = np.isfinite(self._outputs)
        counts = np.count_nonzero(are_finite, axis=1)
        unusual = set(np.flatnonzero(counts < network.layer_sizes[-1]).tolist())
        rows = zip(self._outputs.tolist(), answers.classes, answers.values, strict=True)
        for row, (numbers, classes, values) in enumerate(cancellable(rows)):
            message = response.predictions.add(
                outputs=numbers,
                non_finite_outputs=np.flatnonzero(~are_finite[row]) if row in unusual else (),
                classes=classes,
                values=values,
            )
            if self.has_activations:
                units = self.content.activations[row].tolist()  # its slices are copied faster
                message.activations.extend(
                    network_pb2.Vector(values=units[of_layer]) for of_layer in self._layers()
                )
            if self.content.contributions is not None:
                terms = self.content.contributions[row].tolist()
                message.contributions.extend(network_pb2.Vector(values=each) for each in terms)
        return response

    def serialized(self) -> bytes:
        """Return the bytes of the message."""
        return self.message().SerializeToString()

    def description(self) -> pb.PredictResponse:
        """Return the response without its predictions and the names of its outputs."""
        network = self.content.network
        response = pb.PredictResponse(update=self.content.update)
        if network.preparation is not None:
            response.target_kind = tables.kind_of_targets(network.preparation.table)
        return response

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Yield the numbers with their names: (rows, units), terms of logits for each of these."""
        yield "outputs", self._outputs
        values = values_of(self.content.network, self._outputs)
        if values is not None:
            yield "values", values
        if self.has_activations:
            for layer, units in enumerate(self._layers(), start=1):
                yield f"layer_{layer}_activations", self.content.activations[:, units]
        if self.content.contributions is not None:
            yield "contributions", self.content.contributions

    @property
    def _outputs(self) -> Array:
        return self.content.activations[:, -self.content.network.layer_sizes[-1] :]

    def _layers(self) -> Iterator[slice]:
        """Yield where the units of each layer are in a row."""
        end = 0
        for size in self.content.network.layer_sizes[1:]:
            end += size
            yield slice(end - size, end)
