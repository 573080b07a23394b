"""Healthy clients of a server, which measure their calls.

`python -m bench.healthy GRPC HTTP KIND …`. Until the input ends, each kind of client makes a call,
waits for 50 ms and makes the next, about networks of its own. A client that watches measures the
time from a Step to the message with its update. Each call is a line: its kind, when it began, how
long it took in seconds, and its status.
"""

import http.client
import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

import grpc
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from clearprop.v1.training_set_pb2 import Example
from grpc_health.v1 import health_pb2, health_pb2_grpc

_PAUSE_SECONDS = 0.05
_TIMEOUT_SECONDS = 30.0
_JSON = {"Content-Type": "application/json"}

Call = Callable[[], None]

_lock = Lock()


def _report(kind: str, began: float, status: str) -> None:
    took = time.monotonic() - began
    with _lock:
        sys.stdout.write(f"{kind} {began:.6f} {took:.6f} {status}\n")
        sys.stdout.flush()


class _Client:
    """A connection for each face, and the networks of one client."""

    def __init__(self, target: str, http_target: str, kind: str) -> None:
        self.kind = kind
        self.channel = grpc.insecure_channel(
            target, options=[("grpc.use_local_subchannel_pool", 1)]
        )
        self.stub = TrainingServiceStub(self.channel)
        self._http_target = http_target
        self._http: http.client.HTTPConnection | None = None
        self.network = f"good-{kind}"
        self._stepped = 0
        self.connected = False
        self._changed = Event()
        self._seen = 0

    def prepare(self) -> None:
        """Create the client's network, with a run that each Step continues."""
        with suppress(grpc.RpcError):  # it is there already
            self.stub.CreateNetwork(
                pb.CreateNetworkRequest(
                    network=self.network,
                    layer_sizes=[2, 5, 1],
                    initializer=network_pb2.Initializer(seed=7),
                )
            )
            if self.kind == "train":
                return
            settings = run_pb2.TrainingSettings(
                training_set="xor", learning_rate=0.5, batch_size=4, epochs=10_000_000
            )
            self.stub.Step(pb.StepRequest(network=self.network, settings=settings))

    def train(self) -> None:
        """Begin a run that goes on for hours, or report how far it has come."""
        if not self.connected:
            with suppress(grpc.RpcError):  # it goes on
                settings = run_pb2.TrainingSettings(
                    training_set="trained", learning_rate=0.1, batch_size=600, epochs=10**9
                )
                inputs = [[index % 7, index % 5] for index in range(600)]
                examples = [Example(inputs=each, targets=[each[0] > each[1]]) for each in inputs]
                self.stub.CreateTrainingSet(
                    pb.CreateTrainingSetRequest(training_set="trained", examples=examples)
                )
                self.stub.Train(pb.TrainRequest(network=self.network, settings=settings))
        request = pb.GetNetworkRequest(network=self.network)
        network = self.stub.GetNetwork(request, timeout=_TIMEOUT_SECONDS).network
        if not network.active_run:
            raise _Failed("RUN_ENDED")
        if not self.connected:
            return
        with _lock:
            sys.stdout.write(f"update {time.monotonic():.6f} {network.latest_update} OK\n")

    def get_network(self) -> None:
        self.stub.GetNetwork(pb.GetNetworkRequest(network=self.network), timeout=_TIMEOUT_SECONDS)

    def get_state(self) -> None:
        self.stub.GetState(pb.GetStateRequest(network=self.network), timeout=_TIMEOUT_SECONDS)

    def step(self) -> None:
        self._stepped = (
            self.stub.Step(pb.StepRequest(network=self.network), timeout=_TIMEOUT_SECONDS)
            .updates[-1]
            .update
        )

    def health(self) -> None:
        stub: Any = health_pb2_grpc.HealthStub(self.channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=_TIMEOUT_SECONDS)
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise _Failed("NOT_SERVING")

    def http_get(self) -> None:
        self._request("GET", f"/v1/networks/{self.network}", b"")

    def http_step(self) -> None:
        self._request("POST", f"/v1/networks/{self.network}:step", b"{}")

    def _request(self, method: str, path: str, body: bytes) -> None:
        if self._http is None:
            host, _, port = self._http_target.rpartition(":")
            self._http = http.client.HTTPConnection(host, int(port), timeout=_TIMEOUT_SECONDS)
        try:
            self._http.request(method, path, body, _JSON)
            response = self._http.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            self._http = None
            raise _Failed(type(error).__name__) from None
        if response.status != http.client.OK:
            raise _Failed(f"HTTP-{response.status}")

    def watch(self) -> None:
        """Step, and wait until the watch has shown it."""
        self._step_and_see(self._read_watch)

    def sse(self) -> None:
        """The same, by server-sent events."""
        self._step_and_see(self._read_events)

    def _step_and_see(self, read: Callable[[], None]) -> None:
        if not self._seen:
            Thread(target=self._keep_reading, args=(read,), daemon=True).start()
            self._await(lambda: self._seen > 0)
        self.step()
        self._await(lambda: self._seen >= self._stepped)

    def _await(self, condition: Callable[[], bool]) -> None:
        began = time.monotonic()
        while not condition():
            self._changed.wait(0.5)
            self._changed.clear()
            if time.monotonic() - began > _TIMEOUT_SECONDS:
                raise _Failed("NOT_SEEN")

    def _keep_reading(self, read: Callable[[], None]) -> None:
        while True:
            try:
                read()
            except grpc.RpcError as error:
                _report(f"{self.kind}-stream", time.monotonic(), error.code().name)
            except (OSError, http.client.HTTPException) as error:
                _report(f"{self.kind}-stream", time.monotonic(), type(error).__name__)
            time.sleep(_PAUSE_SECONDS)

    def _see(self, update: int) -> None:
        self._seen = max(self._seen, update, 1)
        self._changed.set()

    def _read_watch(self) -> None:
        for part in self.stub.WatchUpdates(pb.WatchUpdatesRequest(network=self.network)):
            if part.HasField("updates"):
                self._see(part.updates.updates[-1].update)
            elif part.HasField("bookmark"):
                self._see(part.bookmark.latest_update)

    def _read_events(self) -> None:
        host, _, port = self._http_target.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=600)
        path = f"/v1/networks/{self.network}/updates:watch"
        connection.request("GET", path, headers={"Accept": "text/event-stream"})
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise http.client.HTTPException(response.status)
        while line := response.readline():
            if line.startswith(b"data:"):
                content = json.loads(line[5:])
                if updates := content.get("updates", {}).get("updates"):
                    self._see(int(updates[-1]["update"]))
                elif bookmark := content.get("bookmark"):
                    self._see(int(bookmark.get("latestUpdate", 0)))
        raise http.client.HTTPException("ended")


