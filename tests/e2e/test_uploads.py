"""Uploads of training sets: complete and once, or not at all."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, repeat
from math import nan
from threading import Event
from typing import Any

import grpc
import numpy as np
import pytest
from calls import Refusal, bits, create, examples, fresh_id, refused, settings, state, train
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import training_set_pb2
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from servers import ServerProcess

Rows = Sequence[tuple[Sequence[float], Sequence[float]]]

XOR: Rows = [([0, 0], [0]), ([1, 0], [1]), ([0, 1], [1]), ([1, 1], [0])]


def pieces(
    *parts: Rows, name: str = "", request_id: str = ""
) -> Iterator[pb.UploadTrainingSetRequest]:
    for part in parts:
        yield pb.UploadTrainingSetRequest(
            training_set=name, request_id=request_id, examples=examples(part)
        )
        name = request_id = ""


def upload(
    stub: TrainingServiceStub, *parts: Rows, name: str = "", request_id: str = ""
) -> training_set_pb2.TrainingSet:
    requests = pieces(*parts, name=name, request_id=request_id)
    return stub.UploadTrainingSet(requests).training_set


def refused_upload(
    stub: TrainingServiceStub, *parts: Rows, name: str = "", request_id: str = ""
) -> Refusal:
    return refused(lambda: upload(stub, *parts, name=name, request_id=request_id))


def sets(stub: TrainingServiceStub) -> set[str]:
    listed = stub.ListTrainingSets(pb.ListTrainingSetsRequest(page_size=1_000))
    return {each.training_set for each in listed.training_sets}


@pytest.mark.parametrize("cut", [[0, 4], [0, 1, 4], [0, 1, 2, 3, 4], [0, 0, 2, 2, 4, 4]])
def test_an_uploaded_set_equals_a_set_created_in_one_request(
    stub: TrainingServiceStub, cut: list[int]
) -> None:
    name = fresh_id("set")
    parts = [XOR[start:end] for start, end in pairwise(cut)]
    made = upload(stub, *parts, name=name)
    assert (made.training_set, made.example_count, made.input_count) == (name, 4, 2)
    get = pb.GetTrainingSetRequest(training_set=name, include_examples=True)
    assert list(stub.GetTrainingSet(get).training_set.examples) == examples(XOR)
    mine, built_in = create(stub).network, create(stub).network
    train(stub, mine, settings(name))
    train(stub, built_in, settings("xor"))
    assert bits(state(stub, mine).layers) == bits(state(stub, built_in).layers)


def test_the_server_generates_an_id_if_none_is_given(stub: TrainingServiceStub) -> None:
    assert upload(stub, XOR).training_set in sets(stub)


def test_a_repeated_upload_creates_one_set_however_it_is_divided(stub: TrainingServiceStub) -> None:
    identity = fresh_id("request")
    first = upload(stub, XOR, request_id=identity)
    assert upload(stub, XOR[:1], XOR[1:], request_id=identity) == first
    assert upload(stub, [], XOR, request_id=identity) == first


@pytest.mark.parametrize(
    "other",
    [
        [XOR[:3]],
        [[*XOR[:3], ([1, 1], [1e-300])]],
        [[([*inputs, *targets], [0.0]) for inputs, targets in XOR]],
        [[(inputs, [*targets, 0.0]) for inputs, targets in XOR]],
        [XOR[1:], XOR[:1]],
    ],
)
def test_another_upload_with_the_same_id_is_refused(
    stub: TrainingServiceStub, other: list[Rows]
) -> None:
    identity = fresh_id("request")
    upload(stub, XOR, request_id=identity)
    refusal = refused_upload(stub, *other, request_id=identity)
    assert refusal.code is grpc.StatusCode.ALREADY_EXISTS
    assert refusal.reason == "REQUEST_ID_REUSED"
    named = refused_upload(stub, XOR, name=fresh_id("set"), request_id=identity)
    assert named.reason == "REQUEST_ID_REUSED"


def test_an_upload_repeated_after_a_kill_creates_one_set(own_server: ServerProcess) -> None:
    with own_server.stub() as stub:
        first = upload(stub, XOR, request_id="the-upload")
    own_server.kill()
    own_server.start()
    with own_server.stub() as stub:
        assert upload(stub, XOR[:2], XOR[2:], request_id="the-upload") == first
        assert len(sets(stub)) == 4


NAN: Rows = [([nan, 0], [0])]


@pytest.mark.parametrize(
    ("parts", "name", "fields"),
    [
        ([], "", ["examples"]),
        ([[], []], "", ["examples"]),
        ([XOR, NAN], "", ["examples[4].inputs[0]"]),
        ([XOR, XOR, NAN, XOR], "", ["examples[8].inputs[0]"]),
        ([XOR, [([0], [0])]], "", ["examples[4].inputs"]),
        ([XOR, [([0, 0], [])]], "", ["examples[4].targets", "examples[4].targets"]),
        ([[([], [1])]], "", ["examples[0].inputs"]),
        ([NAN], "Bad Id", ["training_set", "examples[0].inputs[0]"]),
    ],
)
def test_every_bad_field_is_named_and_nothing_is_stored(
    stub: TrainingServiceStub, parts: list[Rows], name: str, fields: list[str]
) -> None:
    before = sets(stub)
    refusal = refused_upload(stub, *parts, name=name)
    assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refusal.fields == fields
    assert sets(stub) == before


def with_image(
    parts: Iterator[pb.UploadTrainingSetRequest], *sizes: int
) -> Iterator[pb.UploadTrainingSetRequest]:
    """Yield requests of an upload, the first of them with the shape of an image."""
    first = next(parts)
    first.image_shape.CopyFrom(image_shape(*sizes))
    yield first
    yield from parts


def image_shape(height: int, width: int, channels: int = 0) -> training_set_pb2.ImageShape:
    return training_set_pb2.ImageShape(height=height, width=width, channels=channels)


def test_inputs_of_a_set_can_be_an_image(stub: TrainingServiceStub) -> None:
    identity = fresh_id("request")
    parts = [XOR[:1], XOR[1:]]
    made = stub.UploadTrainingSet(with_image(pieces(*parts, request_id=identity), 2, 1))
    found = made.training_set
    assert found.image_shape == image_shape(2, 1, 1)
    get = pb.GetTrainingSetRequest(training_set=found.training_set)
    assert stub.GetTrainingSet(get).training_set.image_shape == image_shape(2, 1, 1)
    listed = stub.ListTrainingSets(pb.ListTrainingSetsRequest(page_size=1_000)).training_sets
    shapes = {each.training_set: each.image_shape for each in listed}
    assert (shapes[found.training_set], shapes["xor"]) == (
        image_shape(2, 1, 1),
        training_set_pb2.ImageShape(),
    )

    again = stub.UploadTrainingSet(with_image(pieces(XOR, request_id=identity), 2, 1))
    assert again == made
    for other in (
        pieces(XOR, request_id=identity),
        with_image(pieces(XOR, request_id=identity), 1, 2),
    ):
        refusal = refused(lambda other=other: stub.UploadTrainingSet(other))
        assert refusal.reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize(
    ("sizes", "fields"),
    [
        ((2, 2), ["image_shape"]),
        ((0, -1, 2), ["image_shape.height", "image_shape.width", "image_shape.channels"]),
    ],
)
def test_every_invalid_size_of_an_image_is_named(
    stub: TrainingServiceStub, sizes: tuple[int, ...], fields: list[str]
) -> None:
    before = sets(stub)
    refusal = refused(lambda: stub.UploadTrainingSet(with_image(pieces(XOR, XOR), *sizes)))
    assert refusal.fields[: len(fields)] == fields
    request = pb.CreateTrainingSetRequest(examples=examples(XOR), image_shape=image_shape(*sizes))
    assert refused(lambda: stub.CreateTrainingSet(request)).fields == refusal.fields
    late = chain(pieces(XOR), with_image(pieces(XOR), 2, 1))
    assert refused(lambda: stub.UploadTrainingSet(late)).fields == ["image_shape"]
    assert sets(stub) == before


def test_all_invalid_fields_of_the_first_message_are_reported_together(
    stub: TrainingServiceStub,
) -> None:
    refusal = refused_upload(stub, NAN, name="Bad Id", request_id="ü")
    assert refusal.fields == ["training_set", "request_id", "examples[0].inputs[0]"]


def test_only_the_first_message_can_have_an_id(stub: TrainingServiceStub) -> None:
    named = [*pieces(XOR, name="a"), *pieces(XOR, name="a", request_id="b")]
    refusal = refused(lambda: stub.UploadTrainingSet(iter(named)))
    assert refusal.fields == ["training_set", "request_id"]


def test_an_id_in_use_is_rejected(stub: TrainingServiceStub) -> None:
    assert refused_upload(stub, XOR, name="xor").reason == "TRAINING_SET_EXISTS"


def test_an_invalid_message_ends_an_upload_early(stub: TrainingServiceStub) -> None:
    endless = chain(pieces(XOR, NAN), repeat(pb.UploadTrainingSetRequest(examples=examples(XOR))))
    refusal = refused(lambda: stub.UploadTrainingSet(endless))
    assert refusal.fields == ["examples[4].inputs[0]"]


def test_invalid_bytes_and_large_messages_are_rejected(
    server: ServerProcess, stub: TrainingServiceStub
) -> None:
    before = sets(stub)
    (first,) = pieces(XOR)
    with grpc.insecure_channel(server.target) as channel:
        call: Any = channel.stream_unary("/clearprop.v1.TrainingService/UploadTrainingSet")
        wrong = refused(lambda: call(iter([first.SerializeToString(), b"\xff\xff"])))
        assert wrong.code is grpc.StatusCode.INVALID_ARGUMENT
        with pytest.raises(grpc.RpcError, match="16777216") as caught:
            call(iter([first.SerializeToString(), b"\x00" * (16 * 2**20 + 1)]))
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert sets(stub) == before


@pytest.mark.parametrize("closes", [False, True], ids=["cancels", "closes its connection"])
def test_a_client_that_disconnects_during_an_upload_stores_nothing(
    server: ServerProcess, stub: TrainingServiceStub, closes: bool
) -> None:
    # Where a part was taken for all, it would take the id and the whole would be refused. That is
    # a race of gRPC's own, so it is run often.
    for _ in range(50):
        name = fresh_id("set")
        sent, done = Event(), Event()

        def half(name: str = name, sent: Event = sent, done: Event = done) -> Iterator[Any]:
            yield from pieces(XOR, XOR, name=name)
            sent.set()
            done.wait()

        channel = grpc.insecure_channel(
            server.target, options=[("grpc.use_local_subchannel_pool", 1)]
        )
        call: Any = TrainingServiceStub(channel).UploadTrainingSet
        under_way = call.future(half())
        sent.wait()
        if closes:
            channel.close()
        else:
            under_way.cancel()
        assert upload(stub, XOR, name=name).example_count == 4
        done.set()
        channel.close()


def test_examples_that_exceed_a_response_are_not_returned_but_can_be_trained_on(
    stub: TrainingServiceStub,
) -> None:
    # 9 messages of 1,000 examples of 1,001 numbers: 72 MB.
    rows = np.random.default_rng(7).random((1_000, 1_000)).tolist()
    part = examples([(row, [row[0]]) for row in rows])
    name = fresh_id("large")
    messages = [
        pb.UploadTrainingSetRequest(training_set=name if number == 0 else "", examples=part)
        for number in range(9)
    ]
    made = stub.UploadTrainingSet(iter(messages)).training_set
    assert made.example_count == 9_000
    refusal = refused(
        lambda: stub.GetTrainingSet(
            pb.GetTrainingSetRequest(training_set=name, include_examples=True)
        )
    )
    assert refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refusal.metadata["limit"] == "response_bytes"
    assert f"{64 * 2**20:,}" in refusal.message
    some = pb.GetTrainingSetRequest(training_set=name, example_indices=[8_999, 0])
    assert list(stub.GetTrainingSet(some).training_set.examples) == [part[-1], part[0]]
    for indices, fields in (
        ([0, 9_000, -1], ["example_indices[1]", "example_indices[2]"]),
        (range(1_001), ["example_indices"]),
    ):
        other = pb.GetTrainingSetRequest(training_set=name, example_indices=indices)
        assert refused(lambda other=other: stub.GetTrainingSet(other)).fields == fields
    plain = stub.GetTrainingSet(pb.GetTrainingSetRequest(training_set=name))
    assert plain.training_set.example_count == 9_000
    network = create(stub, [1_000, 1]).network
    assert (
        train(stub, network, settings(name, rate=0.01, batch_size=900, epochs=1)).updates_done == 10
    )
    stub.DeleteTrainingSet(pb.DeleteTrainingSetRequest(training_set=name))
