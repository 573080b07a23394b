"""Every method and every route refuses callers without the scope that the contract requires."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import grpc
import pytest
import pytest_asyncio
from access_matrix import (
    check_methods,
    check_reflection,
    check_routes,
    http,
    metadata,
    untyped_stub,
)
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.access_pb2 import Scope as ScopeNumber
from grpc_health.v1 import health_pb2, health_pb2_grpc

from service.access.secret import digest_of, new_secret
from service.app import Addresses, Server
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
    def stub(self) -> Any:
        return untyped_stub(self.channel)

    async def http(self, target: str, header: str | None) -> tuple[int, str, bytes]:
        return await http(self.addresses.http, target, header)


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
            pb.RevokeTokenRequest(name="revoked"), metadata=header("admin")
        )
        yield guarded
    await server.stop()


def header(caller: str) -> list[tuple[str, str]]:
    """Return the metadata of a caller."""
    return metadata(CALLERS[caller][0])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_every_method_admits_only_its_scope(guarded: Open, caller: str) -> None:
    value, scope = CALLERS[caller]
    await check_methods(guarded.stub, scope, value)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_every_route_admits_only_its_scope(guarded: Open, caller: str) -> None:
    value, scope = CALLERS[caller]
    await check_routes(guarded.addresses.http, scope, value)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/", "/web/app.js", "/docs", "/openapi.json", "/favicon.ico"])
async def test_pages_without_data_need_nobody(guarded: Open, path: str) -> None:
    code, _, _ = await guarded.http(f"GET {path}", None)
    assert code == 200


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_metrics_require_the_scope_read(guarded: Open, caller: str) -> None:
    value, scope = CALLERS[caller]
    code, _, _ = await guarded.http("GET /metrics", value)
    assert code == (401 if scope is None else 200)


@pytest.mark.asyncio(loop_scope="module")
async def test_health_needs_nobody(guarded: Open) -> None:
    health: Any = health_pb2_grpc.HealthStub(guarded.channel)
    answer = await health.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("caller", CALLERS)
async def test_reflection_requires_the_scope_read(guarded: Open, caller: str) -> None:
    value, scope = CALLERS[caller]
    await check_reflection(guarded.channel, scope, value)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_refusal_does_not_depend_on_what_exists(guarded: Open) -> None:
    create = pb.CreateNetworkRequest(network="there", layer_sizes=[2, 1])
    await guarded.stub.CreateNetwork(create, metadata=header("train"))

    for caller in ("nobody", "unknown", "read"):
        answers = [
            await guarded.http(f"DELETE /v1/networks/{name}", CALLERS[caller][0])
            for name in ("there", "missing")
        ]
        assert answers[0][2] == answers[1][2]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("face", ["grpc", "http"])
async def test_the_scope_train_deletes_only_networks_of_the_same_caller(
    guarded: Open, face: str
) -> None:
    for creator in ("train", "admin"):
        create = pb.CreateNetworkRequest(network=f"of-{creator}", layer_sizes=[2, 1])
        await guarded.stub.CreateNetwork(create, metadata=header(creator))

    async def code_of_deleting(network: str, caller: str) -> grpc.StatusCode | int:
        if face == "http":
            target = f"DELETE /v1/networks/{network}"
            return (await guarded.http(target, CALLERS[caller][0]))[0]
        request = pb.DeleteNetworkRequest(network=network)
        try:
            await guarded.stub.DeleteNetwork(request, metadata=header(caller))
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK

    deleted = 200 if face == "http" else grpc.StatusCode.OK
    refused = 403 if face == "http" else grpc.StatusCode.PERMISSION_DENIED
    assert await code_of_deleting("of-train", "read") == refused
    assert await code_of_deleting("of-admin", "train") == refused
    assert await code_of_deleting("of-train", "train") == deleted
    assert await code_of_deleting("of-admin", "admin") == deleted
    await guarded.stub.CreateNetwork(
        pb.CreateNetworkRequest(network="of-train", layer_sizes=[2, 1]), metadata=header("train")
    )
    assert await code_of_deleting("of-train", "admin") == deleted


@pytest.mark.asyncio(loop_scope="module")
async def test_a_ticket_can_be_used_once_and_for_streams_only(guarded: Open) -> None:
    ticket = await guarded.stub.CreateTicket(pb.CreateTicketRequest(), metadata=header("read"))
    query = urlencode({"ticket": ticket.ticket})
    code, _, _ = await guarded.http(f"GET /v1/networks?{query}", None)
    assert code == 401
    stream = f"/v1/networks/missing:verify?{query}"
    assert [(await guarded.http(f"GET {stream}", None))[0] for _ in range(2)] == [404, 401]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_secret_is_stored_only_as_a_digest(guarded: Open) -> None:
    create = pb.CreateTokenRequest(
        name="stored", scope=ScopeNumber.SCOPE_TRAIN, lifetime_seconds=60
    )
    created = await guarded.stub.CreateToken(create, metadata=header("admin"))
    with guarded.server.store.read() as reader:
        (stored,) = [each for each in reader.tokens("", 100) if each.name == "stored"]
    listed = await guarded.stub.ListTokens(pb.ListTokensRequest(), metadata=header("admin"))

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
        await guarded.stub.CreateToken(request_, metadata=header("admin"))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
