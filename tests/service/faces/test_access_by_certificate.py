"""Every method and every route refuses client certificates without the required scope."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from access_matrix import check_methods, check_reflection, check_routes, code_of, http, untyped_stub
from certificates import Authority, Issued
from openapi_documents import served_routes

from service.access.secret import digest_of, new_secret
from service.app import Addresses, Server
from service.clock import SystemClock
from service.faces.rpcs import SERVICE
from service.settings import Settings
from training.access import Scope, Token

AUTHORITY, CLIENTS = Authority(), Authority("Authority of clients")

#: The certificate of each kind of caller, and the scope that it has.
CALLERS: dict[str, tuple[Issued, Scope | None]] = {
    "without a name": (CLIENTS.issue("", ()), None),
    "another name": (CLIENTS.issue("someone"), Scope.READ),
    **{f"named for {scope.value}": (CLIENTS.issue(f"a-{scope.value}"), scope) for scope in Scope},
}
STRANGER = Authority("Authority of strangers").issue("a-admin")
SECRET = new_secret()

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Open:
    """A server in this process that accepts client certificates."""

    addresses: Addresses
    folder: Path

    def channel(self, client: Issued) -> grpc.aio.Channel:
        credentials = grpc.ssl_channel_credentials(AUTHORITY.pem, client.key_pem, client.cert_pem)
        return grpc.aio.secure_channel(self.addresses.grpc, credentials)

    def tls(self, client: Issued | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=AUTHORITY.pem.decode())
        if client is not None:
            paths = self.folder / "client.pem", self.folder / "client.key"
            client.write(*paths)
            context.load_cert_chain(*paths)
        return context


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Open]:
    folder = tmp_path_factory.mktemp("certificates")
    AUTHORITY.issue("server").write(folder / "cert.pem", folder / "key.pem")
    (folder / "clients.pem").write_bytes(CLIENTS.pem)
    settings = Settings(
        *("127.0.0.1:0", "127.0.0.1:0"),
        database="memory:",
        tls_cert=str(folder / "cert.pem"),
        tls_key=str(folder / "key.pem"),
        client_ca=str(folder / "clients.pem"),
        client_scope=tuple(f"a-{scope.value}={scope.value}" for scope in Scope),
    )
    server = Server(settings, asyncio.get_running_loop())
    token = Token("ci", Scope.READ, digest_of(SECRET), SystemClock().now(), None)
    server.store.write(lambda writer: writer.add_token(token)).result()
    yield Open(await server.start(), folder)
    await server.stop()


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_method_admits_only_its_scope(guarded: Open, caller: str) -> None:
    client, scope = CALLERS[caller]
    async with guarded.channel(client) as channel:
        await check_methods(untyped_stub(channel), scope)


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_route_admits_only_its_scope(guarded: Open, caller: str) -> None:
    client, scope = CALLERS[caller]
    await check_routes(guarded.addresses.http, scope, tls=guarded.tls(client))


@pytest.mark.parametrize("caller", CALLERS)
async def test_metrics_and_reflection_require_the_scope_read(guarded: Open, caller: str) -> None:
    client, scope = CALLERS[caller]
    tls = guarded.tls(client)
    code, _, _ = await http(guarded.addresses.http, "GET /metrics", tls=tls)
    assert code == (401 if scope is None else 200)
    async with guarded.channel(client) as channel:
        await check_reflection(channel, scope)


async def test_nobody_without_a_certificate_of_the_authority_reaches_a_method(
    guarded: Open,
) -> None:
    header = f"Bearer {SECRET}"
    async with guarded.channel(STRANGER) as channel:
        for method in SERVICE.methods:
            code = await code_of(untyped_stub(channel), method, header)
            assert code is grpc.StatusCode.UNAVAILABLE, method.name
    tls = guarded.tls(STRANGER)
    for route in served_routes():
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
            await http(guarded.addresses.http, f"{route.method} {route.path}", header, tls=tls)


async def test_over_http_nobody_needs_a_certificate_but_credentials(guarded: Open) -> None:
    await check_routes(guarded.addresses.http, None, tls=guarded.tls(None))


@pytest.mark.parametrize("caller", CALLERS)
async def test_a_token_takes_precedence_over_the_certificate(guarded: Open, caller: str) -> None:
    client, _ = CALLERS[caller]
    tls = guarded.tls(client)
    async with guarded.channel(client) as channel:
        stub = untyped_stub(channel)
        for secret, status, expected in (
            (SECRET, 403, grpc.StatusCode.PERMISSION_DENIED),
            (new_secret(), 401, grpc.StatusCode.UNAUTHENTICATED),
        ):
            header = f"Bearer {secret}"
            method = SERVICE.methods_by_name["ListTokens"]
            assert await code_of(stub, method, header) is expected
            answer = await http(guarded.addresses.http, "GET /v1/tokens", header, tls=tls)
            assert answer[0] == status
