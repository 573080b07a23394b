"""Predictions, evaluations, projections and gradient checks, which have no side effects."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.fields import optional
from service.faces.messages.measures import (
    evaluation,
    example_filter,
    example_part,
    gradient_check,
    projected,
)
from service.faces.messages.pages import changes_position, changes_token, page_size
from service.faces.messages.predictions import PredictionResponse, vectors
from service.faces.messages.tables import columns
from service.use_cases.evaluations import Evaluations
from service.use_cases.gradient_checks import GradientChecks
from service.use_cases.predictions import Predictions
from service.use_cases.projections import Projections, WhichPlane
from training.errors import validating
from training.evaluation import SOME_WORST


@dataclass(frozen=True, slots=True)
class MeasureHandlers:
    """The RPCs that compute results from the parameters of an update."""

    _predictions: Predictions
    _evaluations: Evaluations
    _projections: Projections
    _gradient_checks: GradientChecks

    def predict(self, request: pb.PredictRequest) -> PredictionResponse:
        """Compute outputs for inputs."""
        predictions = self._predictions.predict(
            request.network,
            optional(request, "update"),
            vectors(request),
            columns(request.columns),
            contributions=request.contributions,
        )
        return PredictionResponse(predictions, request.activations)

    def evaluate(self, request: pb.EvaluateRequest) -> pb.EvaluateResponse:
        """Measure a network on a training set."""
        with validating() as violations:
            size = page_size(violations, request.page_size, default=SOME_WORST)
            token = changes_position(violations, request.page_token)
            part = example_part(violations, request)
        first = token.offset if token else 0
        network, update, found = self._evaluations.evaluate(
            request.network,
            token.update if token else optional(request, "update"),
            request.training_set,
            example_filter(request),
            slice(first, first + size),
            part,
        )
        worst = [each.example for each in found.worst]
        uses = self._evaluations.uses(network, update, request.training_set, worst)
        last = first + len(worst)
        return evaluation(
            update, found, uses, changes_token(update, last) if last < found.matching else ""
        )

    def project_examples(self, request: pb.ProjectExamplesRequest) -> pb.ProjectExamplesResponse:
        """Project examples onto a plane."""
        which = WhichPlane(
            request.training_set,
            request.layer,
            optional(request, "axes_update"),
            request.example_count,
        )
        return projected(
            self._projections.project(request.network, optional(request, "update"), which)
        )

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
