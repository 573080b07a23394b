"""A server process whose dealings with its disk strace records, from its first to its last."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from disk_recording import CALLS, FORMAT, Operation, recorded
from servers import ServerProcess

from bench.ports import free_port

_SERVE = [sys.executable, str(Path(__file__).with_name("serve_with_pragmas.py"))]


@cache
def why_nothing_can_be_traced() -> str:
    """Return why processes cannot be traced here; nothing where they can."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    tried = subprocess.run(
        [strace, "-f", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    return "" if tried.returncode == 0 else "processes may not be traced here"


def require_tracing() -> None:
    """Skip a test where processes cannot be traced, and say so."""
    if why := why_nothing_can_be_traced():
        pytest.skip(f"what a failing disk does to a server was NOT tested: {why}")


class TracedServer(ServerProcess):
    """A server with settings of its own, and everything that it did to the files of its folder.

    A checkpoint follows after so many commits.

    Those of its syncs fail that `failing_syncs` tells, in the words of strace. It counts those of
    each thread: so only the thread of the store writes then.
    """

    def __init__(
        self, folder: Path, commits: int, pragmas: Sequence[str], failing_syncs: str
    ) -> None:
        super().__init__(
            f"sqlite:///{folder / 'data' / 'clearprop.db'}", folder / "server.log", free_port()
        )
        self.folder = folder / "data"
        self.folder.mkdir()
        self._settings = [str(commits), "queued" if failing_syncs else "direct", *pragmas]
        self._failing_syncs = failing_syncs
        self._trace = folder / "trace"
        self._tracing = -1

    def launch(self) -> None:
        database = self.folder / "clearprop.db"
        paths = [self.folder, *(f"{database}{part}" for part in ("", "-wal", "-journal"))]
        tracer = [
            # The tracer stands aside: the process that is started is the server itself.
            *("strace", "-D", "--seccomp-bpf", *FORMAT, "-e", "signal=none"),
            *("-o", str(self._trace), "-e", f"trace={','.join(CALLS)}"),
            *(option for path in paths for option in ("-P", str(path))),
        ]
        if self._failing_syncs:
            tracer += ["-e", f"inject=fdatasync:error=EIO:when={self._failing_syncs}"]
        options = ["serve", "--grpc", self.target, "--http", "off", "--database", self.database]
        # Held open by the server and its tracer, and closed when both have ended.
        self._tracing, held = os.pipe()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*tracer, *_SERVE, *self._settings, "--", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[held],
            )
        os.close(held)

    def recording(self) -> list[Operation]:
        """Return what was done, once the server has ended."""
        while os.read(self._tracing, 1):
            pass
        os.close(self._tracing)
        return recorded(self._trace, self.folder)


@contextmanager
def traced_server(
    folder: Path, commits: int, pragmas: Sequence[str], failing_syncs: str = ""
) -> Iterator[TracedServer]:
    """A server that has begun with an empty folder. Skips the test where that cannot be."""
    require_tracing()
    server = TracedServer(folder, commits, pragmas, failing_syncs)
    server.launch()
    try:
        server.wait_until_serving()
        yield server
    finally:
        assert server.process is not None
        if server.process.poll() is None:
            server.kill()
