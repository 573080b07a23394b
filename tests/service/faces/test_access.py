"""Every method and every route refuses callers without the scope that the contract requires."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import grpc
import pytest
import pytest_asyncio
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.access_pb2 import Scope as ScopeNumber
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from openapi_documents import served_routes

from service.access.secret import digest_of, new_secret
from service.app import Addresses, Server
from service.faces.messages.scopes import required_scope
from service.faces.rpcs import SERVICE
from service.settings import Settings
from training.access import Scope, Token

SETTINGS = Settings("127.0.0.1:0", "127.0.0.1:0", database="memory:", auth="required")
SECRETS = {
    name: new_secret() for name in ("unknown", "expired", "revoked", "read", "train", "admin")
}
#: The authorization header of each kind of caller, and the scope that it has.
CALLERS: dict[str, tuple[str | None, Scope | None]] = {
    "nobody": (None, None),
    "bad": ("Basic YTpi", None),
    "mistyped": (f"Bearer {SECRETS['admin'][:-1]}", None),
    **{name: (f"Bearer {SECRETS[name]}", None) for name in ("unknown", "expired", "revoked")},
    **{scope.value: (f"Bearer {SECRETS[scope.value]}", scope) for scope in Scope},
}


@dataclass(frozen=True)
class Open:
    """A server in this process that requires authentication, with a token for each caller."""

    server: Server
    addresses: Addresses
    channel: grpc.aio.Channel

    @property
    def stub(self) -> Any:  # its types are those of calls that block
        return TrainingServiceStub(self.channel)

    async def http(self, verb: str, path: str, header: str | None) -> tuple[int, str, bytes]:
        """Return the status, the head and the body of an answer; the request has an empty body."""
        reader, writer = await asyncio.open_connection(*str(self.addresses.http).split(":"))
        lines = [f"{verb} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"Authorization: {header}"] if header else []
        if verb not in {"GET", "DELETE"}:
            lines += ["Content-Type: application/json", "Content-Length: 2"]
        writer.write("\r\n".join([*lines, "", "" if verb in {"GET", "DELETE"} else "{}"]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        body = await reader.read()
        writer.close()
        return int(head.split()[1]), head, body


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded() -> AsyncIterator[Open]:
    server = Server(SETTINGS, asyncio.get_running_loop())
    now = datetime.now(UTC)

    def add(writer: Any) -> None:
        for name in ("expired", "revoked", "read", "train", "admin"):
            expires = now - timedelta(seconds=1) if name == "expired" else None
            scope = Scope(name) if name in {each.value for each in Scope} else Scope.ADMIN
            writer.add_token(Token(name, scope, digest_of(SECRETS[name]), now, expires))

    server.store.write(add).result()
    addresses = await server.start()
    async with grpc.aio.insecure_channel(addresses.grpc) as channel:
        guarded = Open(server, addresses, channel)
        await guarded.stub.RevokeToken(
            pb.RevokeTokenRequest(name="revoked"), metadata=metadata("admin")
        )
        yield guarded
    await server.stop()


def metadata(caller: str) -> list[tuple[str, str]]:
    header, _ = CALLERS[caller]
    return [("authorization", header)] if header else []


async def code_of(stub: Any, method: Any, caller: str) -> grpc.StatusCode:
    """Return the code of a call with an empty request, of which an allowed one may be refused."""
    request = GetMessageClass(method.input_type)()
    call = getattr(stub, method.name)
    sent = iter([request]) if method.client_streaming else request
    answer = call(sent, metadata=metadata(caller), timeout=10)
    try:
        if method.server_streaming:
            async for _ in answer:
                break
        else:
            await answer
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


REFUSALS = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_every_method_admits_only_its_scope(guarded: Open, caller: str) -> None:
    _, scope = CALLERS[caller]
    for method in SERVICE.methods:
        code = await code_of(guarded.stub, method, caller)
        if scope is None:
            assert code is grpc.StatusCode.UNAUTHENTICATED, method.name
        elif not scope.includes(required_scope(method)):
            assert code is grpc.StatusCode.PERMISSION_DENIED, method.name
        else:
            assert code not in REFUSALS, method.name


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_every_route_admits_only_its_scope(guarded: Open, caller: str) -> None:
    header, scope = CALLERS[caller]
    for route in served_routes():
        path = route.path.format(**dict.fromkeys(route.bound, "1"))
        code, head, body = await guarded.http(route.method, path, header)
        challenge = 'www-authenticate: Bearer realm="clearprop"'
        if scope is None:
            assert code == 401, route
            assert challenge in head
            assert json.loads(body)["error"]["status"] == "UNAUTHENTICATED"
        elif not scope.includes(route.rpc.scope):
            assert code == 403, route
            assert (
                f'{challenge}, error="insufficient_scope", scope="{route.rpc.scope.value}"' in head
            )
            assert json.loads(body)["error"]["details"][0]["reason"] == "SCOPE_REQUIRED"
        else:
            assert code not in {401, 403}, route


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/", "/web/app.js", "/docs", "/openapi.json", "/favicon.ico"])
async def test_pages_without_data_need_nobody(guarded: Open, path: str) -> None:
    code, _, _ = await guarded.http("GET", path, None)
    assert code == 200


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_metrics_require_the_scope_read(guarded: Open, caller: str) -> None:
    header, scope = CALLERS[caller]
    code, _, _ = await guarded.http("GET", "/metrics", header)
    assert code == (401 if scope is None else 200)


@pytest.mark.asyncio(loop_scope="module")
async def test_health_needs_nobody(guarded: Open) -> None:
    health: Any = health_pb2_grpc.HealthStub(guarded.channel)
    answer = await health.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_reflection_requires_the_scope_read(guarded: Open, caller: str) -> None:
    channel: Any = guarded.channel
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    call = stub.ServerReflectionInfo(iter([request]), metadata=metadata(caller))
    if CALLERS[caller][1] is None:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call.read()
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    else:
        names = {each.name for each in (await call.read()).list_services_response.service}
        assert SERVICE.full_name in names


@pytest.mark.asyncio(loop_scope="module")
async def test_a_refusal_does_not_depend_on_what_exists(guarded: Open) -> None:
    create = pb.CreateNetworkRequest(network="there", layer_sizes=[2, 1])
    await guarded.stub.CreateNetwork(create, metadata=metadata("train"))

    for caller in ("nobody", "unknown", "read"):
        answers = [
            await guarded.http("DELETE", f"/v1/networks/{name}", CALLERS[caller][0])
            for name in ("there", "missing")
        ]
        assert answers[0][2] == answers[1][2]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_stream_ends_when_its_token_is_revoked(guarded: Open) -> None:
    token = await guarded.stub.CreateToken(
        pb.CreateTokenRequest(name="short", scope=ScopeNumber.SCOPE_READ),
        metadata=metadata("admin"),
    )
    headers = [("authorization", f"bearer {token.secret}")]
    create = pb.CreateNetworkRequest(network="watched", layer_sizes=[2, 1])
    await guarded.stub.CreateNetwork(create, metadata=metadata("train"))
    watch = guarded.stub.WatchUpdates(pb.WatchUpdatesRequest(network="watched"), metadata=headers)
    await watch.read()
    ticket = await guarded.stub.CreateTicket(pb.CreateTicketRequest(), metadata=headers)
    path = f"/v1/networks/watched/updates:watch?{urlencode({'ticket': ticket.ticket})}"
    events = asyncio.ensure_future(guarded.http("GET", path, None))
    await asyncio.sleep(0.2)
    await guarded.stub.RevokeToken(pb.RevokeTokenRequest(name="short"), metadata=metadata("admin"))

    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await asyncio.wait_for(watch.read(), 1)
    assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
    code, _, body = await asyncio.wait_for(events, 1)
    assert code == 200
    assert b"event: error" in body
    assert b"UNAUTHENTICATED" in body


@pytest.mark.asyncio(loop_scope="module")
async def test_a_ticket_can_be_used_once_and_for_streams_only(guarded: Open) -> None:
    ticket = await guarded.stub.CreateTicket(pb.CreateTicketRequest(), metadata=metadata("read"))
    query = urlencode({"ticket": ticket.ticket})
    code, _, _ = await guarded.http("GET", f"/v1/networks?{query}", None)
    assert code == 401
    stream = f"/v1/networks/missing:verify?{query}"
    assert [(await guarded.http("GET", stream, None))[0] for _ in range(2)] == [404, 401]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_secret_is_stored_only_as_a_digest(guarded: Open) -> None:
    create = pb.CreateTokenRequest(
        name="stored", scope=ScopeNumber.SCOPE_TRAIN, lifetime_seconds=60
    )
    created = await guarded.stub.CreateToken(create, metadata=metadata("admin"))
    with guarded.server.store.read() as reader:
        (stored,) = [each for each in reader.tokens("", 100) if each.name == "stored"]
    listed = await guarded.stub.ListTokens(pb.ListTokensRequest(), metadata=metadata("admin"))

    assert created.secret not in repr(stored)
    assert stored.digest == digest_of(created.secret)
    assert created.secret not in str(listed)
    assert "stored" in [each.name for each in listed.tokens]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.CreateTokenRequest(name="ok", scope=ScopeNumber.SCOPE_UNSPECIFIED), "scope"),
        (pb.CreateTokenRequest(name="Bad", scope=ScopeNumber.SCOPE_READ), "name"),
        (
            pb.CreateTokenRequest(name="a", scope=ScopeNumber.SCOPE_READ, lifetime_seconds=-1),
            "lifetime_seconds",
        ),
    ],
)
async def test_an_invalid_token_is_refused(
    guarded: Open, request_: pb.CreateTokenRequest, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match=field) as refused:
        await guarded.stub.CreateToken(request_, metadata=metadata("admin"))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
