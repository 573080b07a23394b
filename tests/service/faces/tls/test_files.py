"""Files that cannot be used are refused with a sentence that names the file."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from certificates import Authority, Issued, PrivateKey
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

from service.faces.tls.files import InvalidTlsFiles, TlsFiles

AUTHORITY = Authority()


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    """Files that can be used."""
    files = TlsFiles(tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem")
    AUTHORITY.issue("server").write(files.cert, files.key)
    (tmp_path / "ca.pem").write_bytes(AUTHORITY.pem)
    return files


def test_usable_files_are_read(files: TlsFiles) -> None:
    credentials = files.read()

    assert credentials.chain == files.cert.read_bytes()
    assert not [*files.warnings(), *credentials.warnings(datetime.now(UTC))]
    assert "PRIVATE" not in repr(credentials)


@pytest.mark.parametrize("name", ["cert", "key", "client_ca"])
def test_a_missing_file_is_named(files: TlsFiles, name: str) -> None:
    path: Path = getattr(files, name)
    path.unlink()
    option = {"cert": "--tls-cert", "key": "--tls-key", "client_ca": "--client-ca"}[name]

    with pytest.raises(InvalidTlsFiles, match=f"^cannot read {option} .*: No such file"):
        files.read()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\x00"])
@pytest.mark.parametrize("name", ["cert", "key", "client_ca"])
def test_a_file_without_pem_is_named(files: TlsFiles, name: str, content: bytes) -> None:
    path: Path = getattr(files, name)
    path.write_bytes(content)

    with pytest.raises(InvalidTlsFiles, match=rf"{path.name} has no .* in PEM"):
        files.read()


def test_the_key_of_another_certificate_is_refused(files: TlsFiles) -> None:
    files.key.write_bytes(AUTHORITY.issue("other").key_pem)

    with pytest.raises(InvalidTlsFiles, match=r"key\.pem is not the key of the certificate"):
        files.read()


def test_an_encrypted_key_is_refused_and_nobody_is_asked(files: TlsFiles) -> None:
    issued = AUTHORITY.issue("server").write(files.cert, files.key)
    files.key.write_bytes(issued.key_bytes(BestAvailableEncryption(b"secret")))

    with pytest.raises(InvalidTlsFiles, match=r"key\.pem is encrypted"):
        files.read()


@pytest.mark.parametrize(
    ("key", "is_supported"),
    [
        (rsa.generate_private_key(65537, 2048), True),
        (ec.generate_private_key(ec.SECP384R1()), True),
        (ec.generate_private_key(ec.SECP521R1()), False),
        (ec.generate_private_key(ec.SECP256K1()), False),
        (ed25519.Ed25519PrivateKey.generate(), False),
    ],
    ids=["rsa", "p384", "p521", "p256k1", "ed25519"],
)
def test_keys_are_those_of_which_grpc_can_use_the_certificate(
    files: TlsFiles, key: PrivateKey, is_supported: bool
) -> None:
    issued = AUTHORITY.issue("server", key=key).write(files.cert, files.key)

    assert is_used_by_grpc(issued) is is_supported
    with nullcontext() if is_supported else pytest.raises(InvalidTlsFiles, match="use RSA, or"):
        files.read()


def is_used_by_grpc(issued: Issued) -> bool:
    server = grpc.server(ThreadPoolExecutor(1))
    credentials = grpc.ssl_server_credentials([(issued.key_pem, issued.cert_pem)])
    try:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    except RuntimeError:
        return False
    server.start()
    roots = grpc.ssl_channel_credentials(AUTHORITY.pem)
    with grpc.secure_channel(f"127.0.0.1:{port}", roots) as channel:
        call: Any = channel.unary_unary("/none/None")
        with pytest.raises(grpc.RpcError) as error:
            call(b"")
    server.stop(None).wait()
    return error.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_key_that_everybody_can_read_is_reported(files: TlsFiles) -> None:
    files.key.chmod(0o644)

    (warning,) = files.warnings()
    assert f"chmod o-r {files.key}" in warning


@pytest.mark.parametrize(
    ("lasts", "reported"), [(-1, "ended on"), (3, "ends on"), (61, "is not valid before")]
)
def test_the_end_of_a_certificate_is_reported(files: TlsFiles, lasts: int, reported: str) -> None:
    AUTHORITY.issue("server", lasts=timedelta(days=lasts)).write(files.cert, files.key)

    (warning,) = files.read().warnings(datetime.now(UTC))
    assert reported in warning


def test_a_changed_file_is_noticed(files: TlsFiles) -> None:
    before = files.signature()
    times = files.key.stat().st_mtime_ns
    replacement = files.key.with_name("new")
    replacement.write_bytes(files.key.read_bytes())
    os.utime(replacement, ns=(times, times))
    replacement.rename(files.key)

    assert files.signature() != before
