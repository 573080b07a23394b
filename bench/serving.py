"""A server process for measurements, with a database of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bench.ports import HOST, free_port

#: What Python runs.
_PROGRAM = ("-m", "clearprop.cli")


class Server:
    """A server on free ports of this machine."""

    def __init__(
        self,
        database: Path,
        *options: str,
        http: bool = False,
        program: Sequence[str] = _PROGRAM,
    ) -> None:
        self.database = database
        self.target = f"{HOST}:{free_port()}"
        self.http = f"{HOST}:{free_port()}" if http else "off"
        self._options = options
        self._program = program
        self.log: IO[bytes] | None = None  # None: that of the measuring process
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when it is SERVING."""
        url = f"sqlite:///{self.database}"
        self._process = subprocess.Popen(  # noqa: S603 (the project's own program)
            [
                *(sys.executable, *self._program, "serve"),
                *("--grpc", self.target, "--http", self.http, "--database", url),
                *self._options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=self.log,
        )
        options = [("grpc.max_reconnect_backoff_ms", 20), ("grpc.initial_reconnect_backoff_ms", 10)]
        with grpc.insecure_channel(self.target, options=options) as channel:
            health: Any = health_pb2_grpc.HealthStub(channel)
            health.Check(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=60)

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def memory(self) -> int:
        """Return how many bytes of memory it has now. Linux only."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (resident,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(resident.split()[1]) * 1024

    def processor_seconds(self) -> float:
        """Return for how long it has used processors. Linux only."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def stop(self, most_seconds: float = 30) -> None:
        """Stop it as an operator would; kill it when this takes longer."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=most_seconds)
            finally:
                self._process.kill()  # does nothing to one that has ended
                self._process.wait()
                self._process = None


@contextmanager
def serving(
    folder: Path,
    name: str,
    *options: str,
    http: bool = False,
    program: Sequence[str] = _PROGRAM,
) -> Iterator[Server]:
    """Serve a new database for the time of the block, and over HTTP too where that is asked for."""
    server = Server(folder / f"{name}.db", *options, http=http, program=program)
    try:
        server.start()
        yield server
    finally:
        server.stop()
