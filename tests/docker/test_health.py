"""The health check of the container tells a server that is alive from one that is not."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from certificates import Authority
from documents import ROOT

CHECK = (sys.executable, "-I", "-S", ROOT / "docker" / "health.py")


def check(**variables: str) -> int:
    return subprocess.run(CHECK, env=variables, timeout=30, check=False).returncode


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Returns a function that starts a server of one answer, and returns its address."""
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor())

        def start(answer: bytes, *, over_tls: bool = False) -> str:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve() -> None:
                accepted, _ = listening.accept()
                with accepted, _encrypted(accepted, tmp_path) if over_tls else accepted as peer:
                    assert peer.recv(1000).startswith(b"GET /healthz HTTP/1.1\r\n")
                    peer.sendall(answer)

            threads.submit(serve)
            return f"0.0.0.0:{listening.getsockname()[1]}"

        yield start


def _encrypted(plain: socket.socket, folder: Path) -> socket.socket:
    cert, key = folder / "cert.pem", folder / "key.pem"
    Authority().issue("server").write(cert, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context.wrap_socket(plain, server_side=True)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 0),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 1),
        (b"", 1),
    ],
)
def test_a_server_is_alive_if_it_says_so(
    answering: Callable[..., str], answer: bytes, code: int
) -> None:
    assert check(CLEARPROP_HTTP=answering(answer)) == code


def test_it_uses_tls_if_the_server_does(answering: Callable[..., str]) -> None:
    address = answering(b"HTTP/1.1 200 OK\r\n\r\n", over_tls=True)
    assert check(CLEARPROP_HTTP=address, CLEARPROP_TLS_CERT="/cert.pem") == 0


def test_without_http_the_port_of_grpc_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"0.0.0.0:{listening.getsockname()[1]}"
        assert check(CLEARPROP_HTTP="off", CLEARPROP_GRPC=address) == 0
    assert check(CLEARPROP_HTTP="off", CLEARPROP_GRPC=address) == 1


def test_an_address_that_is_none_is_no_server() -> None:
    assert check(CLEARPROP_HTTP="nonsense") == 1
