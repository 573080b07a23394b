"""Evaluations and gradient checks."""

from clearprop.v1 import training_service_pb2

from training.cancellation import cancellable
from training.evaluation import Evaluation
from training.gradient_check import GradientCheck, GradientDifference
from training.network import Network, places


def evaluation(update: int, source: Evaluation) -> training_service_pb2.EvaluateResponse:
    """Convert an evaluation of an update."""
    return training_service_pb2.EvaluateResponse(
        update=update,
        cost=source.cost,
        example_count=source.example_count,
        correct_count=source.correct,
        accuracy=source.accuracy,
    )


def gradient_check(
    network: Network, update: int, source: GradientCheck
) -> training_service_pb2.CheckGradientsResponse:
    """Convert the result of a gradient check."""
    place = places(network)
    return training_service_pb2.CheckGradientsResponse(
        update=update,
        example_count=source.example_count,
        parameter_count=len(source.differences),
        passed=source.passed,
        failed_count=source.failed,
        kink_count=source.kinks,
        unmeasurable_count=source.unmeasurable,
        differences=[
            _difference(place(each.parameter), each) for each in cancellable(source.differences)
        ],
    )


def _difference(
    place: tuple[int, int, int | None], source: GradientDifference
) -> training_service_pb2.GradientDifference:
    layer, unit, input_ = place
    return training_service_pb2.GradientDifference(
        layer=layer,
        unit=unit,
        input=input_,
        analytic=source.analytic,
        numeric=source.numeric,
        difference=source.difference,
        tolerance=source.tolerance,
        step=source.step,
        kink=source.kink,
        unmeasurable=source.unmeasurable,
    )
