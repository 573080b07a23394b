"""Calls over HTTP beside the same calls over gRPC: what its forms and transport cost a client."""

import http.client
import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import msgspec
import numpy as np
from clearprop.v1 import network_pb2, run_pb2, training_service_pb2_grpc
from clearprop.v1 import training_service_pb2 as pb
from numpy.typing import NDArray

from bench.measuring import in_turn
from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_CALLS = 200
_LARGE_CALLS = 10
_INPUTS = 784

#: What every client needs for large responses.
_OPTIONS = [("grpc.max_receive_message_length", 64 * 2**20)]


@dataclass(frozen=True, slots=True)
class _Work:
    """The same call over gRPC and over HTTP, `count` times in one measurement."""

    name: str
    over_grpc: Callable[[], object]
    over_http: Callable[[], object]
    count: int
    form: str = "JSON"
    """What the client reads over HTTP."""
    is_fast: bool = True
    """Whether it should take about as long as over gRPC."""


class _Http:
    """A client that keeps its connection, as every client of HTTP should."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 (JSON)
        """Return what a call answers."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        return msgspec.json.decode(self._answer(method, path, content, headers))

    def numbers(self, path: str) -> NDArray[np.float64]:
        """Return all numbers of a safetensors file, in place."""
        file = self._answer("GET", path, None, {"Accept": "application/octet-stream"})
        return np.frombuffer(file, "<f8", offset=8 + int.from_bytes(file[:8], "little"))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _answer(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> bytes:
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{method} {path}: {answer.decode()}")
        return answer


def rows() -> list[Row]:
    """Measure calls of each kind."""
    BUILD.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=BUILD) as folder,
        serving(Path(folder), "rest", http=True) as server,
        grpc.insecure_channel(server.target, options=_OPTIONS) as channel,
    ):
        client = _Http(server.http)
        stub = training_service_pb2_grpc.TrainingServiceStub(channel)
        _create_networks(stub)
        works = [*_works(stub, client), *_large_works(stub, client)]
        found = [_row(work) for work in works]
        client.close()
    return found


def _create_networks(stub: training_service_pb2_grpc.TrainingServiceStub) -> None:
    stub.CreateNetwork(pb.CreateNetworkRequest(network="small", layer_sizes=[2, 5, 1]))
    stub.CreateNetwork(pb.CreateNetworkRequest(network="large", layer_sizes=[_INPUTS, 100, 10]))
    stub.CreateNetwork(pb.CreateNetworkRequest(network="larger", layer_sizes=[1000, 900, 100]))
    settings = run_pb2.TrainingSettings(
        training_set="xor", learning_rate=5.0, batch_size=4, epochs=1_000_000
    )
    stub.Step(pb.StepRequest(network="small", settings=settings, count=1_000))


def _works(stub: training_service_pb2_grpc.TrainingServiceStub, client: _Http) -> list[_Work]:
    inputs = [0.0, 1.0]
    small = "/v1/networks/small"
    return [
        _Work(
            "GetNetwork",
            lambda: stub.GetNetwork(pb.GetNetworkRequest(network="small")),
            lambda: client.call("GET", small),
            _CALLS,
        ),
        _Work(
            "GetState (2-5-1)",
            lambda: stub.GetState(pb.GetStateRequest(network="small")),
            lambda: client.call("GET", f"{small}/state"),
            _CALLS,
        ),
        _Work(
            "Predict for one vector (2-5-1)",
            lambda: stub.Predict(
                pb.PredictRequest(network="small", inputs=[network_pb2.Vector(values=inputs)])
            ),
            lambda: client.call("POST", f"{small}:predict", {"inputs": [{"values": inputs}]}),
            _CALLS,
        ),
        _Work(
            "Step by one update (2-5-1)",
            lambda: stub.Step(pb.StepRequest(network="small")),
            lambda: client.call("POST", f"{small}:step", {}),
            _CALLS,
        ),
        _Work(
            "TraceUpdate (2-5-1, batch 4)",
            lambda: stub.TraceUpdate(pb.TraceUpdateRequest(network="small", update=500)),
            lambda: client.call("GET", f"{small}/updates/500:trace"),
            _CALLS,
        ),
        _Work(
            "ExplainWeight (2-5-1, batch 4)",
            lambda: stub.ExplainWeight(
                pb.ExplainWeightRequest(network="small", update=500, layer=1, unit=2, input=1)
            ),
            lambda: client.call("GET", f"{small}/updates/500:explain?layer=1&unit=2&input=1"),
            _CALLS // 4,
        ),
        _Work(
            "ListUpdates, 100 of them with parameters (2-5-1)",
            lambda: stub.ListUpdates(pb.ListUpdatesRequest(network="small", start_update=1)),
            lambda: client.call("GET", f"{small}/updates?startUpdate=1"),
            _CALLS // 4,
        ),
    ]


def _large_works(stub: training_service_pb2_grpc.TrainingServiceStub, client: _Http) -> list[_Work]:
    """Return the calls that return many numbers."""
    over_grpc = partial(stub.GetState, pb.GetStateRequest(network="large"))
    larger = partial(stub.GetState, pb.GetStateRequest(network="larger"))
    path, name = "/v1/networks/large/state", "GetState, 79,400 parameters (784-100-10)"
    return [
        _Work(name, over_grpc, partial(client.numbers, path), _LARGE_CALLS, form="arrays"),
        _Work(
            "GetState, 990,000 parameters (1000-900-100)",
            larger,
            partial(client.numbers, "/v1/networks/larger/state"),
            _LARGE_CALLS,
            form="arrays",
        ),
        _Work(name, over_grpc, partial(client.call, "GET", path), _LARGE_CALLS, is_fast=False),
    ]


def _row(work: _Work) -> Row:
    grpc_times, http_times = in_turn(
        5,
        (_repeated(work.over_grpc, work.count), work.count),
        (_repeated(work.over_http, work.count), work.count),
    )
    ratio = http_times.median / grpc_times.median
    return Row(
        f"{work.name} over HTTP, {work.form} read",
        http_times.text(1e-3, "ms"),
        f"over gRPC {grpc_times.text(1e-3, 'ms')}",
        f"{ratio:.2f} × its time",
        "≤ 1.5 ×" if work.is_fast else "—",
        ratio <= 1.5 if work.is_fast else None,
    )


def _repeated(call: Callable[[], object], count: int) -> Callable[[], None]:
    def repeat() -> None:
        for _ in range(count):
            call()

    return repeat
