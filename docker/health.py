"""Exits with code 0 if the server in this container is alive, and with code 1 otherwise.

It runs every few seconds, so it imports as little as it can: `python -I -S health.py`.
"""

import os
import socket
import sys


def is_alive(http: str, grpc: str, *, over_tls: bool) -> bool:
    """Return whether /healthz of the server at `http` (HOST:PORT) answers with 200.

    If HTTP is off, return whether `grpc` accepts connections.
    """
    port = int((grpc if http == "off" else http).rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=4.0) as plain:
        if http == "off":
            return True
        connection = _encrypted(plain) if over_tls else plain
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(12) == b"HTTP/1.1 200"


def _encrypted(plain: socket.socket) -> socket.socket:
    """Use TLS without checking the certificate: it has the name that clients use."""
    import ssl  # noqa: PLC0415 (only with TLS)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


if __name__ == "__main__":
    settings = os.environ  # noqa: TID251 (the settings module imports too much)
    try:
        alive = is_alive(
            settings.get("CLEARPROP_HTTP", "127.0.0.1:8080"),
            settings.get("CLEARPROP_GRPC", "127.0.0.1:50051"),
            over_tls=bool(settings.get("CLEARPROP_TLS_CERT")),
        )
    except (OSError, ValueError):
        alive = False
    sys.exit(0 if alive else 1)
