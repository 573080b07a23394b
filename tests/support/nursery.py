"""Processes that start in a moment: forked from one that has loaded everything already.

What is forked is what the command `clearprop` runs, as a process of its own, with its own memory,
files and threads; it can be killed like any other. Only the loading of modules and kernels, which
takes most of a start, is done once.
"""

import json
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, socket
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from nursing import Order

#: Starts at once, for it loads nothing but what it needs.
_NURSED = [sys.executable, "-I", "-S", str(Path(__file__).with_name("nursed_clearprop.py"))]
_NURSERY = [sys.executable, str(Path(__file__).with_name("nursing.py"))]


#: Where to reach a nursery that processes share, in the environment of a process of tests.
SHARED = "SHARED_NURSERY"


class Nursery:
    """Starts servers and other commands for the time of a test session.

    With the address of one that is shared, it is that one; otherwise it is a process of its own.
    """

    def __init__(self, shared: str | None = None) -> None:
        self._orders: IO[bytes]
        self._answers: IO[bytes]
        if shared is None:
            self._process = subprocess.Popen(
                _NURSERY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._orders, self._answers = self._process.stdin, self._process.stdout
        else:
            with socket(AF_UNIX) as connection:
                connection.connect(shared)
                self._orders, self._answers = connection.makefile("wb"), connection.makefile("rb")
        self._asking = Lock()

    def start(self, arguments: list[str], log: Path) -> "Child":
        """Start `clearprop` with these arguments; it writes to the end of `log`."""
        return self._fork(arguments, log, log, dict(os.environ), Path.cwd())

    def run(
        self, arguments: list[str], environment: dict[str, str], folder: Path
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end in a pipe without input, as subprocess.run would."""
        with TemporaryDirectory() as written:
            out, err = Path(written, "out"), Path(written, "err")
            code = self._fork(arguments, out, err, environment, folder).wait(timeout=120)
            return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())

    def _fork(
        self, arguments: list[str], out: Path, err: Path, environment: dict[str, str], folder: Path
    ) -> "Child":
        return self._fork_as(
            {
                "start": arguments,
                "out": str(out),
                "err": str(err),
                "environment": environment,
                "folder": str(folder),
            }
        )

    def _fork_as(self, order: "Order") -> "Child":
        return Child(self, self._ask(order))

    @contextmanager
    def serving(self, address: Path) -> Iterator[str]:
        """Let shells run commands for the block: with what is returned in place of `clearprop`."""
        fork = self._fork_as

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                code = fork(json.loads(self.rfile.readline())).wait()
                self.wfile.write(f"{code}\n".encode())

        with ThreadingUnixStreamServer(str(address), Handler) as server:
            thread = Thread(target=server.serve_forever, args=[0.01])
            thread.start()
            try:
                yield f"NURSERY={shlex.quote(str(address))} {shlex.join(_NURSED)}"
            finally:
                server.shutdown()
                thread.join()

    def exit_code(self, pid: int) -> int:
        """Wait for a child's end; less than 0 is the signal that killed it."""
        return self._ask({"wait": pid})

    def _ask(self, order: Mapping[str, object]) -> int:
        return int(self._relay(json.dumps(order).encode() + b"\n"))

    def _relay(self, order: bytes) -> bytes:
        with self._asking:
            self._orders.write(order)
            self._orders.flush()
            return self._answers.readline()


@contextmanager
def shared_nursery() -> Iterator[None]:
    """Let processes that begin in the block share a nursery."""
    nursery = Nursery()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            for order in self.rfile:
                self.wfile.write(nursery._relay(order))

    class Server(ThreadingUnixStreamServer):
        daemon_threads = True

    with TemporaryDirectory() as folder:
        address = str(Path(folder, "nursery"))
        with Server(address, Handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            os.environ[SHARED] = address
            try:
                yield
            finally:
                del os.environ[SHARED]
                server.shutdown()


class Child:
    """A process that was forked, with the methods of subprocess.Popen that tests use."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self._end = os.pidfd_open(pid)
        self._looking = Lock()
        self.pid = pid
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._end, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("clearprop", timeout or 0.0)
        return code

    def _look(self, seconds: float | None) -> int | None:
        """Return the exit code, None if it has none after so many seconds (None: wait for it)."""
        with self._looking:
            if self.returncode is None and select.select([self._end], [], [], seconds)[0]:
                self.returncode = self._nursery.exit_code(self.pid)
                os.close(self._end)
            return self.returncode
