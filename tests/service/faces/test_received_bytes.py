"""The bytes of requests are limited, together and for each client."""

import pytest

from service.faces.received_bytes import SMALL_BYTES, ReceivedBytes
from training.errors import TooManyCalls
from training.limits import Limits

MIB = 2**20
LIMITS = Limits(received_bytes=3 * MIB, received_bytes_of_client=2 * MIB)


def test_a_client_cannot_take_the_bytes_of_others() -> None:
    received = ReceivedBytes(LIMITS)
    with received.hold("a") as first, received.hold("a") as second, received.hold("b") as other:
        first.set(MIB)
        first.set(2 * MIB)
        with pytest.raises(TooManyCalls) as raised:
            second.set(MIB)
        assert raised.value.metadata == {
            "limit": "received_bytes_of_client",
            "value": str(2 * MIB),
        }
        other.set(MIB)
        assert received.total == 3 * MIB
        with received.hold("c") as third, pytest.raises(TooManyCalls) as raised:
            third.set(MIB)
        assert raised.value.metadata["limit"] == "received_bytes"
        first.set(MIB)
        second.set(MIB)
    assert received.total == 0


def test_small_requests_do_not_count() -> None:
    received = ReceivedBytes(LIMITS)
    with received.hold("a") as held:
        held.set(SMALL_BYTES - 1)
        assert received.total == 0
