"""The elements of a message are counted before it is parsed."""

from typing import Any

import numpy as np
import pytest
from any_message import REQUESTS, RESPONSES, messages
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from hypothesis import given
from hypothesis import strategies as st

from service.faces.messages import element_count
from service.faces.messages.element_count import check_element_count, count_elements
from training.errors import LimitExceeded

ALL = 2**40

any_kind = st.sampled_from(REQUESTS + RESPONSES)
any_message = any_kind.flatmap(lambda kind: messages(kind.DESCRIPTOR))


def counted(kind: type[Message], content: bytes, limit: int = ALL) -> tuple[int, int]:
    table = element_count._table(kind.DESCRIPTOR)
    around = np.empty((2, element_count._DEEPEST), np.int64)
    return count_elements(np.frombuffer(content, np.uint8), table, limit, around)


def elements(message: Message) -> int:
    """Count what a parser has made for a message: all except the numbers of lists of doubles."""
    return sum(_elements(field, value) for field, value in message.ListFields())


def _elements(field: FieldDescriptor, value: Any) -> int:
    if not field.is_repeated:
        return 1 + (elements(value) if isinstance(value, Message) else 0)
    if field.message_type and field.message_type.GetOptions().map_entry:
        inner = (elements(each) for each in value.values() if isinstance(each, Message))
        return 3 * len(value) + sum(inner)
    if field.message_type:
        return sum(1 + elements(each) for each in value)
    return 0 if field.type == FieldDescriptor.TYPE_DOUBLE else len(value)


@given(any_message)
def test_all_elements_of_a_message_are_counted(message: Message) -> None:
    content = message.SerializeToString()
    read, count = counted(type(message), content)
    assert read == len(content)
    # Keys and values of a map need not be sent if they are empty.
    assert elements(message) - 2 * _map_entries(message) <= count <= elements(message)


def _map_entries(message: Message) -> int:
    labels = getattr(message, "labels", {})
    inner = sum(
        _map_entries(each)
        for field, value in message.ListFields()
        if field.message_type and not field.message_type.GetOptions().map_entry
        for each in (value if field.is_repeated else [value])
    )
    return len(labels) + inner


@given(any_message, st.data())
def test_no_element_is_missed_in_a_message_that_was_changed(
    message: Message, data: st.DataObject
) -> None:
    content = bytearray(message.SerializeToString())
    for _ in range(data.draw(st.integers(0, 3)) if content else 0):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    _, count = counted(type(message), bytes(content))
    try:
        parsed = type(message).FromString(bytes(content))
    except DecodeError:
        return
    assert count >= elements(parsed) - 2 * _map_entries(parsed)


@given(any_kind, st.binary(max_size=200), st.integers(0, 5))
def test_any_bytes_can_be_counted(kind: type[Message], content: bytes, limit: int) -> None:
    _, count = counted(kind, content, limit)
    assert 0 <= count <= max(len(content), limit + len(content))


def test_packed_doubles_do_not_count_but_other_numbers_do() -> None:
    request = pb.PredictRequest(inputs=[network_pb2.Vector(values=np.ones(100_000))])
    assert counted(pb.PredictRequest, request.SerializeToString())[1] == 1
    request_of_sizes = pb.CreateNetworkRequest(layer_sizes=[300] * 1000)
    assert counted(pb.CreateNetworkRequest, request_of_sizes.SerializeToString())[1] == 1000


def test_counting_stops_at_the_limit() -> None:
    read, count = counted(pb.PredictRequest, b"\x1a\x00" * 100_000, limit=1_000)
    assert count == 1_001
    assert read == 2 * count


def test_a_message_with_too_many_elements_is_rejected_with_an_estimate() -> None:
    content = b"\x1a\x00" * 50_000
    check_element_count(pb.PredictRequest, content, 50_000)
    with pytest.raises(LimitExceeded, match=r"about 50,000 messages.* limit of 49,999") as raised:
        check_element_count(pb.PredictRequest, content, 49_999)
    assert raised.value.metadata == {"limit": "message_elements", "value": "49999"}
