"""What a caller has begun ends when its token is revoked, except calls that end soon anyway."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import grpc
import pytest
import pytest_asyncio
from access_matrix import answered, http, metadata, untyped_stub
from calls import settings
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.access_pb2 import SCOPE_TRAIN
from computations import Computation
from patience import PATIENCE

from service.access.secret import digest_of, new_secret
from service.app import Addresses, Server
from service.clock import SystemClock
from service.execution.outcomes import Outcomes
from service.settings import Settings
from service.use_cases.evaluations import Evaluations
from service.use_cases.networks import Networks
from service.use_cases.verification import Verification
from training.access import Scope, Token
from training.errors import CallCancelled

ADMIN = f"Bearer {new_secret()}"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Open:
    """A server in this process that requires authentication, with the network `net`."""

    addresses: Addresses
    stub: Any

    async def token(self) -> str:
        """Create the token `short`; return its header."""
        request = pb.CreateTokenRequest(name="short", scope=SCOPE_TRAIN)
        created = await self.stub.CreateToken(request, metadata=metadata(ADMIN))
        return f"bearer {created.secret}"

    async def revoke(self) -> None:
        request = pb.RevokeTokenRequest(name="short")
        await self.stub.RevokeToken(request, metadata=metadata(ADMIN))

    async def http(self, target: str, header: str | None) -> tuple[int, bytes]:
        code, _, body = await http(self.addresses.http, target, header)
        return code, body


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded() -> AsyncIterator[Open]:
    required = Settings("127.0.0.1:0", "127.0.0.1:0", database="memory:", auth="required")
    server = Server(required, asyncio.get_running_loop())
    digest = digest_of(ADMIN.removeprefix("Bearer "))
    token = Token("admin", Scope.ADMIN, digest, SystemClock().now(), None)
    server.store.write(lambda writer: writer.add_token(token)).result()
    addresses = await server.start()
    async with grpc.aio.insecure_channel(addresses.grpc) as channel:
        opened = Open(addresses, untyped_stub(channel))
        create = pb.CreateNetworkRequest(network="net", layer_sizes=[2, 1])
        await opened.stub.CreateNetwork(create, metadata=metadata(ADMIN))
        yield opened
    await server.stop()


@pytest.fixture
def computation() -> Iterator[Computation]:
    computation = Computation()
    yield computation
    computation.may_end.set()


async def test_a_stream_ends(guarded: Open) -> None:
    header = await guarded.token()
    request = pb.WatchUpdatesRequest(network="net")
    watch = guarded.stub.WatchUpdates(request, metadata=metadata(header))
    await watch.read()
    ticket = await guarded.stub.CreateTicket(pb.CreateTicketRequest(), metadata=metadata(header))
    path = f"/v1/networks/net/updates:watch?{urlencode({'ticket': ticket.ticket})}"
    async with answered(guarded.addresses.http, f"GET {path}") as (head, events):
        assert head.startswith("HTTP/1.1 200 ")
        await guarded.revoke()

        await _is_unauthenticated(watch.read())
        body = await asyncio.wait_for(events.read(), PATIENCE)
    assert b"event: error" in body
    assert b"UNAUTHENTICATED" in body


async def test_a_computation_ends(
    guarded: Open, computation: Computation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Evaluations, "evaluate", computation)
    for face in ("grpc", "http"):
        computation.begun.clear()
        header = await guarded.token()
        request = pb.EvaluateRequest(network="net", training_set="xor")
        call = (
            guarded.stub.Evaluate(request, metadata=metadata(header))
            if face == "grpc"
            else asyncio.ensure_future(guarded.http("POST /v1/networks/net:evaluate", header))
        )
        await computation.has_begun()
        await guarded.revoke()

        if face == "grpc":
            await _is_unauthenticated(call)
        else:
            code, body = await asyncio.wait_for(call, PATIENCE)
            assert code == 401
            assert b"have expired, or were revoked" in body
        await computation.has_ended()
        assert isinstance(computation.error, CallCancelled)


async def test_the_beginning_of_a_stream_ends(
    guarded: Open, computation: Computation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verify(*_: Any) -> Iterator[str]:
        yield computation()

    monkeypatch.setattr(Verification, "verify", verify)
    header = await guarded.token()
    request = pb.VerifyHistoryRequest(network="net")
    call = guarded.stub.VerifyHistory(request, metadata=metadata(header))
    reading = asyncio.ensure_future(call.read())
    await computation.has_begun()
    await guarded.revoke()
    await _is_unauthenticated(reading)
    await computation.has_ended()


async def test_waiting_for_a_run_ends_and_what_was_begun_continues(
    guarded: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, may_end, is_waiting = Outcomes.wait, asyncio.Event(), asyncio.Event()

    async def waiting(*args: Any) -> Any:
        is_waiting.set()
        await may_end.wait()
        return await wait(*args)

    monkeypatch.setattr(Outcomes, "wait", waiting)
    header = await guarded.token()
    request = pb.StepRequest(
        network="net", count=9_000, settings=settings(epochs=9_000), request_id="steps"
    )
    call = guarded.stub.Step(request, metadata=metadata(header))
    await asyncio.wait_for(is_waiting.wait(), PATIENCE)
    await guarded.revoke()
    await _is_unauthenticated(call)

    may_end.set()
    repeated = await guarded.stub.Step(request, metadata=metadata(ADMIN))
    assert repeated.run.updates_done == 9_000


async def test_a_quick_call_ends_as_if_nothing_had_happened(
    guarded: Open, computation: Computation, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = Networks.get

    def slow(*args: Any) -> Any:
        computation()
        return get(*args)

    monkeypatch.setattr(Networks, "get", slow)
    header = await guarded.token()
    call = guarded.stub.GetNetwork(pb.GetNetworkRequest(network="net"), metadata=metadata(header))
    await computation.has_begun()
    await guarded.revoke()
    await asyncio.sleep(0.1)
    computation.may_end.set()
    assert (await call).network.network == "net"


async def test_a_request_that_arrives_after_that_has_no_effect(guarded: Open) -> None:
    header = await guarded.token()
    reader, writer = await asyncio.open_connection(*str(guarded.addresses.http).split(":"))
    body = b'{"network":"late","layerSizes":["2","1"]}'
    head = f"Host: localhost\r\nAuthorization: {header}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(f"POST /v1/networks HTTP/1.1\r\n{head}".encode() + body[:9])
    await asyncio.sleep(0.1)
    await guarded.revoke()
    writer.write(body[9:])
    assert (await reader.read()).startswith(b"HTTP/1.1 401 ")
    writer.close()
    code, _ = await guarded.http("GET /v1/networks/late", ADMIN)
    assert code == 404


async def _is_unauthenticated(answer: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await asyncio.wait_for(answer, PATIENCE)
    assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
