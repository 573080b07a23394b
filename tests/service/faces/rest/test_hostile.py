"""Malformed input at the HTTP port fails by itself, and the server continues to serve."""

import json
import socket
from collections.abc import Iterator

import pytest
import requests
from calls import fresh_id
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE
from promises import rounds
from servers import ServerProcess

GET = b"GET /v1/serverInfo HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /v1/networks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n\r\n"


@pytest.fixture(autouse=True)
def _serves_on(http_server: ServerProcess) -> Iterator[None]:
    yield
    assert requests.get(f"{http_server.http}/v1/serverInfo", timeout=PATIENCE).ok
    assert "Traceback" not in http_server.said()


def sent(server: ServerProcess, request: bytes, *, breaks_off: bool = False) -> bytes:
    """Send this; return all that comes back until the connection is closed."""
    received = []
    assert server.http_port is not None
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=60) as connection:
        try:
            connection.sendall(request)
            if breaks_off:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(2**16):
                received.append(part)
        except ConnectionError:
            pass  # it was cut off, as some of this may be
    return b"".join(received)


def codes(answer: bytes) -> list[int]:
    """Return the status codes of all answers that came back one after the other."""
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


HOSTILE = {
    # Paths and queries.
    "a path that is not UTF-8": (
        b"GET /v1/networks/%ff%fe HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        404,
    ),
    "a path of raw bytes": (
        b"GET /v1/networks/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        400,
    ),
    "half a percent code": (b"GET /v1/networks/%zz%1 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, 404),
    "a nought in a path": (b"GET /v1/networks/a%00b HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, 404),
    "an end of a line in a path": (
        b"GET /v1/networks/a%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        404,
    ),
    "dots in a path": (b"GET /v1/networks/../../etc HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, 404),
    "a path of 200 KB": (
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        400,
    ),
    "a query that is not UTF-8": (
        b"GET /v1/networks?%ff=%fe HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        400,
    ),
    "a surrogate in a query": (
        b"GET /v1/networks?pageToken=%ed%a0%80 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        400,
    ),
    "a number of 20,000 digits": (
        b"GET /v1/networks?pageSize=" + b"9" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        400,
    ),
    "10,000 names in a query": (
        b"GET /v1/networks?" + b"a=1&" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n" + CLOSE,
        400,
    ),
    # Lines and versions.
    "no HTTP": (b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + bytes(100) + b"\r\n\r\n", 400),
    "another protocol": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a version to come": (b"GET /v1/serverInfo HTTP/3.7\r\nHost: localhost\r\n\r\n", 400),
    "a method of nobody": (b"BREW /v1/serverInfo HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, 400),
    "a tunnel": (b"CONNECT x:443 HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, 400),
    "a protocol that is not spoken": (
        GET + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n",
        200,
    ),
    # Headers.
    "a header that goes on in the next line": (GET + b"X: a\r\n b\r\n" + CLOSE, 400),
    "a space before a colon": (GET + b"X : a\r\n" + CLOSE, 400),
    "an origin that is no address": (
        POST + b"Origin: http://[::1\r\nContent-Length: 0\r\n" + CLOSE,
        403,
    ),
    "an origin of bytes": (POST + b"Origin: \xff\xfe\r\nContent-Length: 0\r\n" + CLOSE, 403),
    "an etag of bytes": (
        b'DELETE /v1/networks/a HTTP/1.1\r\nHost: localhost\r\nIf-Match: "\xff"\r\n' + CLOSE,
        404,
    ),
    "a key of bytes": (POST + b"Idempotency-Key: \xff\r\nContent-Length: 0\r\n" + CLOSE, 400),
    "a type of bytes": (
        b"POST /v1/networks HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: \xff;\r\nContent-Length: 2\r\n" + CLOSE + b"{}",
        415,
    ),
    "a wish for nothing": (GET + b"Accept: */*;q=nan\r\n" + CLOSE, 406),
    "a wish that nobody can read": (GET + b"Accept: ;q=,;;=,*/*\r\n" + CLOSE, 200),
    "an event after the last": (
        b"GET /v1/networks/a/updates:watch HTTP/1.1\r\nHost: localhost\r\n"
        b"Last-Event-ID: 9223372036854775807\r\n" + CLOSE,
        400,
    ),
    # Lengths.
    "a length in words": (POST + b"Content-Length: two\r\n\r\n{}", 400),
    "a length below nothing": (POST + b"Content-Length: -1\r\n\r\n{}", 400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", 400),
    "a length beyond all": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n{}", 400),
    "a length beyond the limit": (POST + b"Content-Length: 99999999999\r\n" + CLOSE + b"{}", 413),
    "a length and chunks": (
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "a chunk of no length": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", 400),
}


@pytest.mark.parametrize(("request_", "code"), HOSTILE.values(), ids=HOSTILE)
def test_malformed_requests_are_rejected(
    http_server: ServerProcess, request_: bytes, code: int
) -> None:
    assert codes(sent(http_server, request_)) == [code]


def test_line_breaks_in_a_path_do_not_reach_headers(http_server: ServerProcess) -> None:
    path = b"/v1/networks/a%0d%0aX-Evil:1%0d%0a%0d%0aHTTP/1.1%20200%20OK"

    head, _, _ = sent(
        http_server, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + CLOSE
    ).partition(b"\r\n\r\n")

    assert b"Evil" not in head


def test_a_large_body_is_rejected_before_it_is_sent(http_server: ServerProcess) -> None:
    expecting = POST + b"Content-Length: 99999999\r\nExpect: 100-continue\r\n" + CLOSE

    assert codes(sent(http_server, expecting)) == [413]


def test_requests_on_one_connection_are_answered_in_their_order(
    http_server: ServerProcess,
) -> None:
    other = b"GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"

    answers = sent(http_server, (GET + b"\r\n" + other) * 20 + GET + CLOSE)

    assert codes(answers) == [200, 404] * 20 + [200]


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"PUT /v1/networks", 405), (b"POST /v1/nothing", 404), (b"GET /v1/serverInfo", 400)],
)
def test_a_body_is_never_parsed_as_a_request(
    http_server: ServerProcess, line: bytes, code: int
) -> None:
    hidden = b"DELETE /v1/trainingSets/xor HTTP/1.1\r\nHost: localhost\r\n\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(hidden)

    answers = sent(
        http_server, line + b" HTTP/1.1\r\nHost: localhost\r\n" + length + hidden + GET + CLOSE
    )

    assert codes(answers) == [code, 200]


def test_http_1_0_is_answered_and_its_connection_closed(http_server: ServerProcess) -> None:
    answer = sent(http_server, b"GET /v1/serverInfo HTTP/1.0\r\nHost: localhost\r\n\r\n")

    assert codes(answer) == [200]
    assert b'"version"' in answer


def upload(name: str) -> bytes:
    lines = [{"trainingSet": name}, *[{"examples": [{"inputs": [1], "targets": [1]}]}] * 20]
    return b"\n".join(json.dumps(line).encode() for line in lines)


UPLOAD = (
    b"POST /v1/trainingSets:upload HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/x-ndjson\r\n"
)


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_an_interrupted_upload_stores_nothing(
    http_server: ServerProcess, share: float, is_chunked: bool
) -> None:
    name = fresh_id("set")
    whole = upload(name)
    part = whole[: int(len(whole) * share)]
    if is_chunked:
        length = b"Transfer-Encoding: chunked\r\n\r\n"
        part = b"%x\r\n%b\r\n" % (len(part), part) if part else b""
    else:
        length = b"Content-Length: %d\r\n\r\n" % len(whole)

    assert 200 not in codes(sent(http_server, UPLOAD + length + part, breaks_off=True))

    path = f"{http_server.http}/v1/trainingSets"
    assert requests.get(f"{path}/{name}", timeout=PATIENCE).status_code == 404
    again = requests.post(
        f"{path}:upload",
        data=whole,
        headers={"Content-Type": "application/x-ndjson"},
        timeout=30,
    )
    assert again.json()["trainingSet"]["exampleCount"] == "20"


PIECES = [
    *(GET, POST, UPLOAD, CLOSE, b"GET /v1/networks?", b"pageSize=1&", b" HTTP/1.1\r\n", b"\r\n"),
    *(b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n", b"Accept: */*\r\n", b"%"),
    *(b"{}", b"0\r\n\r\n", b"5\r\n{\n}  \r\n", b"[" * 10_000, b'"'),
]


@settings(max_examples=rounds(80, 10_000))
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=10))
def test_no_request_causes_an_internal_error(
    http_server: ServerProcess, parts: list[bytes]
) -> None:
    answers = sent(http_server, b"".join(parts), breaks_off=True)

    assert not [code for code in codes(answers) if code >= 500]
