"""A disk that refuses what a running server asks of it, for as long as a test wants."""

import signal
import subprocess
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from traced_server import require_tracing


@dataclass(frozen=True)
class Fault:
    """Which calls on which files of a database fail, and how."""

    calls: str
    error: str
    parts: tuple[str, ...] = ("", "-wal", "-shm", "-journal")

    def __str__(self) -> str:
        return f"{self.error} of {self.calls}"


class FailingDisk(AbstractContextManager["FailingDisk"]):
    """Lets calls of a server fail while the context lasts: from the `first` to the `last` one.

    None for the last: all from the first on. Skips the test where servers cannot be traced.
    """

    def __init__(
        self, pid: int, folder: Path, fault: Fault, first: int = 1, last: int | None = None
    ) -> None:
        self.failures = 0
        self._trace = folder / "trace"
        database = folder / "clearprop.db"
        paths = [f"{database}{part}" for part in fault.parts]
        when = f"{first}+" if last is None else f"{first}..{last}"
        self._command = [
            *("strace", "-f", "-p", str(pid), "-o", str(self._trace)),
            *("-e", f"trace={fault.calls}", "-e", "signal=none"),
            *("-e", f"inject={fault.calls}:error={fault.error}:when={when}"),
            *(option for path in paths for option in ("-P", path)),
        ]

    def __enter__(self) -> Self:
        require_tracing()
        self._tracer = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        assert self._tracer.stderr is not None
        said = self._tracer.stderr.readline()
        if "attached" not in said:
            self._tracer.communicate()
            pytest.skip(f"what a failing disk does to a server was NOT tested: {said}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tracer.send_signal(signal.SIGINT)
        self._tracer.communicate()
        self.failures = self._trace.read_text().count("(INJECTED)")
