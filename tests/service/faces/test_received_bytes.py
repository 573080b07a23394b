"""The bytes of requests are limited, together and for each client."""

import asyncio

import pytest

from service.faces.received_bytes import SMALL_BYTES, HeldBytes, ReceivedBytes
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


async def begin(held: HeldBytes) -> None:
    if not held.begin():
        await held.turn()


async def test_few_requests_of_a_client_are_received_at_the_same_time() -> None:
    limits = Limits(received_bytes_of_client=5 * MIB, request_bytes=2 * MIB, calls_of_client=2)
    received = ReceivedBytes(limits)
    held = [received.hold("a") for _ in range(5)]
    await begin(held[0])
    await begin(held[1])
    await begin(received.hold("b"))  # another client has its own
    waiting = [asyncio.create_task(begin(each)) for each in held[2:4]]
    await asyncio.sleep(0)
    with pytest.raises(TooManyCalls, match="wait until their requests are received"):
        await begin(held[4])
    held[0].arrive(2 * MIB)
    held[1].arrive(10)
    await waiting[0]  # only one of the largest fits into the rest
    assert not waiting[1].done()
    held[0].set(0)
    await waiting[1]


async def test_a_request_of_a_call_that_was_cancelled_does_not_wait_any_more() -> None:
    received = ReceivedBytes(Limits(received_bytes_of_client=MIB, request_bytes=MIB))
    first, second, third = (received.hold("a") for _ in range(3))
    await begin(first)
    waiting = asyncio.create_task(begin(second))
    begun = asyncio.create_task(begin(third))
    await asyncio.sleep(0)
    waiting.cancel()
    first.arrive(0)
    await begun
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with third:
        pass
    assert received._clients == {}
