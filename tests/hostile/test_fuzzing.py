"""No request, whatever its bytes, crashes a server, is an internal error, or takes its memory."""

import random
import socket
import sys
from collections import Counter
from typing import Any, cast

import grpc
import pytest
from any_message import REQUESTS, messages
from calls import create, settings
from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.message import Message
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from patience import PATIENCE
from promises import Promise, rounds
from servers import ServerProcess, new_server

from bench import observing
from service.faces.rpcs import SERVICE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

MOST_MEMORY = 512 * 2**20
SECONDS = 5.0

METHODS = list(zip(SERVICE.methods, REQUESTS, strict=True))

#: What names something that exists, so that a request comes further than to NOT_FOUND.
KNOWN: dict[str, list[Any]] = {
    "network": ["fuzzed", "other", "none"],
    "training_set": ["xor", "none"],
    "run": [1, 2],
    "update": [0, 1, 50],
    "count": [1, 3],
    "epochs": [1, 100],
    "batch_size": [1, 4],
    "learning_rate": [0.5],
    "page_size": [0, 3, 1000],
}

#: Codes that say that the server has made a mistake, or is gone.
WRONG = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS}


def aimed(message: Message, choice: random.Random) -> Message:
    """Replace some of its fields by what exists."""
    for field in message.DESCRIPTOR.fields:
        if field.is_repeated:
            continue
        if field.message_type is not None and message.HasField(field.name):
            aimed(getattr(message, field.name), choice)
        elif field.name in KNOWN and choice.random() < 0.9:
            known = choice.choice(KNOWN[field.name])
            if isinstance(known, type(getattr(message, field.name))):
                setattr(message, field.name, known)
    return message


def mutated(content: bytes, choice: random.Random) -> bytes:
    """Change, remove, insert, repeat or exchange some bytes."""
    changed = bytearray(content)
    for _ in range(choice.randrange(4)):
        at = choice.randrange(len(changed) + 1)
        to = min(len(changed), at + choice.randrange(1, 9))
        match choice.randrange(5):
            case 0 if at < len(changed):
                changed[at] ^= 1 << choice.randrange(8)
            case 1:
                del changed[at:to]
            case 2:
                changed[at:at] = choice.randbytes(choice.randrange(1, 9))
            case 3:
                changed[at:at] = changed[at:to] * choice.randrange(1, 200)
            case _:
                changed[at:to] = b"\xff" * (to - at)
    return bytes(changed)


@pytest.fixture
def fuzzed(own_server: ServerProcess) -> ServerProcess:
    with own_server.stub() as stub:
        for network in ("fuzzed", "other"):
            stub.CreateNetwork(pb.CreateNetworkRequest(network=network, layer_sizes=[2, 5, 1]))
            stub.Step(pb.StepRequest(network=network, count=60, settings=settings()))
        create(stub)
    return own_server


def test_any_bytes_are_answered_by_an_error_of_the_client(
    fuzzed: ServerProcess, promise: Promise
) -> None:
    assert fuzzed.process is not None
    answers: Counter[str] = Counter()
    memory = observing.memory(fuzzed.process.pid)
    with grpc.insecure_channel(fuzzed.target) as channel:

        @hypothesis_settings(
            max_examples=rounds(200, 200_000),
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data(), seed=st.integers(0, 2**32))
        def answer(data: st.DataObject, seed: int) -> None:
            choice = random.Random(seed)
            method, kind = choice.choice(METHODS)
            message = aimed(data.draw(messages(kind.DESCRIPTOR)), choice)
            content = message.SerializeToString()
            if choice.random() < 0.5:
                content = mutated(content, choice)
            code = outcome(channel, method, content)
            assert code not in WRONG, (method.name, content)
            answers[code.name] += 1

        answer()
        health = outcome(channel, SERVICE.methods_by_name["GetServerInfo"], b"")
    assert health is grpc.StatusCode.OK
    assert fuzzed.process.poll() is None
    assert "Traceback" not in fuzzed.said()
    assert observing.memory(fuzzed.process.pid) - memory <= MOST_MEMORY
    promise("any bytes are answered", **answers)


def outcome(channel: grpc.Channel, method: Any, content: bytes) -> grpc.StatusCode:
    """Make a call with these bytes, and return how it ends; streams end after some messages."""
    path, calls = f"/{SERVICE.full_name}/{method.name}", cast("Any", channel)  # bytes as they are
    try:
        if method.client_streaming:
            calls.stream_unary(path)(iter([content, content]), timeout=SECONDS)
        elif method.server_streaming:
            stream = calls.unary_stream(path)(content, timeout=0.2)
            for _, _ in zip(range(5), stream, strict=False):
                pass
            stream.cancel()
        else:
            calls.unary_unary(path)(content, timeout=SECONDS)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


BODY = b'{"inputs":[{"values":[1]}]}'
HEAD = (
    b"POST /v1/networks/fuzzed:predict HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


def test_any_bytes_over_http_are_answered_by_an_error_of_the_client_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, promise: Promise
) -> None:
    with new_server(tmp_path_factory.mktemp("fuzzed"), http=True) as server:
        choice, answers = random.Random(17), Counter[str]()
        for _ in range(rounds(100, 20_000)):
            content = mutated(mutated(HEAD, choice), choice)
            answers[status(server, content)] += 1
        assert status(server, HEAD, PATIENCE).startswith("4")
        assert "Traceback" not in server.said()
    assert not [each for each in answers if each.startswith("5") and each not in {"501", "505"}]
    promise("any bytes over HTTP are answered", **{f"HTTP_{it}": n for it, n in answers.items()})


def status(server: ServerProcess, content: bytes, patience: float = 0.05) -> str:
    """Send bytes, and return the status, or "none": the server waits for more."""
    assert server.http_port is not None
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=5) as connection:
        connection.sendall(content)
        connection.settimeout(patience)
        try:
            answer = connection.recv(65536)
        except (ConnectionResetError, TimeoutError):
            answer = b""
    return answer[9:12].decode() or "none"
