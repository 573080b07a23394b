"""The client recognizes the server, and proves who it is, in every call."""

import asyncio
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import clearprop
import clearprop.aio
import grpc
import pytest
from certificates import Authority
from clearprop import ClearpropError
from clearprop.endpoints import endpoint
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Network
from clearprop.v1.training_set_pb2 import TrainingSet
from clearprop.v1.update_pb2 import Update
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from patience import PATIENCE
from scripted import SOON, Refusal, ScriptedServer

TOKEN = "clearprop_Secret.Of-1_~+/="  # noqa: S105 (of no server)
AUTHORITY = Authority()
INFO = pb.GetServerInfoResponse(version="1")
MADE = pb.GetNetworkResponse(network=Network(network="a", uid="u"))
STORED = pb.UploadTrainingSetResponse(training_set=TrainingSet(training_set="s", uid="u"))
BROKEN = Refusal(grpc.StatusCode.UNAVAILABLE, "connection lost")


def update(number: int) -> pb.WatchUpdatesResponse:
    updates = pb.UpdateBatch(updates=[Update(update=number)])
    return pb.WatchUpdatesResponse(updates=updates)


def script(scripted: ScriptedServer) -> int:
    """Answer each kind of call, with a retry of each; return how many calls that makes."""
    scripted.answers("GetNetwork", SOON, MADE)
    scripted.streams("VerifyHistory", [SOON], [pb.VerifyHistoryResponse(done=True)])
    scripted.streams("WatchUpdates", [update(0), BROKEN], [update(1)])
    scripted.answers("UploadTrainingSet", SOON, STORED)
    return 8


def test_every_call_has_the_token(scripted: ScriptedServer) -> None:
    count = script(scripted)
    with clearprop.connect(scripted.target, token=TOKEN) as client:
        network = client.network("a")
        assert [*network.verify()]
        watch = network.watch()
        assert [type(next(watch)), type(next(watch))] == [clearprop.Snapshot] * 2
        client.upload_training_set("s", [[1]], [[1]])

    assert scripted.authorizations == [f"Bearer {TOKEN}"] * count


async def test_every_call_has_the_token_in_asyncio(scripted: ScriptedServer) -> None:
    count = script(scripted)
    async with clearprop.aio.connect(scripted.target, token=TOKEN) as client:
        network = await client.network("a")
        assert [each async for each in network.verify()]
        watch = network.watch()
        assert [type(await anext(watch)), type(await anext(watch))] == [clearprop.Snapshot] * 2
        await client.upload_training_set("s", [[1]], [[1]])

    assert scripted.authorizations == [f"Bearer {TOKEN}"] * count


def test_without_a_token_there_is_no_header(scripted: ScriptedServer) -> None:
    scripted.answers("GetServerInfo", INFO)
    with clearprop.connect(scripted.target) as client:
        client.server_info()

    assert scripted.authorizations == [None]


@pytest.mark.parametrize("code", ["UNAUTHENTICATED", "PERMISSION_DENIED"])
def test_a_refused_token_is_an_error_at_once(scripted: ScriptedServer, code: str) -> None:
    scripted.answers("GetServerInfo", Refusal(grpc.StatusCode[code], "the token has expired"))
    with clearprop.connect(scripted.target, token=TOKEN) as client:
        with pytest.raises(ClearpropError, match=f"^{code}: the token has expired$") as error:
            client.server_info()
        shown = repr([client, client._connection, error.value, vars(error.value)])
        shown += repr(endpoint(scripted.target, {"token": TOKEN}))
    assert TOKEN not in shown


