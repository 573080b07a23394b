"""gRPC requests are received within the limits of bytes and time, and counted before parsing."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import pytest
from calls import Refusal, refusal
from clearprop.v1 import training_service_pb2 as pb

from service.app import Server
from service.faces.error_table import status_of
from service.faces.grpc import requests
from service.settings import Settings
from training.limits import Limits

SERVICE = "/clearprop.v1.TrainingService/"
MIB = 2**20


@pytest.fixture
async def target() -> AsyncIterator[str]:
    limits = Limits(
        received_bytes_of_client=10 * MIB,
        request_bytes=4 * MIB,
        body_seconds=1,
        message_elements=1000,
    )
    server = Server(
        Settings("127.0.0.1:0", "off", database="memory:", limits=limits),
        asyncio.get_running_loop(),
    )
    yield (await server.start()).grpc
    await server.stop()


@pytest.fixture
async def channel(target: str) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(target) as channel:
        yield channel


def call(channel: Any, method: str, contents: list[bytes] | None) -> Any:
    """Call a method with any bytes as its requests; None sends nothing and does not end."""
    requests: Iterator[bytes] | None = None if contents is None else iter(contents)
    return channel.stream_unary(SERVICE + method)(requests)


async def refused(call: Any) -> Refusal:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    return refusal(raised.value)


@pytest.mark.parametrize("method", ["Predict", "UploadTrainingSet"])
async def test_a_request_with_too_many_elements_is_rejected(
    channel: grpc.aio.Channel, method: str
) -> None:
    content = b"\x1a\x00" * MIB
    error = await refused(call(channel, method, [content]))
    assert error.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert error.metadata == {"limit": "message_elements", "value": "1000"}


async def test_a_long_request_is_parsed_outside_of_the_event_loop(
    channel: grpc.aio.Channel,
) -> None:
    request = pb.CreateTrainingSetRequest(examples=[])
    example = request.examples.add()
    example.inputs.extend([1.0] * 60_000)
    example.targets.append(1.0)
    content = request.SerializeToString()
    assert len(content) > requests._LONGEST_IN_LOOP
    response = await call(channel, "CreateTrainingSet", [content])
    created = pb.CreateTrainingSetResponse.FromString(response)
    assert created.training_set.input_count == 60_000


async def test_a_call_without_a_request_is_rejected(channel: grpc.aio.Channel) -> None:
    error = await refused(call(channel, "GetNetwork", []))
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "GetNetworkRequest is missing" in error.message


@pytest.fixture
def _slow_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_SLOW_SECONDS", 0.05)


@pytest.mark.usefixtures("_slow_early")
async def test_calls_that_send_nothing_end(channel: grpc.aio.Channel) -> None:
    silent = [call(channel, "GetNetwork", None) for _ in range(4)]
    errors = await asyncio.gather(*map(refused, silent))
    # Two of them count with 4 MiB each, and the limit is 10 MiB.
    codes = sorted(error.code.name for error in errors)
    assert codes == ["RESOURCE_EXHAUSTED"] * 2 + ["UNAVAILABLE"] * 2
    assert {error.metadata["limit"] for error in errors} == {
        "body_seconds",
        "received_bytes_of_client",
    }
    await call(channel, "GetServerInfo", [b""])


@pytest.fixture
def _uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_uncollected")
@pytest.mark.parametrize(
    ("method", "content"),
    [
        ("GetNetwork", b"\x0a\x04none"),
        ("WatchUpdates", b"\x0a\x04none"),
        ("UploadTrainingSet", b"\x0a\x04none"),
        ("Predict", b"\x1a\x00" * MIB),
        ("CreateTrainingSet", b"\x1a\x00" * MIB),
    ],
)
async def test_a_refused_request_is_freed_at_once(
    channel: grpc.aio.Channel, monkeypatch: pytest.MonkeyPatch, method: str, content: bytes
) -> None:
    errors: list[weakref.ref[Exception]] = []

    def noted(error: Any) -> Any:
        errors.append(weakref.ref(error))  # its traceback refers to the request
        return status_of(error)

    monkeypatch.setattr("service.faces.grpc.statuses.status_of", noted)
    streaming: Any = channel.stream_stream(SERVICE + method)
    with pytest.raises(grpc.aio.AioRpcError):
        await streaming(iter([content])).read()
    for _ in range(600):
        if errors and not any(getattr(each(), "__traceback__", None) for each in errors):
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the error of a refused call still refers to the request")
