"""A server of JSON Web Key Sets over HTTPS, which can also answer badly."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from certificates import Authority

ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno"


def answer_with(content: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)


class KeyServer(ThreadingTCPServer):
    """Sends the bytes of `answer` to everyone, and closes the connection."""

    answer = ERROR

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}/keys"


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        assert isinstance(self.server, KeyServer)
        self.wfile.write(self.server.answer)


@contextmanager
def key_server(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[KeyServer]:
    """Start a server with a certificate that this process trusts."""
    authority = Authority()
    authority.issue("keys").write(folder / "cert.pem", folder / "key.pem")
    (folder / "ca.pem").write_bytes(authority.pem)
    patch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    with KeyServer(("127.0.0.1", 0), _Handler) as server:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
