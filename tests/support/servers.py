"""Real server processes for tests, and how to wait for them."""

import os
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from subprocess import Popen
from threading import Lock
from typing import Any

import grpc
from clearprop.v1 import training_service_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from nursery import SHARED, Child, Nursery
from patience import PATIENCE

from bench.ports import free_port

#: The command that starts a server, for tests that look at the start itself.
SERVE = [sys.executable, "-m", "clearprop.cli", "serve"]
READY_SECONDS = 60  # the first start on a machine compiles

#: How often to look whether a process that starts is still there.
_LOOK_SECONDS = 0.2

#: A channel that finds a server as soon as it is there. `min` stays at its default: in spite of
#: its name, it is the time that an attempt to connect may take.
_EAGER = [(f"grpc.{which}_reconnect_backoff_ms", 20) for which in ("initial", "max")]


@cache
def nursery() -> Nursery:
    """The one of this process, or of all that run tests; it ends when that process does."""
    return Nursery(os.environ.get(SHARED))


@dataclass
class OwnProcess(ABC):
    """A command that runs as its own process, which can be killed and stopped."""

    process: Child | Popen[bytes] | None = field(default=None, init=False)
    is_supervised: bool = field(default=False, init=False)  # somebody revives it
    _changing: Lock = field(default_factory=Lock, init=False, repr=False)

    @abstractmethod
    def launch(self) -> None:
        """Start it, and do not wait until it works."""

    def kill(self) -> None:
        with self._changing:
            assert self.process is not None
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def revive(self) -> None:
        """Start it again if it has given up, as a supervisor would."""
        with self._changing:
            if self.process is not None and (self.process.poll() or 0) > 0:
                self.launch()

    def stop(self) -> int:
        """Stop it as an operator would; return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


@dataclass
class ServerProcess(OwnProcess):
    """A server as its own process; it can be started again on its port."""

    database: str
    log: Path
    port: int
    http_port: int | None = None  # None: it serves gRPC alone
    more: tuple[str, ...] = ()  # options

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def http(self) -> str:
        """Where it serves HTTP, as the beginning of a URL."""
        assert self.http_port is not None
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> "ServerProcess":
        self.launch()
        self.wait_until_serving()
        return self

    def launch(self) -> None:
        """Start it, and do not wait until it serves."""
        http = "off" if self.http_port is None else f"127.0.0.1:{self.http_port}"
        options = ["serve", "--grpc", self.target, "--http", http, "--database", self.database]
        options += self.more
        self.process = nursery().start(options, self.log)

    def wait_until_serving(self) -> None:
        """Wait for it; fail at once, with what it has logged, if its process has ended."""
        with grpc.insecure_channel(self.target, options=_EAGER) as channel:
            health: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
            answer = health.Check.future(
                health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=READY_SECONDS
            )
            while True:
                try:
                    answer.result(timeout=_LOOK_SECONDS)
                except grpc.FutureTimeoutError:
                    self._require_process()
                else:
                    return

    def _require_process(self) -> None:
        assert self.process is not None
        code = self.process.poll()
        if code is not None and not self.is_supervised:
            raise RuntimeError(f"the server ended with code {code}:\n{self.said()}")

    @contextmanager
    def stub(self) -> Iterator[training_service_pb2_grpc.TrainingServiceStub]:
        with grpc.insecure_channel(
            self.target, options=[("grpc.max_receive_message_length", 64 * 2**20)]
        ) as channel:
            yield training_service_pb2_grpc.TrainingServiceStub(channel)

    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def new_server(folder: Path, *options: str, http: bool = False) -> Iterator[ServerProcess]:
    """A server with a SQLite file of its own in this folder, and with HTTP if it is asked for."""
    server = ServerProcess(
        f"sqlite:///{folder / 'clearprop.db'}",
        folder / "server.log",
        free_port(),
        free_port() if http else None,
        options,
    )
    with running(server):
        yield server


@contextmanager
def running(server: ServerProcess) -> Iterator[ServerProcess]:
    """Start a server, and kill it at the end of the block."""
    try:
        yield server.start()
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