def test_a_token_does_not_leave_the_machine_without_tls(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(AUTHORITY.pem)
    for target in ("a.example:1", "grpc://a.example:1", "dns:///a.example:1", "10.0.0.1:1"):
        with pytest.raises(ValueError, match="without TLS, where others could read it") as error:
            endpoint(target, {"token": TOKEN})
        assert TOKEN not in str(error.value)
        assert endpoint(target, {"token": TOKEN, "insecure": True}).credentials is None
    assert endpoint("grpcs://a.example:1", {"token": TOKEN}).credentials
    assert endpoint("a.example:1", {"token": TOKEN, "ca": tmp_path / "ca.pem"}).credentials
    assert endpoint("unix:/a/b", {"token": TOKEN}).metadata


@pytest.mark.parametrize("token", ["a b", "a\n", "\xe4", "a\r\nx: y", "a" * 9_000])
def test_what_is_not_a_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match=r"^the token is not valid") as error:
        endpoint("localhost:1", {"token": token})
    assert token not in str(error.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with usable files."""
    AUTHORITY.issue("alice").write(tmp_path / "cert.pem", tmp_path / "key.pem")
    (tmp_path / "ca.pem").write_bytes(AUTHORITY.pem)
    return tmp_path


def test_files_that_cannot_be_used_are_named(folder: Path) -> None:
    files = {"ca": folder / "ca.pem", "cert": folder / "cert.pem", "key": folder / "key.pem"}
    assert endpoint("a.example:1", files).credentials  # type: ignore[arg-type]

    def refused(words: str, target: str = "a.example:1", **changed: Path | None) -> None:
        with pytest.raises(ValueError, match=re.escape(words)):
            endpoint(target, {**files, **changed})  # type: ignore[typeddict-item]

    none, other = folder / "none.pem", folder / "other.pem"
    refused(f"cannot read ca {none}: No such file or directory", ca=none)
    refused(f"ca {files['key']} has no valid certificate in PEM", ca=files["key"])
    refused("a client certificate needs both cert and key", key=None)
    refused("use grpcs:// instead of grpc://", "grpc://a.example:1")
    issued = AUTHORITY.issue("bob")
    other.write_bytes(issued.key_pem)
    refused("other.pem is not the key of cert", key=other)
    other.write_bytes(issued.key_bytes(BestAvailableEncryption(b"secret")))
    refused("in PEM, without a passphrase", key=other)


@pytest.fixture
def secure(folder: Path) -> Iterator[ScriptedServer]:
    """A server that requires a client certificate."""
    issued = AUTHORITY.issue("server")
    server = ScriptedServer(
        grpc.ssl_server_credentials(
            [(issued.key_pem, issued.cert_pem)], AUTHORITY.pem, require_client_auth=True
        )
    )
    yield server
    server.stop()


async def test_both_sides_have_certificates(secure: ScriptedServer, folder: Path) -> None:
    secure.answers("GetServerInfo", INFO, INFO)
    ca, cert, key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
    with clearprop.connect(secure.target, ca=ca, cert=str(cert), key=key) as client:
        assert client.server_info() == INFO
    async with clearprop.aio.connect(f"grpcs://{secure.target}", ca=ca, cert=cert, key=key) as one:
        assert await one.server_info() == INFO


def test_a_server_with_a_certificate_of_another_authority_is_not_trusted(
    secure: ScriptedServer, folder: Path
) -> None:
    (folder / "ca.pem").write_bytes(Authority().pem)
    assert "of an unknown authority: pass a file with" in failure(secure.target, folder)


@pytest.mark.parametrize(
    ("names", "ended", "words"),
    [
        ((x509.DNSName("elsewhere.example"),), False, "for other names"),
        (None, True, "has ended"),
    ],
)
def test_a_certificate_with_another_name_or_too_old_is_refused(
    folder: Path, names: tuple[x509.GeneralName] | None, ended: bool, words: str
) -> None:
    more: Any = {} if names is None else {"alternatives": names}
    if ended:
        more["lasts"] = timedelta(days=-1)
    issued = AUTHORITY.issue("server", **more)
    server = ScriptedServer(grpc.ssl_server_credentials([(issued.key_pem, issued.cert_pem)]))
    assert words in failure(server.target, folder)
    server.stop()


def test_a_server_without_tls_is_reported(scripted: ScriptedServer, folder: Path) -> None:
    assert "the server does not use TLS" in failure(scripted.target, folder)


def test_a_server_with_tls_is_reported_to_a_client_without(secure: ScriptedServer) -> None:
    with (
        clearprop.connect(secure.target, retry_timeout=0) as client,
        pytest.raises(
            ClearpropError, match="if it uses TLS, connect to grpcs://HOST:PORT"
        ) as error,
    ):
        client.server_info()
    assert error.value.is_transient  # it may only be starting


@pytest.mark.parametrize("scheme", ["", "grpcs://"])
async def test_a_port_for_http_is_reported(folder: Path, scheme: str) -> None:
    tls = None
    if scheme:
        AUTHORITY.issue("server").write(folder / "server.pem", folder / "server.key")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "server.pem", folder / "server.key")
        tls.set_alpn_protocols(["http/1.1"])

    refusing = set()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        refusing.add(asyncio.current_task())
        with suppress(OSError):  # whoever connected may be gone
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0, ssl=tls)
    target = f"{scheme}127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ca = folder / "ca.pem" if scheme else None
    async with clearprop.aio.connect(target, ca=ca) as client:
        with pytest.raises(ClearpropError, match="this is not a port for gRPC") as error:
            await asyncio.wait_for(client.server_info(), PATIENCE)
    assert not error.value.is_transient
    server.close()
    await server.wait_closed()
    await asyncio.gather(*filter(None, refusing))  # what is open when the loop ends is a warning


def failure(target: str, folder: Path) -> str:
    """The error of a call, which is not retried."""
    begun = time.monotonic()
    with (
        clearprop.connect(target, ca=folder / "ca.pem") as client,
        pytest.raises(ClearpropError) as error,
    ):
        client.server_info()
    assert time.monotonic() - begun < 10
    return error.value.message
