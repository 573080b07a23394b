"""Walks through past and next updates over gRPC, in pages."""

import grpc
import pytest
from calls import create, fresh_id, refused, settings, state
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import walk_pb2
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub


@pytest.fixture
def name(stub: TrainingServiceStub) -> str:
    """The worked example after its six updates."""
    name = create(stub).network
    recipe = settings(batch_size=3, epochs=4)
    stub.Step(pb.StepRequest(network=name, settings=recipe, count=6))
    return name


def test_a_walk_is_read_in_pages_by_several_readers(stub: TrainingServiceStub, name: str) -> None:
    def walk(update: int, first: int = 0, count: int = 0) -> pb.WalkUpdateResponse:
        request = pb.WalkUpdateRequest(
            network=name, update=update, first_step=first, step_count=count
        )
        return stub.WalkUpdate(request)

    wholes = {update: walk(update).walk for update in range(1, 6)}
    for update, whole in wholes.items():
        assert (whole.update, whole.run, whole.step_count) == (update, 1, len(whole.steps))
    # Their pages in turns, so that one is put off for the others.
    first, found = 0, {update: list[walk_pb2.WalkStep]() for update in wholes}
    while first < 728:
        for update in found:
            response = walk(update, first, 100)
            assert response.next_step == (first + 100 if first < 700 else 0)
            found[update] += response.walk.steps
        first += 100
    assert found == {update: list(whole.steps) for update, whole in wholes.items()}


def test_the_lines_are_those_of_the_source_and_end_on_the_stored_bits(
    stub: TrainingServiceStub, name: str
) -> None:
    walk = stub.WalkUpdate(pb.WalkUpdateRequest(network=name, update=2)).walk
    lines = {
        function.first_line + index: line
        for function in walk.functions
        for index, line in enumerate(function.lines)
    }
    assert all(lines[step.line].strip() for step in walk.steps)
    new_parameter = walk_pb2.WALK_VARIABLE_ROLE_NEW_PARAMETER
    after = [
        variable.value
        for step in walk.steps
        for variable in step.variables
        if variable.name in step.changed and variable.role == new_parameter and variable.indices
    ]
    stored = state(stub, name, 2).layers
    assert after == [weight for layer in stored for weight in layer.weights]


def test_the_next_update_is_walked_through_before_it_is_applied(
    stub: TrainingServiceStub, name: str
) -> None:
    recipe = settings(batch_size=3, epochs=4)
    ahead = stub.WalkUpdate(pb.WalkUpdateRequest(network=name, next=True, settings=recipe)).walk
    assert state(stub, name).update == 6
    stub.Step(pb.StepRequest(network=name, settings=recipe))
    assert stub.WalkUpdate(pb.WalkUpdateRequest(network=name)).walk == ahead


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_step", 100_000),
        ("first_step", -1),
        ("step_count", 10_001),
        ("step_count", -1),
    ],
)
def test_a_step_that_does_not_exist_is_rejected(
    stub: TrainingServiceStub, name: str, field: str, value: int
) -> None:
    request = pb.WalkUpdateRequest(network=name, update=2)
    setattr(request, field, value)
    refusal = refused(lambda: stub.WalkUpdate(request))
    assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
    assert field in refusal.message


def order(phase: walk_pb2.WalkPhase) -> tuple[int, int | None, int]:
    """What says where a phase belongs; None: to the batch as a whole."""
    position = phase.position if phase.HasField("position") else None
    return phase.kind, position, phase.layer


def test_the_phases_alone_are_those_of_the_batch_and_of_its_first_example(
    stub: TrainingServiceStub, name: str
) -> None:
    whole = stub.WalkUpdate(pb.WalkUpdateRequest(network=name, update=2)).walk
    alone = stub.WalkUpdate(pb.WalkUpdateRequest(network=name, update=2, phases_only=True)).walk
    found = list(map(order, whole.phases))
    assert list(map(order, alone.phases)) == [each for each in found if each[1] in {None, 0}]
    assert len(alone.steps) == len(alone.functions) == len(alone.phases[5].gradient_sum) == 0
    of_examples = {
        position: [(kind, layer) for kind, at, layer in found if at == position]
        for position in range(3)
    }
    assert of_examples[0] == of_examples[1] == of_examples[2]


def test_a_large_update_is_rejected_with_the_limit(stub: TrainingServiceStub) -> None:
    sizes = [2, 200, 100, 1]
    name = create(stub, sizes).network
    stub.Step(pb.StepRequest(network=name, settings=settings()))
    refusal = refused(lambda: stub.WalkUpdate(pb.WalkUpdateRequest(network=name)))
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "50,000" in refusal.message
    phases = stub.WalkUpdate(pb.WalkUpdateRequest(network=name, phases_only=True)).walk
    assert (phases.update, phases.run, phases.step_count) == (1, 1, 0)
    assert [kind for kind, *_ in map(order, phases.phases)][:5] == [1, 2, 2, 2, 3]
    unknown = refused(lambda: stub.WalkUpdate(pb.WalkUpdateRequest(network=fresh_id())))
    assert unknown.code is grpc.StatusCode.NOT_FOUND
