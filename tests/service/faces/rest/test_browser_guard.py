"""Pages of other sites cannot call the server: hosts, origins and security headers."""

import re
import socket
from pathlib import Path

import pytest
import requests
from calls import fresh_id
from servers import ServerProcess, new_server
from starlette.responses import PlainTextResponse
from starlette.types import Message

from service.faces.rest.browser_guard import BrowserGuard, Origins
from service.faces.rest.hosts import Hosts

#: Requests of each kind: a page, a file, the documentation, reads, changes, and unknown paths.
TARGETS = [
    *(b"GET /", b"HEAD /", b"GET /web/app.js", b"GET /docs", b"GET /openapi.json"),
    *(b"GET /favicon.ico", b"GET /v1/networks", b"POST /v1/networks", b"DELETE /v1/networks/a"),
    *(b"OPTIONS /v1/networks", b"PATCH /v1/networks/a", b"PUT /v1/networks", b"GET /nothing"),
]


def answer(server: ServerProcess, target: bytes, *headers: bytes) -> bytes:
    """Send a request of exactly these headers; return the whole response."""
    assert server.http_port is not None
    lines = [target + b" HTTP/1.1", *headers, b"Connection: close", b"", b""]
    received = b""
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as connection:
        connection.sendall(b"\r\n".join(lines))
        while part := connection.recv(2**16):
            received += part
    return received


def code(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "headers",
    [
        (),
        (b"Host:",),
        (b"Host: rebound.example",),
        (b"Host: rebound.example", b"Origin: http://rebound.example"),
        (b"Host: localhost", b"Host: localhost"),
        (b"Host: localhost", b"Host: rebound.example"),
        (b"Host: localhost.rebound.example",),
        (b"Host: localhost@rebound.example",),
        (b"Host: 192.0.2.1",),
        (b"Host: localhost:8080:1",),
    ],
)
def test_requests_for_other_hosts_are_rejected(
    http_server: ServerProcess, target: bytes, headers: tuple[bytes, ...]
) -> None:
    response = answer(http_server, target, *headers)

    assert code(response) == 421
    assert target.startswith(b"HEAD") or b"HOST_NOT_ALLOWED" in response


