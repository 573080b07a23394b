"""Evaluations, projections and gradient checks."""

from collections.abc import Mapping

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.projection_pb2 import ProjectedExample

from service.faces.messages.enums import EnumTable
from service.faces.messages.fields import optional
from service.use_cases.evaluations import TrainedIn
from service.use_cases.example_parts import WhichPart
from service.use_cases.projections import Projection
from training.cancellation import cancellable
from training.errors import Violations
from training.evaluation import Evaluation
from training.gradient_check import GradientCheck, GradientDifference
from training.measures.class_measures import (
    AverageMeasures,
    ClassMeasures,
    macro_average,
    weighted_average,
)
from training.measures.classification import Classification
from training.measures.target_meaning import NO_CLASS
from training.measures.worst_examples import ExampleFilter, WorstExample
from training.network import Network, places
from training.run_examples import ExamplePart

_PARTS = EnumTable(
    pb.ExamplePart, ExamplePart, ExamplePart.ALL, "must be TRAINING or HELD_OUT, or absent"
)


def example_filter(request: pb.EvaluateRequest) -> ExampleFilter:
    """Return which examples a request asks for."""
    return ExampleFilter(
        optional(request, "true_class"),
        optional(request, "predicted_class"),
        request.wrong_only,
        (request.layer, request.unit) if request.layer or request.unit else None,
    )


def example_part(violations: Violations, request: pb.EvaluateRequest) -> WhichPart:
    """Return the part of the training set that a request asks for."""
    return WhichPart(_PARTS.read(violations, "part", request.part), request.run)


def evaluation(
    update: int, source: Evaluation, uses: Mapping[int, TrainedIn], next_page: str
) -> pb.EvaluateResponse:
    """Convert an evaluation of an update, with the uses of the worst examples."""
    measured, classification = source.judgement, source.judgement.classification
    return pb.EvaluateResponse(
        update=update,
        cost=source.cost,
        example_count=source.example_count,
        correct_count=source.correct,
        accuracy=source.accuracy,
        classification=None if classification is None else _classification(classification),
        labels=map(_class, cancellable(measured.labels)),
        errors=(
            pb.OutputErrors(mae=each.mae, rmse=each.rmse, r2=each.r2) for each in measured.errors
        ),
        worst_examples=(_worst(each, uses.get(each.example)) for each in source.worst),
        matching_count=source.matching,
        next_page_token=next_page,
    )


def _worst(source: WorstExample, use: TrainedIn | None) -> pb.WorstExample:
    return pb.WorstExample(
        example=source.example,
        cost=source.cost,
        trained_update=use.update if use else None,
        trained_position=use.position if use else 0,
        true_class=source.true_class,
        predicted_class=source.predicted_class,
        correct=source.is_correct,
        activation=source.activation,
    )


def _classification(source: Classification) -> pb.Classification:
    confusion = source.confusion
    return pb.Classification(
        classes=map(_class, cancellable(source.classes)),
        macro_average=_averages(macro_average(source.classes)),
        weighted_average=_averages(weighted_average(source.classes)),
        confusion=None if confusion is None else confusion.ravel().tolist(),
        unclassified_count=source.unclassified,
        top_counts=source.top,
        log_loss=source.log_loss,
    )


def _class(source: ClassMeasures) -> pb.ClassMeasures:
    return pb.ClassMeasures(
        example_count=source.examples,
        predicted_count=source.predicted,
        correct_count=source.correct,
        precision=source.precision,
        recall=source.recall,
        f1=source.f1,
        roc_auc=source.roc_auc,
    )


def _averages(source: AverageMeasures) -> pb.AverageMeasures:
    return pb.AverageMeasures(
        precision=source.precision, recall=source.recall, f1=source.f1, roc_auc=source.roc_auc
    )


def projected(source: Projection) -> pb.ProjectExamplesResponse:
    """Convert examples on a plane."""
    count = len(source.examples)
    nothing: list[int | None] = [None] * count
    columns = zip(
        source.examples.tolist(),
        source.coordinates.tolist(),
        nothing if source.true_classes is None else source.true_classes.tolist(),
        nothing if source.predicted_classes is None else source.predicted_classes.tolist(),
        strict=True,
    )
    return pb.ProjectExamplesResponse(
        update=source.update,
        axes_update=source.axes_update,
        examples=(
            ProjectedExample(
                example=example,
                x=x,
                y=y,
                true_class=true,
                predicted_class=None if predicted == NO_CLASS else predicted,
            )
            for example, (x, y), true, predicted in columns
        ),
        variance_shares=source.plane.shares,
    )


def gradient_check(
    network: Network, update: int, source: GradientCheck
) -> pb.CheckGradientsResponse:
    """Convert the result of a gradient check."""
    place = places(network)
    return pb.CheckGradientsResponse(
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
) -> pb.GradientDifference:
    layer, unit, input_ = place
    return pb.GradientDifference(
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
