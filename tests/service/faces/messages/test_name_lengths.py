"""Names in requests that are too long to be valid are rejected without being repeated."""

from contextlib import suppress

import pytest
from any_message import REQUESTS, messages
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from service.faces.messages.name_lengths import check_first_names, check_name_lengths
from training.errors import InvalidFields

LONG = "\0" * 2**20


def test_each_long_name_is_reported_by_its_path() -> None:
    settings = run_pb2.TrainingSettings(training_set=LONG)
    with pytest.raises(InvalidFields) as raised:
        check_name_lengths(pb.TrainRequest(network=LONG, settings=settings, etag="e" * 1000))
    assert [each.field for each in raised.value.violations] == [
        "network",
        "settings.training_set",
    ]
    assert str(raised.value) == (
        "network: must have at most 1,000 characters;"
        " settings.training_set: must have at most 1,000 characters"
    )


@given(st.sampled_from(REQUESTS).flatmap(lambda kind: messages(kind.DESCRIPTOR)))
def test_short_names_are_accepted_in_every_request(request_: Message) -> None:
    check_name_lengths(request_)


def test_a_long_name_is_rejected_before_the_request_is_parsed() -> None:
    content = pb.GetStateRequest(network=LONG, update=7).SerializeToString()
    with pytest.raises(InvalidFields, match=r"^network: must have at most 1,000 characters$"):
        check_first_names(pb.GetStateRequest, content)
    check_first_names(
        pb.GetStateRequest, pb.GetStateRequest(network="n" * 4000).SerializeToString()
    )


@given(
    st.sampled_from(REQUESTS).flatmap(
        lambda kind: st.tuples(st.just(kind), messages(kind.DESCRIPTOR))
    ),
    st.binary(max_size=30).map(lambda content: content + bytes(5_000)),
)
def test_the_first_names_of_any_bytes_can_be_checked(
    request_: tuple[type[Message], Message], other: bytes
) -> None:
    kind, message = request_
    check_first_names(kind, message.SerializeToString())
    with suppress(InvalidFields):
        check_first_names(kind, other)
