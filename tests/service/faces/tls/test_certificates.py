"""A server over TLS: both faces, client certificates, and certificates that change."""

import asyncio
import gc
import logging
import os
import re
import socket
import ssl
import time
from asyncio.sslproto import SSLProtocol
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from certificates import Authority, Issued
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import training_service_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from patience import PATIENCE
from starlette.applications import Starlette

from service.app import Addresses, Server
from service.faces.grpc import connection_limit
from service.faces.rest import http_server
from service.faces.tls import certificates
from service.settings import Settings
from training.limits import Limits

AUTHORITY = Authority()
CLIENTS = Authority("Authority of clients")
STRANGERS = Authority("Authority of strangers")


@pytest.fixture(autouse=True)
def frequent_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "_SECONDS", 0.05)


@asynccontextmanager
async def serving(
    folder: Path, *, client_ca: str | None = None, **more: Any
) -> AsyncIterator[Addresses]:
    paths = [str(folder / "cert.pem"), str(folder / "key.pem")]
    AUTHORITY.issue("first").write(*map(Path, paths))
    settings = Settings(
        *("127.0.0.1:0", "127.0.0.1:0"),
        tls_cert=paths[0],
        tls_key=paths[1],
        client_ca=client_ca,
        **{"auth": "off", "database": "memory:"} | more,
    )
    server = Server(settings, asyncio.get_running_loop())
    try:
        yield await server.start()
    finally:
        await server.stop()


def channel(address: str, ca: bytes = AUTHORITY.pem, client: Issued | None = None) -> Any:
    more = () if client is None else (client.key_pem, client.cert_pem)
    return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(ca, *more))


async def info(address: str, ca: bytes = AUTHORITY.pem, client: Issued | None = None) -> Any:
    async with channel(address, ca, client) as connection:
        stub = training_service_pb2_grpc.TrainingServiceStub(connection)
        return await stub.GetServerInfo(pb.GetServerInfoRequest())


def context(folder: Path, client: Issued | None = None, ca: bytes | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=(ca or AUTHORITY.pem).decode())
    if client is not None:
        client.write(folder / "client.pem", folder / "client.key")
        made.load_cert_chain(folder / "client.pem", folder / "client.key")
    return made


async def get(address: str, tls: ssl.SSLContext | None, target: str = "GET /v1/networks") -> bytes:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=tls)
    writer.write(f"{target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
    try:
        return await reader.read()
    finally:
        writer.close()


async def open_events(
    address: str, tls: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Watch the network `a` over HTTP; return the stream after its first event."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=tls)
    target = "/v1/networks/a/updates:watch?startUpdate=0"
    head = f"GET {target} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n"
    writer.write(head.encode())
    assert await reader.readuntil(b"id: 0\n")
    return reader, writer


def name_at(address: str, *, alpn: str) -> str:
    """The name of the certificate that new connections see."""
    tls = ssl.create_default_context(cadata=AUTHORITY.pem.decode())
    tls.set_alpn_protocols([alpn])
    with (
        socket.create_connection(address.split(":")) as plain,  # type: ignore[arg-type]
        tls.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        found: Any = connection.getpeercert()
    return str(found["subject"][0][0][1])


async def names(addresses: Addresses) -> set[str]:
    assert addresses.http is not None
    return {
        await asyncio.to_thread(name_at, addresses.grpc, alpn="h2"),
        await asyncio.to_thread(name_at, addresses.http, alpn="http/1.1"),
    }


async def until(name: str, addresses: Addresses) -> None:
    while await names(addresses) != {name}:  # noqa: ASYNC110 (only a new connection shows it)
        await asyncio.sleep(0.05)


async def test_certificates_change_under_open_streams(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    async with serving(tmp_path) as addresses, channel(addresses.grpc) as connection:
        assert addresses.http is not None
        stub = training_service_pb2_grpc.TrainingServiceStub(connection)
        await stub.CreateNetwork(pb.CreateNetworkRequest(network="a", layer_sizes=[2, 1]))
        watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network="a", start_update=0))
        assert await watch.read()
        events, watching = await open_events(addresses.http, context(tmp_path))
        assert await names(addresses) == {"first"}

        AUTHORITY.issue("second").write(cert, key)
        await until("second", addresses)
        key.write_bytes(AUTHORITY.issue("third").key_pem)  # does not fit
        while "not used" not in caplog.text:  # noqa: ASYNC110 (logged in another thread)
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        assert await names(addresses) == {"second"}

        await stub.ResetWeights(pb.ResetWeightsRequest(network="a"))
        assert await watch.read()
        assert await events.readuntil(b"id: 1\n")
        watching.close()
        assert b"200 OK" in await get(addresses.http, context(tmp_path))
        AUTHORITY.issue("fourth").write(cert, key)
        await until("fourth", addresses)
        watch.cancel()

    errors = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    (error,) = errors
    assert error.endswith("key.pem is not the key of the certificate " + str(cert))


async def test_the_end_of_a_certificate_is_logged_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "_WARNING_SECONDS", 0.1)
    async with serving(tmp_path):
        AUTHORITY.issue("old", lasts=timedelta(days=1)).write(
            tmp_path / "cert.pem", tmp_path / "key.pem"
        )
        while caplog.text.count("the certificate ends on") < 3:  # noqa: ASYNC110 (as above)
            await asyncio.sleep(0.02)


async def test_other_authorities_and_old_versions_are_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as addresses:
        assert addresses.http is not None
        with pytest.raises(grpc.RpcError, match="CERTIFICATE_VERIFY_FAILED"):
            await info(addresses.grpc, STRANGERS.pem)
        with pytest.raises(ssl.SSLCertVerificationError):
            await get(addresses.http, context(tmp_path, ca=STRANGERS.pem))

        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            for address in (addresses.grpc, addresses.http):
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    await get(address, _old(version))
        assert not await _plain(addresses.grpc)


async def test_health_needs_no_certificate_over_http_and_grpc_has_it(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(CLIENTS.pem)
    async with serving(tmp_path, client_ca=str(tmp_path / "ca.pem")) as addresses:
        assert addresses.http is not None
        assert b"200 OK" in await get(addresses.http, context(tmp_path), "GET /healthz")
        found = await get(addresses.http, context(tmp_path), "GET /metrics")
        (end,) = re.findall(rb"\nclearprop_tls_certificate_end_timestamp_seconds (\S+)\n", found)
        assert 29 < (float(end) - time.time()) / 86400 < 31
        async with channel(addresses.grpc, client=CLIENTS.issue("probe")) as connection:
            health: Any = health_pb2_grpc.HealthStub(connection)
            answer = await health.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("beginning", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"PRI * HTTP/2.0"])
async def test_plain_http_to_a_port_with_tls_is_told_what_to_use(
    tmp_path: Path, beginning: bytes
) -> None:
    async with serving_https(tmp_path) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(beginning)
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"this port uses TLS: use https:// instead of http://" in answer
        writer.close()


@pytest.mark.parametrize("beginning", [b"\0", b"\x15", b"\x16\x03", b"\x80"])
async def test_other_beginnings_are_not_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.2)
    async with serving_https(tmp_path) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(beginning)
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        assert not answer.startswith(b"HTTP")
        writer.close()


