"""Exits with code 0 if the server in this container is alive, and with code 1 otherwise.

It runs every few seconds, so it imports as little as it can: `python -I -S health.py`.
"""

import os
import socket
import sys


def is_alive(address: str, *, over_tls: bool) -> bool:
    """Return whether /healthz of the server at `address` (HOST:PORT) answers with 200."""
    port = int(address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=4.0) as plain:
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
    try:
        alive = is_alive(
            os.environ.get("CLEARPROP_HTTP", "127.0.0.1:8080"),  # noqa: TID251 (imports nothing)
            over_tls=bool(os.environ.get("CLEARPROP_TLS_CERT")),  # noqa: TID251
        )
    except (OSError, ValueError):
        alive = False
    sys.exit(0 if alive else 1)
