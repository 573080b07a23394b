"""Predictions, evaluations and gradient checks, which have no side effects."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.fields import optional
from service.faces.messages.measures import evaluation, gradient_check
from service.faces.messages.predictions import prediction, vectors
from service.faces.messages.tables import columns
from service.use_cases.evaluations import Evaluations
from service.use_cases.gradient_checks import GradientChecks
from service.use_cases.predictions import Predictions


@dataclass(frozen=True, slots=True)
class MeasureHandlers:
    """The RPCs that compute results from the parameters of an update."""

    _predictions: Predictions
    _evaluations: Evaluations
    _gradient_checks: GradientChecks

    def predict(self, request: pb.PredictRequest) -> pb.PredictResponse:
        """Compute outputs for inputs."""
        predictions = self._predictions.predict(
            request.network,
            optional(request, "update"),
            vectors(request),
            columns(request.columns),
        )
        return prediction(predictions, activations=request.activations)

    def evaluate(self, request: pb.EvaluateRequest) -> pb.EvaluateResponse:
        """Measure a network on a training set."""
        network, update, found = self._evaluations.evaluate(
            request.network, optional(request, "update"), request.training_set
        )
        worst = [each.example for each in found.worst]
        uses = self._evaluations.uses(network, update, request.training_set, worst)
        return evaluation(update, found, uses)

    def check_gradients(self, request: pb.CheckGradientsRequest) -> pb.CheckGradientsResponse:
        """Compare gradients with numerical gradients."""
        found = self._gradient_checks.check(
            request.network,
            optional(request, "update"),
            request.training_set,
            request.example_count,
            request.parameter_count,
        )
        return gradient_check(*found)
