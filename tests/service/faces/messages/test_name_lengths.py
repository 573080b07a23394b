"""Names in requests that are too long to be valid are rejected without being repeated."""

import pytest
from any_message import REQUESTS, messages
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from service.faces.messages.name_lengths import check_name_lengths
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
