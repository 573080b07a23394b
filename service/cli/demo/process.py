"""The server of the demo, in its own process."""

import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from service.cli.demo.promises import PromiseBroken, require

#: The maximum time of the first start on a machine, which compiles the kernels.
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


class ServerProcess:
    """A server on a free port of this machine, which stores data in a SQLite file.

    It is a context manager that stops the server at the end.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._log = database.with_suffix(".log")
        self._process: subprocess.Popen[str] | None = None
        #: The address. The port is selected at the first start and then kept.
        self.target = "127.0.0.1:0"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running().pid

    def start(self) -> float:
        """Start the server and wait until it is ready; return the duration in seconds."""
        begin = time.monotonic()
        with self._log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the program is this one
                self._command(), stdout=subprocess.PIPE, stderr=log, text=True
            )
        self.target = self._announced()
        self._await_health()
        return time.monotonic() - begin

    def stop(self) -> float:
        """Stop the server with SIGTERM, as an operator would; return the duration in seconds."""
        begin = time.monotonic()
        self._running().terminate()
        try:
            code = self._running().wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise PromiseBroken(f"the server did not stop within {_STOP_SECONDS:.0f} s") from None
        require(code == 0, f"the server stopped with exit code {code}: {self._logged()}")
        return time.monotonic() - begin

    def _command(self) -> list[str]:
        where = ["--grpc", self.target, "--http", "off"]
        store = ["--database", f"sqlite:///{self._database}"]
        return [sys.executable, "-m", "clearprop.cli", "serve", *where, *store]

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise PromiseBroken("the server is not running")
        return self._process

    def _announced(self) -> str:
        """Return the HOST:PORT in the line that the server prints when it is ready."""
        output = self._running().stdout
        assert output is not None
        ready, _, _ = select.select([output], [], [], _START_SECONDS)
        line = output.readline() if ready else ""
        for word in line.split():
            if word.startswith("127.0.0.1:"):
                return word
        raise PromiseBroken(f"the server did not start: {self._logged() or line}")

    def _await_health(self) -> None:
        """Wait until the health of the server is SERVING."""
        try:
            with grpc.insecure_channel(self.target) as channel:
                for answer in health_pb2_grpc.HealthStub(channel).Watch(
                    health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=_START_SECONDS
                ):
                    if answer.status == health_pb2.HealthCheckResponse.SERVING:
                        return
        except grpc.RpcError as error:
            raise PromiseBroken("the server started, but its health is not SERVING") from error

    def _logged(self) -> str:
        return self._log.read_text(encoding="utf-8").strip()[-1000:]
