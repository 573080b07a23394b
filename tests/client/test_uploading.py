"""A training set is uploaded in chunks, completely and once, or not at all."""

import itertools
import threading
from collections.abc import Iterable, Iterator
from typing import Any, cast

import clearprop
import clearprop.aio
import grpc
import numpy as np
import pandas as pd
import pytest
from clearprop import ClearpropError
from clearprop._transports.outbox import Outbox
from clearprop.calls.training_sets import create_training_set
from clearprop.uploads import Upload
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_set_pb2 import TrainingSet
from hypothesis import given
from hypothesis import strategies as st
from scripted import SOON, Refusal, ScriptedServer

STORED = pb.UploadTrainingSetResponse(training_set=TrainingSet(training_set="s", uid="u"))
WIDE = 2**16  # numbers in an example: two make a message


def pieces(inputs: Any, targets: Any) -> list[pb.UploadTrainingSetRequest]:
    return list(Upload("s", inputs, targets, "id"))


def examples(messages: Iterable[pb.UploadTrainingSetRequest]) -> list[tuple[Any, Any]]:
    return [
        (list(example.inputs), list(example.targets))
        for message in messages
        for example in message.examples
    ]


@given(st.integers(0, 9), st.sampled_from([1, WIDE // 3, WIDE, 3 * WIDE]))
def test_the_chunks_have_all_examples_in_order(rows: int, width: int) -> None:
    inputs = np.arange(rows * width, dtype=np.float64).reshape(rows, width)
    messages = pieces(inputs, inputs[:, :1])
    assert examples(messages) == [(row.tolist(), [row[0]]) for row in inputs]
    assert all(message.examples for message in messages[1:])
    assert all(message.ByteSize() < 2**22 for message in messages)
    assert [(each.training_set, each.request_id) for each in messages] == [
        ("s", "id"),
        *[("", "")] * (len(messages) - 1),
    ]


@pytest.mark.parametrize(
    "targets", [[1, 2.5], np.array([1, 2.5]), pd.Series([1, 2.5]), iter([1, 2.5]), [[1], 2.5]]
)
def test_one_target_for_each_example_needs_no_row(targets: Any) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    expected = [([1, 3], [1.0]), ([2, 4], [2.5])]
    assert examples(pieces(frame, targets)) == expected


def test_one_target_for_each_example_is_sent_in_one_request() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    call = create_training_set("s", frame, pd.Series([1, 2.5]), "id")
    assert examples([cast("Any", call.request)]) == [([1, 3], [1.0]), ([2, 4], [2.5])]


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2], [3, 4]],
        ((1, 2), (3, 4)),
        np.array([[1, 2], [3, 4]], dtype=np.uint8),
        np.array([[1, 2], [3, 4]], dtype=np.float32),
        [np.array([1, 2]), [np.int64(3), np.float32(4)]],
        iter([[1, 2], (3, 4)]),
        ([value, value + 1] for value in (1, 3)),
    ],
)
def test_rows_of_many_types_are_accepted(rows: Any) -> None:
    assert [inputs for inputs, _ in examples(pieces(rows, [[0], [1]]))] == [[1, 2], [3, 4]]


def test_a_number_is_not_a_row_of_inputs() -> None:
    with pytest.raises(ValueError, match=r"inputs\[1\] must be a row of numbers"):
        pieces([[1], 5], [[1], [1]])


@pytest.mark.parametrize("row", [None, "12", ["a"], [[1]], [None]])
def test_an_invalid_row_is_named_by_its_index(row: Any) -> None:
    with pytest.raises(ValueError, match=r"inputs\[1\] must be a row of numbers"):
        pieces([[1], row], [[1], [1]])
    with pytest.raises(ValueError, match=r"targets\[0\] must be a row of numbers"):
        pieces([[1]], [row])