class _Failed(Exception):
    """A call without the answer that it must have."""


KINDS: Mapping[str, Callable[[_Client], Call]] = {
    "get": lambda client: client.get_network,
    "train": lambda client: client.train,
    "state": lambda client: client.get_state,
    "step": lambda client: client.step,
    "health": lambda client: client.health,
    "http-get": lambda client: client.http_get,
    "http-step": lambda client: client.http_step,
    "watch": lambda client: client.watch,
    "sse": lambda client: client.sse,
}


def _keep_calling(client: _Client, call: Call, ended: Event) -> None:
    while not ended.wait(_PAUSE_SECONDS * random.uniform(0.5, 1.5)):  # noqa: S311 (a pause)
        began, status = time.monotonic(), "OK"
        try:
            call()
        except grpc.RpcError as error:
            status = error.code().name
        except _Failed as failed:
            status = str(failed)
        _report(client.kind, began, status)


def main(target: str, http_target: str, *kinds: str) -> None:
    """Make calls until the input ends."""
    ended = Event()
    clients = [_Client(target, http_target, kind) for kind in kinds]
    for client in clients:
        client.prepare()
        with suppress(grpc.RpcError, _Failed):
            KINDS[client.kind](client)()  # connects
    for client in clients:
        client.connected = True
    sys.stdout.write("healthy\n")
    sys.stdout.flush()
    for client in clients:
        call = KINDS[client.kind](client)
        Thread(target=_keep_calling, args=(client, call, ended), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