@asynccontextmanager
async def serving_https(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """Only the HTTP server, which responds with 404 to everything; it waits 1 s when it stops."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue("server").write(folder / "cert.pem", folder / "key.pem")
    server_side.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = http_server.HttpServer(Starlette(), Limits(), 1, server_side)
    port = int(server.bind("127.0.0.1:0").rpartition(":")[2])
    await server.start()
    yield "127.0.0.1", port
    server.close()
    await server.stop()


async def test_a_connection_reserves_little_memory(tmp_path: Path) -> None:
    async with serving_https(tmp_path) as address:
        with socket.create_connection(address) as begun:
            begun.sendall(b"\x16")  # of a record of TLS
            while not (found := tls_protocols()):  # noqa: ASYNC110 (the loop accepts it)
                await asyncio.sleep(0.02)
            assert len(vars(found[0])["_ssl_buffer"]) == 2**15


def tls_protocols() -> list[SSLProtocol]:
    return [each for each in gc.get_objects() if type(each) is SSLProtocol]


async def test_connections_that_do_not_begin_tls_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.2)
    async with serving_https(tmp_path) as address:
        reader, writer = await asyncio.open_connection(*address)
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


@pytest.mark.parametrize("limit", [{"connections_of_client": 4}, {"connections": 4}])
async def test_there_are_not_more_connections_without_tls_than_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: dict[str, int]
) -> None:
    monkeypatch.setattr(connection_limit, "_SECONDS", 0.05)
    limits = Limits(**limit)
    async with serving(tmp_path, limits=limits) as addresses:
        assert addresses.http is not None
        address = addresses.http.split(":")
        opened = [await asyncio.open_connection(*address) for _ in range(9)]
        ends = [asyncio.create_task(reader.read()) for reader, _ in opened]
        while sum(each.done() for each in ends) < 5:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED, timeout=0.1)
        assert sum(each.done() for each in ends) == 5
        for _, writer in opened:
            writer.close()
        await asyncio.wait(ends)


async def test_a_server_stops_beside_connections_that_do_not_end_tls(tmp_path: Path) -> None:
    with socket.socket() as plain:
        async with serving_https(tmp_path) as address:
            plain.connect(address)
            wrapped = context(tmp_path).wrap_socket(
                plain, server_hostname="localhost", do_handshake_on_connect=False
            )
            with wrapped as connection:
                await asyncio.to_thread(connection.do_handshake)
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert await asyncio.to_thread(connection.recv, 12) == b"HTTP/1.1 404"
                left, begun = connection.detach(), time.monotonic()
        assert time.monotonic() - begun < 20  # asyncio would wait for it for 30 s
    os.close(left)


def _old(version: ssl.TLSVersion) -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=AUTHORITY.pem.decode())
    made.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match=version.name):
        made.minimum_version = made.maximum_version = version
    return made


async def _plain(address: str) -> bytes:
    """What a server answers without TLS."""
    try:
        return await get(address, None)
    except ConnectionError:
        return b""


async def test_client_certificates_need_their_authority(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(CLIENTS.pem)
    alice, stranger = CLIENTS.issue("alice"), STRANGERS.issue("alice")
    async with serving(tmp_path, client_ca=str(tmp_path / "ca.pem")) as addresses:
        assert addresses.http is not None
        assert (await info(addresses.grpc, client=alice)).version
        for other in (stranger, None):
            with pytest.raises(grpc.RpcError) as error:
                await info(addresses.grpc, client=other)
            assert error.value.code() is grpc.StatusCode.UNAVAILABLE

        assert b"200 OK" in await get(addresses.http, context(tmp_path, alice))
        assert b"200 OK" in await get(addresses.http, context(tmp_path))
        assert not await _refused(addresses.http, context(tmp_path, stranger))

        (tmp_path / "ca.pem").write_bytes(STRANGERS.pem)
        while await _refused(addresses.http, context(tmp_path, alice)):  # noqa: ASYNC110 (as above)
            await asyncio.sleep(0.05)
        assert b"200 OK" in await get(addresses.http, context(tmp_path, stranger))
        assert (await info(addresses.grpc, client=stranger)).version


async def _refused(address: str, tls: ssl.SSLContext) -> bytes:
    try:
        return await get(address, tls)
    except (ssl.SSLError, ConnectionError):
        return b""