@pytest.mark.parametrize("weights", [[1, 0.5], np.array([1, 0.5]), (weight for weight in (1, 0.5))])
def test_each_example_has_its_weight(weights: Any) -> None:
    (message,) = Upload("s", [[1], [2]], [[1], [1]], "id", weights)
    assert [example.weight for example in message.examples] == [1.0, 0.5]
    (message,) = Upload("s", [[1], [2]], [[1], [1]], "id")
    assert not any(example.HasField("weight") for example in message.examples)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1], "only 1 weights: every example needs one, or none has"),
        ([1, 2, 3], "only 2 rows of inputs"),
        (5, "weights must be numbers"),
        ([1, "a"], r"weights\[1\] must have numbers only"),
        ([1, None], r"weights\[1\] must have numbers only"),
    ],
)
def test_wrong_weights_are_refused(weights: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(Upload("s", [[1], [2]], [[1], [1]], "id", weights))


@pytest.mark.parametrize(
    ("inputs", "targets", "missing"), [(2, 3, "2 rows of inputs"), (3, 1, "1 rows of targets")]
)
def test_different_numbers_of_rows_are_refused(inputs: int, targets: int, missing: str) -> None:
    with pytest.raises(ValueError, match=f"only {missing}"):
        pieces([[1]] * inputs, [[1]] * targets)


def test_rows_of_an_iterator_can_be_sent_again() -> None:
    rows = np.ones((5, WIDE))
    upload = Upload("s", iter(rows), ([1] for _ in rows), "id")
    begun = list(itertools.islice(upload, 2))
    whole = list(upload)
    assert whole[:2] == begun
    assert len(examples(whole)) == 5
    assert list(upload) == whole


def test_a_retried_upload_starts_again_with_the_same_id(scripted: ScriptedServer) -> None:
    scripted.answers("UploadTrainingSet", SOON, SOON, STORED)
    rows = np.ones((9, WIDE))
    with clearprop.connect(scripted.target) as client:
        assert client.upload_training_set("s", iter(rows), rows[:, :1]).id == "s"
    first, second, whole = scripted.requests["UploadTrainingSet"]
    assert examples(whole) == [(row.tolist(), [1.0]) for row in rows]
    assert first[0] == second[0] == whole[0]
    assert whole[0].request_id


async def test_a_retried_upload_starts_again_with_the_same_id_in_asyncio(
    scripted: ScriptedServer,
) -> None:
    scripted.answers("UploadTrainingSet", SOON, SOON, STORED)
    rows = np.ones((9, WIDE))
    async with clearprop.aio.connect(scripted.target) as client:
        assert (await client.upload_training_set("s", iter(rows), rows[:, :1])).id == "s"
    first, second, whole = scripted.requests["UploadTrainingSet"]
    assert examples(whole) == [(row.tolist(), [1.0]) for row in rows]
    assert first[0] == second[0] == whole[0]


def endless() -> Iterator[list[float]]:
    return itertools.repeat([0.0] * WIDE)


REFUSED = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "no", "INVALID_FIELDS")


def test_a_refusal_in_the_middle_ends_the_upload(scripted: ScriptedServer) -> None:
    scripted.answers("UploadTrainingSet", REFUSED)
    with clearprop.connect(scripted.target) as client, pytest.raises(ClearpropError) as caught:
        client.upload_training_set("s", endless(), endless())
    assert caught.value.reason == "INVALID_FIELDS"


async def test_a_refusal_in_the_middle_ends_the_upload_in_asyncio(scripted: ScriptedServer) -> None:
    scripted.answers("UploadTrainingSet", REFUSED)
    async with clearprop.aio.connect(scripted.target) as client:
        with pytest.raises(ClearpropError) as caught:
            await client.upload_training_set("s", endless(), endless())
    assert caught.value.reason == "INVALID_FIELDS"


def failing(thread: list[int]) -> Iterator[list[float]]:
    thread.append(threading.get_ident())
    yield from itertools.repeat([0.0] * WIDE, 5)
    raise LookupError("the rows have ended early")


def test_exceptions_of_an_iterator_are_raised_in_its_thread(
    scripted: ScriptedServer,
) -> None:
    scripted.answers("UploadTrainingSet", STORED)
    thread: list[int] = []
    with clearprop.connect(scripted.target) as client, pytest.raises(LookupError):
        client.upload_training_set("s", failing(thread), endless())
    assert thread == [threading.get_ident()]


async def test_exceptions_of_an_iterator_are_raised_in_asyncio(scripted: ScriptedServer) -> None:
    scripted.answers("UploadTrainingSet", STORED)
    async with clearprop.aio.connect(scripted.target) as client:
        with pytest.raises(LookupError):
            await client.upload_training_set("s", failing([]), endless())


def test_an_outbox_hands_over_each_message_once_and_in_order() -> None:
    outbox = Outbox()
    sent = [pb.UploadTrainingSetRequest(request_id=str(number)) for number in range(100)]
    received: list[pb.UploadTrainingSetRequest] = []
    reader = threading.Thread(target=lambda: received.extend(outbox))
    reader.start()
    assert all(outbox.put(message) for message in sent)
    outbox.finish()
    reader.join()
    assert received == sent


def test_an_abandoned_outbox_accepts_and_yields_nothing() -> None:
    outbox = Outbox()
    outbox.put(pb.UploadTrainingSetRequest())
    outbox.abandon()
    assert not outbox.put(pb.UploadTrainingSetRequest())
    assert list(outbox) == []
