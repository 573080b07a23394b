"""The processes of the demos."""

import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from service.cli.demo.promises import PromiseBroken, require

#: The maximum time of the first start on a machine, which compiles the kernels.
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0


class DemoProcess:
    """A process of this program, which prints a line when it is ready, and logs to a file.

    It is a context manager that stops the process at the end.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[str] | None = None

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
        """Start the process and wait until it is ready; return the duration in seconds."""
        begin = time.monotonic()
        with self._log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the program is this one
                [sys.executable, "-m", "clearprop.cli", *self._arguments()],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._await_ready()
        return time.monotonic() - begin

    def stop(self) -> float:
        """Stop the process with SIGTERM, as an operator would; return the duration in seconds."""
        begin = time.monotonic()
        self._running().terminate()
        try:
            code = self._running().wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise PromiseBroken(f"the process did not stop within {_STOP_SECONDS:.0f} s") from None
        require(code == 0, f"the process stopped with exit code {code}: {self._logged()}")
        return time.monotonic() - begin

    def kill(self) -> None:
        """Kill the process with SIGKILL, as if its machine had failed."""
        self._running().send_signal(signal.SIGKILL)
        self._running().wait()

    def _arguments(self) -> list[str]:
        raise NotImplementedError

    def _await_ready(self) -> None:
        self._announced()

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            raise PromiseBroken("the process is not running")
        return self._process

    def _announced(self) -> str:
        """Return the line that the process prints when it is ready."""
        output = self._running().stdout
        assert output is not None
        ready, _, _ = select.select([output], [], [], _START_SECONDS)
        line = output.readline() if ready else ""
        require(bool(line), f"the process did not start: {self._logged()}")
        return line

    def _logged(self) -> str:
        return self._log.read_text(encoding="utf-8").strip()[-1000:]


class ServerProcess(DemoProcess):
    """A server on a free port of this machine, with a database and more options."""

    def __init__(self, database: str, log: Path, *options: str) -> None:
        super().__init__(log)
        self._database, self._options = database, options
        #: The address. The port is selected at the first start and then kept.
        self.target = "127.0.0.1:0"

    def _arguments(self) -> list[str]:
        where = ["--grpc", self.target, "--http", "off"]
        return ["serve", *where, "--database", self._database, *self._options]

    def _await_ready(self) -> None:
        """Wait until the server has an address, and its health is SERVING."""
        line = self._announced()
        words = [word for word in line.split() if word.startswith("127.0.0.1:")]
        require(bool(words), f"the server did not start: {line}")
        self.target = words[0]
        try:
            with grpc.insecure_channel(self.target) as channel:
                for answer in health_pb2_grpc.HealthStub(channel).Watch(
                    health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=_START_SECONDS
                ):
                    if answer.status == health_pb2.HealthCheckResponse.SERVING:
                        return
        except grpc.RpcError as error:
            raise PromiseBroken("the server started, but its health is not SERVING") from error


@contextmanager
def interruptible() -> Iterator[None]:
    """Handle SIGTERM like Ctrl-C, so that the processes of a demo are stopped as well."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