def test_the_error_names_the_option(http_server: ServerProcess) -> None:
    response = answer(http_server, b"GET /", b"Host: train.example:8080")

    assert b"start the server with --allow-host train.example" in response


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_names_of_loopback_are_allowed(http_server: ServerProcess, host: str) -> None:
    for value in (host, f"{host}:{http_server.http_port}", f"{host}:9000"):
        assert code(answer(http_server, b"GET /v1/networks", b"Host: " + value.encode())) == 200


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"http://localhost/v1/networks", 200),
        (b"http://rebound.example/v1/networks", 421),
        (b"http://localhost@rebound.example/v1/networks", 421),
        (b"http://rebound.example/?a=/v1/networks", 421),
        (b"http://127.0.0.1/v1/networks", 421),
    ],
)
def test_an_absolute_target_must_have_the_host_of_the_header(
    http_server: ServerProcess, target: bytes, expected: int
) -> None:
    assert code(answer(http_server, b"GET " + target, b"Host: localhost")) == expected


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "headers",
    [
        (b"Origin: http://elsewhere.example",),
        (b"Origin: https://localhost",),  # another scheme
        (b"Origin: http://localhost:1",),  # another port
        (b"Origin: http://127.0.0.1",),
        (b"Origin: null",),
        (b"Origin:",),
        (b"Origin: http://localhost", b"Origin: http://elsewhere.example"),
        (b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Mode: no-cors", b"Sec-Fetch-Dest: image"),
        (b"Sec-Fetch-Site: same-site", b"Sec-Fetch-Mode: no-cors", b"Sec-Fetch-Dest: script"),
        (b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Mode: navigate", b"Sec-Fetch-Dest: iframe"),
    ],
)
def test_requests_from_pages_of_other_origins_are_rejected(
    http_server: ServerProcess, target: bytes, headers: tuple[bytes, ...]
) -> None:
    response = answer(http_server, target, b"Host: localhost", *headers)

    assert code(response) == 403
    assert b"access-control" not in response.lower()


@pytest.mark.parametrize(
    "headers",
    [
        (b"Host: localhost", b"Origin: http://localhost"),
        (b"Host: localhost:80", b"Origin: http://localhost"),
        (b"Host: 127.0.0.1:8080", b"Origin: http://127.0.0.1:8080"),
        (b"Host: localhost", b"Sec-Fetch-Site: same-origin", b"Sec-Fetch-Mode: no-cors"),
        (b"Host: localhost", b"Sec-Fetch-Site: none", b"Sec-Fetch-Mode: navigate"),
        (
            *(b"Host: localhost", b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Mode: navigate"),
            b"Sec-Fetch-Dest: document",
        ),
    ],
)
def test_its_own_pages_and_links_to_it_are_allowed(
    http_server: ServerProcess, headers: tuple[bytes, ...]
) -> None:
    assert code(answer(http_server, b"GET /v1/networks", *headers)) == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/web/app.js", "/v1/networks", "/nothing"])
def test_responses_have_security_headers(http_server: ServerProcess, path: str) -> None:
    headers = requests.get(f"{http_server.http}{path}", timeout=30).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not [name for name in headers if name.lower().startswith("access-control")]


#: The headers with which the frame of another page opens an address.
FRAME = (
    *(b"Host: localhost", b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Mode: navigate"),
    b"Sec-Fetch-Dest: iframe",
)


def test_pages_of_allowed_origins_can_embed_the_page_and_nothing_else(tmp_path: Path) -> None:
    origins = "https://course.example", "http://localhost:8000"
    options = [each for origin in origins for each in ("--allow-embed", origin)]
    with new_server(tmp_path, *options, http=True) as server:
        embedded = answer(server, b"GET /?network=xor&embed=1", *FRAME)
        assert code(embedded) == 200
        assert b"frame-ancestors https://course.example http://localhost:8000\r\n" in embedded
        assert b"frame-ancestors 'none'\r\n" in answer(server, b"GET /?network=xor", *FRAME)
        for target in (b"GET /v1/networks", b"GET /docs", b"GET /web/app.js"):
            response = answer(server, target, *FRAME)
            assert b"frame-ancestors 'none'" in response
            assert code(response) == 403
        assert code(answer(server, b"GET /?embed=1", *FRAME, b"Origin: http://a.example")) == 403


def test_no_page_can_embed_the_page_by_default(http_server: ServerProcess) -> None:
    assert code(answer(http_server, b"GET /?embed=1", *FRAME)) == 403
    embedded = answer(http_server, b"GET /?embed=1", b"Host: localhost")
    assert b"frame-ancestors 'none'" in embedded


@pytest.mark.parametrize("content", ["", "{}"])
@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_type_that_a_form_can_send_is_rejected_by_every_call(
    http_server: ServerProcess, media_type: str, content: str
) -> None:
    paths = requests.get(f"{http_server.http}/openapi.json", timeout=30).json()["paths"]
    posts = [path for path, methods in paths.items() if "post" in methods]
    assert len(posts) > 10
    for path in posts:
        url = http_server.http + re.sub(r"\{\w+\}", fresh_id("no"), path)
        headers = {"Content-Type": media_type}
        assert requests.post(url, content, headers=headers, timeout=30).status_code == 415


def test_a_server_on_all_interfaces_has_every_address_and_the_name_of_the_machine() -> None:
    for bound in ("0.0.0.0:8080", "[::]:8080"):
        hosts = Hosts(bound)
        for own in ("192.0.2.1:8080", "[2001:db8::1]:8080", "localhost", socket.gethostname()):
            assert hosts.allow(own)
        assert not hosts.allow("rebound.example")
        assert not hosts.allow("1.2.3.4.rebound.example")


def test_a_server_has_its_own_name_and_those_that_are_allowed() -> None:
    hosts = Hosts("machine.lan:8080", ["train.example", "[2001:db8::1]"])

    for own in ("machine.lan:1", "Train.Example", "[2001:db8::1]:80", "localhost"):
        assert hosts.allow(own)
    assert not hosts.allow("lan")
    assert Hosts("[2001:db8::2]:1").allow("[2001:db8::2]:1")
    assert Hosts("127.0.0.1:0", ["*"]).allow("any.example")


@pytest.mark.parametrize(
    ("scheme", "host", "origin", "expected"),
    [
        ("http", "a.example", "https://a.example", 200),
        ("http", "a.example:8443", "https://a.example:8443", 200),
        ("http", "a.example", "http://a.example", 200),
        ("http", "a.example", "https://b.example", 403),
        ("http", "a.example", "https://a.example:8443", 403),
        ("http", "localhost", "https://localhost", 403),
        ("https", "localhost", "https://localhost", 200),
        ("https", "localhost", "http://localhost", 403),
        ("https", "a.example", "http://a.example", 403),
        ("https", "a.example", "https://a.example:443", 200),
    ],
)
async def test_pages_that_a_proxy_serves_with_tls_are_its_own(
    scheme: str, host: str, origin: str, expected: int
) -> None:
    hosts = Hosts("127.0.0.1:8080", ["a.example"])
    guard = BrowserGuard(PlainTextResponse("done"), hosts, Origins())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "scheme": scheme,
        "headers": [(b"host", host.encode()), (b"origin", origin.encode())],
    }
    sent = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    await guard(scope, receive, send)
    assert sent[0]["status"] == expected


def test_a_host_that_any_name_matches_is_not_that_of_a_proxy() -> None:
    assert not Hosts("127.0.0.1:8080", ["*"]).can_be_proxied("a.example")
