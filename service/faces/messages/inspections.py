"""Inspections of updates: which update to inspect, and traces."""

from collections.abc import Iterable

from clearprop.v1 import network_pb2, trace_pb2, training_service_pb2

from service.faces.messages.fields import optional
from service.faces.messages.networks import layers
from service.faces.messages.runs import sent_settings, settings
from service.use_cases.inspection import Traced, Which
from training.cancellation import cancellable
from training.errors import Violations
from training.network import Array
from training.trace import ExampleTrace, Trace

_Request = (
    training_service_pb2.TraceUpdateRequest
    | training_service_pb2.ExplainWeightRequest
    | training_service_pb2.WalkUpdateRequest
)


def which(message: _Request) -> Which:
    """Convert which update to inspect."""
    unknown = Violations()
    return Which(
        network_id=message.network,
        update=optional(message, "update"),
        next=message.next,
        settings=settings(unknown, message.settings) if message.HasField("settings") else None,
        unknown=tuple(unknown.found),
    )


def position_after(shown: range, count: int) -> int:
    """Return the position after those that are returned; 0 if there are no more."""
    return shown.stop if shown.stop < count else 0


def traced(source: Traced) -> training_service_pb2.TraceUpdateResponse:
    """Convert a trace, with the position of the next example."""
    return training_service_pb2.TraceUpdateResponse(
        trace=_vectors_of(source.trace) if source.vectors_only else _trace(source.trace),
        next_position=position_after(source.positions, len(source.trace.update.numbers)),
    )


def _trace(source: Trace) -> trace_pb2.Trace:
    update = source.update
    network = update.network
    changes = update.run.settings.optimizer.weight_decay != 0.0 or update.rule.groups
    made = _vectors_of(source)
    for message, example in cancellable(zip(made.examples, source.examples, strict=True)):
        message.gradient.extend(layers(network, example.gradient))
    made.gradient_sum.extend(layers(network, source.gradient_sum))
    made.gradient.extend(layers(network, source.gradient))
    if changes:
        made.decayed_gradient.extend(layers(network, source.decayed_gradient))
    if len(source.limited_gradient):
        made.limited_gradient.extend(layers(network, source.limited_gradient))
    if source.norm is not None:
        made.gradient_norm = source.norm
    made.step.extend(layers(network, source.step))
    made.before.extend(layers(network, update.before.parameters))
    if update.after is not None:
        made.after.extend(layers(network, update.after.parameters))
    return made


def _vectors_of(source: Trace) -> trace_pb2.Trace:
    """Convert everything that does not have a number for each parameter."""
    update = source.update
    batch = update.run.batches.batch(update.index)
    return trace_pb2.Trace(
        update=update.update,
        run=update.run.number,
        settings=sent_settings(update.run.settings),
        epoch=batch.epoch,
        first_example=batch.first_example,
        example_count=batch.example_count,
        examples=[_example(example) for example in cancellable(source.examples)],
        cost=source.cost,
        learning_rate=update.learning_rate,
    )


def _example(example: ExampleTrace) -> trace_pb2.ExampleTrace:
    return trace_pb2.ExampleTrace(
        position=example.position,
        example=example.number,
        inputs=network_pb2.Vector(values=example.inputs),
        targets=network_pb2.Vector(values=example.targets),
        logits=_vectors(example.logits),
        activations=_vectors(example.activations),
        deltas=_vectors(example.deltas),
        factors=_vectors(example.factors),
        weight=example.weight,
        cost=example.cost,
    )


def _vectors(arrays: Iterable[Array]) -> list[network_pb2.Vector]:
    return [network_pb2.Vector(values=array) for array in arrays]
