"""Explanations of weights."""

from clearprop.v1 import explanation_pb2, training_service_pb2

from service.faces.messages.enums import numbers
from service.faces.messages.fields import optional
from service.faces.messages.inspections import position_after
from training.cancellation import cancellable
from training.explanation.explanation import Explanation
from training.explanation.lines import Line, Operand, Source, SourceKind
from training.explanation.notation import LATEX, MATHML, PLAIN
from training.explanation.place import WeightPlace
from training.explanation.profile import Profile
from training.explanation.terms import Operation
from training.unit_names import parameter_name

_OPERATIONS = numbers(explanation_pb2.Operation, Operation)
_SOURCE_KINDS = numbers(explanation_pb2.SourceKind, SourceKind)


def weight_place(message: training_service_pb2.ExplainWeightRequest) -> WeightPlace:
    """Convert which weight to explain."""
    return WeightPlace(message.layer, message.unit, optional(message, "input"))


def explanation(source: Explanation) -> training_service_pb2.ExplainWeightResponse:
    """Convert an explanation, with the position of the next example."""
    return training_service_pb2.ExplainWeightResponse(
        explanation=_explanation(source),
        next_position=position_after(source.positions, len(source.update.numbers)),
    )


def _explanation(source: Explanation) -> explanation_pb2.Explanation:
    update, place, positions = source.update, source.place, source.positions
    return explanation_pb2.Explanation(
        update=update.update,
        run=update.run.number,
        layer=place.layer,
        unit=place.unit,
        input=place.input,
        name=parameter_name(update.network, place.layer, place.unit, place.input),
        before=source.before,
        after=source.after,
        gradient=source.gradient,
        step=source.step,
        example_count=len(update.numbers),
        first_position=positions.start,
        position_count=len(positions),
        examples=update.numbers[positions.start : positions.stop],
        lines=[_line(line) for line in cancellable(source.lines)],
        sentences=source.sentences,
        profile=None if source.profile is None else _profile(source.profile),
        learning_rate=update.learning_rate,
    )


def _line(source: Line) -> explanation_pb2.ExplainedLine:
    return explanation_pb2.ExplainedLine(
        position=source.position,
        symbol=PLAIN.term(source.term),
        operation=_OPERATIONS[source.operation],
        operands=[_operand(operand) for operand in source.operands],
        value=source.value,
        text=PLAIN.line(source),
        latex=LATEX.line(source),
        mathml=MATHML.line(source),
    )


def _operand(source: Operand) -> explanation_pb2.Operand:
    return explanation_pb2.Operand(
        symbol=PLAIN.term(source.term), value=source.value, source=_source(source.source)
    )


def _source(source: Source) -> explanation_pb2.OperandSource:
    return explanation_pb2.OperandSource(
        kind=_SOURCE_KINDS[source.kind],
        line=source.line,
        layer=source.layer,
        unit=source.unit,
        input=source.input,
        position=source.position,
    )


def _profile(source: Profile) -> explanation_pb2.CostProfile:
    return explanation_pb2.CostProfile(
        values=source.values,
        costs=source.costs,
        slope=source.slope,
        cost_after=source.cost_after,
    )
