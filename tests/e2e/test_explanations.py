"""Explanations of weights lead to the stored bits."""

import random
from collections.abc import Callable
from math import sqrt

import grpc
import pytest
from calls import create, fresh_id, refused, settings, state
from clearprop.v1 import explanation_pb2, network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

COMPUTE: dict[int, Callable[..., float]] = {
    explanation_pb2.OPERATION_ADD: lambda x, y: x + y,
    explanation_pb2.OPERATION_SUBTRACT: lambda x, y: x - y,
    explanation_pb2.OPERATION_MULTIPLY: lambda x, y: x * y,
    explanation_pb2.OPERATION_DIVIDE: lambda x, y: x / y,
    explanation_pb2.OPERATION_SQUARE_ROOT: sqrt,
}

OPTIMIZERS = [
    run_pb2.Optimizer(),
    run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_NESTEROV, weight_decay=0.01),
    run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_ADAM),
]


def explain(
    stub: TrainingServiceStub, network: str, layer: int = 1, unit: int = 2, **more: object
) -> pb.ExplainWeightResponse:
    return stub.ExplainWeight(
        pb.ExplainWeightRequest(network=network, layer=layer, unit=unit, **more)  # type: ignore[arg-type]
    )


def recomputed(explanation: explanation_pb2.Explanation) -> float:
    """Compute the lines with the numbers that are printed, and return the last one's value."""
    values: list[float] = []
    for line in explanation.lines:
        numbers = [
            values[each.source.line] if each.source.HasField("line") else each.value
            for each in line.operands
        ]
        values.append(COMPUTE[line.operation](*numbers))
        assert float(line.text.rpartition(" = ")[2]).hex() == values[-1].hex()
    return values[-1]


def weight(layers: list[network_pb2.LayerParameters], layer: int, unit: int, source: int) -> float:
    return layers[layer - 1].weights[unit * layers[layer - 1].inputs + source]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=["plain", "nesterov", "adam"])
def test_the_lines_of_any_weight_lead_from_the_stored_bits_to_the_stored_bits(
    stub: TrainingServiceStub, optimizer: run_pb2.Optimizer
) -> None:
    network = create(stub, (2, 3, 2, 1)).network
    recipe = settings(rate=0.5, batch_size=3, epochs=20, optimizer=optimizer, shuffle_seed=3)
    stub.Step(pb.StepRequest(network=network, count=30, settings=recipe))
    drawn = random.Random(11)
    for _ in range(12):
        update, layer = drawn.randint(1, 30), drawn.randint(1, 3)
        inputs, units = [(2, 3), (3, 2), (2, 1)][layer - 1]
        unit, source = drawn.randrange(units), drawn.randrange(inputs)
        found = explain(stub, network, layer, unit, input=source, update=update).explanation
        before, after = state(stub, network, update - 1), state(stub, network, update)
        assert found.before == weight(before.layers, layer, unit, source)  # type: ignore[arg-type]
        assert recomputed(found) == weight(after.layers, layer, unit, source)  # type: ignore[arg-type]
        assert found.after == found.before - found.step
        assert len(found.profile.values) == len(found.profile.costs) == 41


def test_the_explanation_of_the_next_update_matches_the_update(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    recipe = settings(batch_size=3, epochs=4)
    before_any_run = explain(stub, network, input=1, next=True, settings=recipe)
    stub.Step(pb.StepRequest(network=network, settings=recipe))
    assert explain(stub, network, input=1) == before_any_run
    of_the_paused_run = explain(stub, network, input=1, next=True)
    assert state(stub, network).update == 1
    stub.Step(pb.StepRequest(network=network))
    assert explain(stub, network, input=1) == of_the_paused_run


def test_a_long_batch_is_explained_by_ranges(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    stub.Step(pb.StepRequest(network=network, settings=settings()))
    whole = explain(stub, network, input=0)
    assert whole.next_position == 0
    part = explain(stub, network, input=0, first_position=1, position_count=2)
    assert part.next_position == 3
    assert list(part.explanation.examples) == [1, 2]
    assert part.explanation.after == whole.explanation.after
    assert {line.position for line in part.explanation.lines if line.HasField("position")} == {1, 2}


def test_a_weight_that_cannot_be_explained_is_rejected_with_the_reason(
    stub: TrainingServiceStub,
) -> None:
    network = create(stub).network
    refusal = refused(lambda: explain(stub, network, input=0))
    assert (refusal.code, refusal.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "NOT_GRADIENT",
    )
    refusal = refused(lambda: explain(stub, network, input=0, next=True))
    assert refusal.reason == "NO_NEXT_UPDATE"
    assert refused(lambda: explain(stub, fresh_id(), input=0)).reason == "NETWORK_NOT_FOUND"

    stub.Step(pb.StepRequest(network=network, settings=settings()))
    assert refused(lambda: explain(stub, network, input=0, update=2)).reason == (
        "UPDATE_OUT_OF_RANGE"
    )
    bad: list[tuple[list[str], dict[str, object]]] = [
        (["layer"], {"layer": 3, "input": 0}),
        (["unit", "input"], {"unit": 5, "input": 2}),
        (["input"], {}),
        (
            ["unit", "first_position", "position_count"],
            {"unit": 5, "input": 0, "first_position": -1, "position_count": -1},
        ),
        (["first_position"], {"input": 0, "first_position": 4}),
        (["settings"], {"input": 0, "settings": settings()}),
        (["update"], {"input": 0, "next": True, "update": 1}),
    ]
    for fields, more in bad:
        refusal = refused(lambda more=more: explain(stub, network, **more))
        assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
        assert refusal.fields == fields
