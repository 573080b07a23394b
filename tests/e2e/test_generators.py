"""Training sets whose examples the service makes."""

from typing import Any

import pytest
from calls import examples, fresh_id, refused
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import training_set_pb2
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

KINDS = training_set_pb2.GeneratorKind.values()[1:]
GENERATOR: Any = training_set_pb2.Generator  # its kinds are given as numbers


def request(**fields: object) -> pb.CreateTrainingSetRequest:
    generator = GENERATOR(kind=training_set_pb2.GENERATOR_KIND_SPIRAL)
    return pb.CreateTrainingSetRequest(**({"generator": generator} | fields))


def with_examples(
    stub: TrainingServiceStub, found: training_set_pb2.TrainingSet
) -> training_set_pb2.TrainingSet:
    get = pb.GetTrainingSetRequest(training_set=found.training_set, include_examples=True)
    return stub.GetTrainingSet(get).training_set


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_has_the_examples_and_settings_of_the_set(
    stub: TrainingServiceStub, kind: int
) -> None:
    wanted = request(
        training_set=fresh_id("set"),
        generator=GENERATOR(kind=kind, example_count=30, noise=0.5, seed=3),
    )
    preview = stub.CreateTrainingSet(_only_validated(wanted)).training_set
    made = stub.CreateTrainingSet(wanted).training_set
    found = with_examples(stub, made)
    assert (made.generator, made.example_count) == (wanted.generator, 30)
    assert (preview.uid, found.uid) == ("", made.uid)
    for each in (preview, found):
        each.ClearField("uid")
        each.ClearField("create_time")
        each.ClearField("warnings")
    assert preview == found
    assert len(found.examples) == 30
    assert found.HasField("suggestion")


def test_a_seed_that_the_server_chooses_gives_the_same_examples_again(
    stub: TrainingServiceStub,
) -> None:
    first = with_examples(stub, stub.CreateTrainingSet(request()).training_set)
    assert (first.example_count, first.generator.noise) == (200, 0.0)
    assert first.generator.HasField("seed")
    again = stub.CreateTrainingSet(request(generator=first.generator)).training_set
    assert with_examples(stub, again).examples == first.examples
    other = stub.CreateTrainingSet(request()).training_set
    assert other.generator.seed != first.generator.seed


def test_a_repeated_request_makes_no_second_set(stub: TrainingServiceStub) -> None:
    wanted = request(request_id=fresh_id("request"))
    assert stub.CreateTrainingSet(wanted) == stub.CreateTrainingSet(wanted)
    other = request(request_id=wanted.request_id, generator=GENERATOR(kind=1))
    assert refused(lambda: stub.CreateTrainingSet(other)).reason == "REQUEST_ID_REUSED"


def test_a_validated_request_creates_nothing(stub: TrainingServiceStub) -> None:
    sent = examples([([1.0], [2.0])])
    wanted = pb.CreateTrainingSetRequest(training_set=fresh_id("set"), examples=sent)
    found = stub.CreateTrainingSet(_only_validated(wanted)).training_set
    assert (found.training_set, found.example_count) == (wanted.training_set, 1)
    assert not found.examples
    get = pb.GetTrainingSetRequest(training_set=wanted.training_set)
    assert refused(lambda: stub.GetTrainingSet(get)).reason == "TRAINING_SET_NOT_FOUND"


def test_a_validated_request_is_refused_as_the_request_would_be(stub: TrainingServiceStub) -> None:
    for wanted, reason in (
        (request(training_set="xor"), "TRAINING_SET_EXISTS"),
        (request(training_set="xor", replace=True), "TRAINING_SET_BUILT_IN"),
    ):
        refusals = [
            refused(lambda each=each: stub.CreateTrainingSet(each))
            for each in (wanted, _only_validated(wanted))
        ]
        assert [each.reason for each in refusals] == [reason, reason]
        assert refusals[0].message == refusals[1].message


def _only_validated(wanted: pb.CreateTrainingSetRequest) -> pb.CreateTrainingSetRequest:
    only = pb.CreateTrainingSetRequest(validate_only=True)
    only.MergeFrom(wanted)
    return only
