"""Calls end when their client goes away, at a deadline, and when the server stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import grpc
import pytest
from calls import settings as training
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from computations import Computation
from patience import PATIENCE

from service import app
from service.app import Addresses, Server
from service.settings import Settings
from service.use_cases.evaluations import Evaluations
from training.errors import CallCancelled, DeadlineExceeded
from training.limits import Limits
from training.trainer import Trainer

SETTINGS = Settings(
    "127.0.0.1:0", "127.0.0.1:0", database="memory:", limits=Limits(computing_calls=1)
)
REQUEST = pb.EvaluateRequest(network="net", training_set="xor")
HEAD = b"POST /v1/networks/net:evaluate HTTP/1.1\r\nHost: localhost\r\n"
HEAD += b"Content-Type: application/json\r\nContent-Length: 21\r\n\r\n"
BODY = b'{"trainingSet":"xor"}'


class Here:
    """A server in this process, whose evaluations are computations of the test."""

    def __init__(self, server: Server, addresses: Addresses, computation: Computation) -> None:
        self.server = server
        self.computation = computation
        self.host, _, port = str(addresses.http).rpartition(":")
        self.port = int(port)
        self.channel = grpc.aio.insecure_channel(addresses.grpc)
        self.stub: Any = TrainingServiceStub(
            self.channel
        )  # its types are those of calls that block
        self.has_stopped = False

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port)

    async def stop(self) -> bool:
        self.has_stopped = True
        return await self.server.stop()


async def started(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Here:
    computation = Computation()
    monkeypatch.setattr(Evaluations, "evaluate", computation)
    server = Server(settings, asyncio.get_running_loop())
    return Here(server, await server.start(), computation)


@pytest.fixture
async def here(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Here]:
    here = await started(monkeypatch, SETTINGS)
    yield here
    here.computation.may_end.set()
    await here.channel.close()
    if not here.has_stopped:
        await here.stop()
    assert caplog.text == ""


async def test_an_http_client_that_goes_away_ends_its_computation(here: Here) -> None:
    _, writer = await here.connect()
    writer.write(HEAD + BODY)
    await here.computation.has_begun()
    writer.close()
    await here.computation.has_ended()
    assert isinstance(here.computation.error, CallCancelled)


async def test_a_client_that_goes_away_after_a_large_body_is_noticed(here: Here) -> None:
    # The server stops reading while it has much of a body that is not used yet.
    body = BODY[:-1] + b" " * 500_000 + b"}"
    _, writer = await here.connect()
    writer.write(HEAD.replace(b"21", b"%d" % len(body)) + body)
    await here.computation.has_begun()
    writer.close()
    await here.computation.has_ended()


async def test_pipelined_requests_are_answered_after_each_other(here: Here) -> None:
    reader, writer = await here.connect()
    info = b"GET /v1/server HTTP/1.1\r\nHost: localhost\r\n\r\n"
    writer.write(HEAD + BODY + info + info)
    await here.computation.has_begun()
    here.computation.may_end.set()
    for _ in range(3):
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    writer.close()


async def test_a_grpc_client_that_cancels_ends_its_computation(here: Here) -> None:
    call = here.stub.Evaluate(REQUEST)
    await here.computation.has_begun()
    call.cancel()
    await here.computation.has_ended()
    assert isinstance(here.computation.error, CallCancelled)


async def test_the_deadline_of_a_client_ends_its_computation(here: Here) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as exceeded:
        await here.stub.Evaluate(REQUEST, timeout=0.2)
    assert exceeded.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    if here.computation.begun.is_set():
        await here.computation.has_ended()


async def test_the_deadline_of_the_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(SETTINGS, limits=Limits(computing_seconds=1))
    here = await started(monkeypatch, settings)
    with pytest.raises(grpc.aio.AioRpcError) as exceeded:
        await here.stub.Evaluate(REQUEST)
    assert exceeded.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "longer than 1 s" in str(exceeded.value.details())
    await here.computation.has_ended()
    assert isinstance(here.computation.error, DeadlineExceeded)
    await here.channel.close()
    assert await here.stop()


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_a_server_that_stops_waits_for_no_computation(here: Here, *, is_deaf: bool) -> None:
    here.computation.is_deaf = is_deaf
    call = here.stub.Evaluate(REQUEST)
    await here.computation.has_begun()
    waiting = here.stub.Evaluate(REQUEST)
    _, writer = await here.connect()
    with closing(writer):
        writer.write(HEAD + BODY)
        # A call that gRPC has not given to the service when it stops would end with CANCELLED.
        async with asyncio.timeout(PATIENCE):
            while len(here.server.admission._calls) < 3:  # noqa: ASYNC110 (has no event)
                await asyncio.sleep(0)
            assert await here.stop() is not is_deaf
        for each in (call, waiting):
            assert await each.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_server_that_stops_waits_only_so_long_for_a_run(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_GRACE_SECONDS", 0.2)
    here.computation.is_deaf = True
    await here.stub.CreateNetwork(pb.CreateNetworkRequest(network="net", layer_sizes=[2, 1]))
    monkeypatch.setattr(Trainer, "advance", here.computation)
    await here.stub.Train(pb.TrainRequest(network="net", settings=training("xor", epochs=10)))
    await here.computation.has_begun()
    async with asyncio.timeout(PATIENCE):
        assert not await here.stop()
