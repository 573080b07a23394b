"""Healthy and hostile clients of a server, as processes that are observed and ended."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from bench.measuring import percentile

ROOT = Path(__file__).parents[1]

#: The nine kinds of healthy clients, by process.
KINDS = [("get", "state", "step", "health", "train"), ("http-get", "http-step"), ("watch", "sse")]

#: Where attackers connect from: another address than that of the healthy clients.
SOURCE = "127.0.0.2"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a healthy client."""

    kind: str
    began: float
    seconds: float
    status: str


class Healthy:
    """The healthy clients of a server, each measuring its own calls."""

    def __init__(self, grpc: str, http: str, groups: Sequence[Sequence[str]] = KINDS) -> None:
        self._kinds = {kind for group in groups for kind in group}
        self._lines: list[str] = []
        self._pause = (0.0, 0.0)
        self._processes = [_process("bench.healthy", grpc, http, *kinds) for kinds in groups]
        self._readers: list[Thread] = []
        for process in self._processes:
            _expect(process, "healthy")
            self._readers.append(Thread(target=self._read, args=(process,), daemon=True))
            self._readers[-1].start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.append(line)

    def calls(self, began: float, ended: float) -> list[Call]:
        """Return the calls that began in an interval and have ended by now."""
        calls = []
        for line in list(self._lines):
            kind, at, seconds, status = line.split()
            if kind == "update" or not began <= float(at) < ended:
                continue
            took = float(seconds)
            if float(at) < self._pause[0] < float(at) + took:
                took -= self._pause[1] - self._pause[0]
            calls.append(Call(kind, float(at), took, status))
        return calls

    def updates_per_second(self, began: float, ended: float) -> float:
        """Return the speed of the run in an interval."""
        points = [
            (float(at), int(update))
            for kind, at, update, _ in map(str.split, list(self._lines))
            if kind == "update" and began <= float(at) < ended
        ]
        if len(points) < 2:
            return 0.0
        (first, least), (last, most) = points[0], points[-1]
        return (most - least) / (last - first)

    @contextmanager
    def paused(self) -> Iterator[float]:
        """Stop their processes for the time of the block; return when that was."""
        began = time.monotonic()
        for process in self._processes:
            process.send_signal(signal.SIGSTOP)
        try:
            yield began
        finally:
            for process in self._processes:
                process.send_signal(signal.SIGCONT)
            self._pause = (began, time.monotonic())

    def wait_for_calls(self, after: float) -> None:
        """Wait until every kind of client has made a call after a moment, half a minute at most."""
        most = time.monotonic() + 30.0
        while time.monotonic() < most:
            calls = self.calls(after, most)
            if self._kinds <= {call.kind for call in calls}:
                break
            time.sleep(0.1)

    def stop(self) -> None:
        """End their processes."""
        for process, reader in zip(self._processes, self._readers, strict=True):
            process.kill()
            reader.join()
            _kill(process)


def _process(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 (the project's own program)
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()


def _expect(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if line != word:
        raise RuntimeError(f"expected {word!r}, not {line!r}")


class Attacker:
    """A process that attacks a server from the time that it is made until it is ended."""

    def __init__(self, name: str, grpc: str, http: str, source: str = SOURCE) -> None:
        self._process = _process("bench.attacks", name, grpc, http, source)
        _expect(self._process, "attacking")

    def end(self) -> None:
        """Let it cancel its calls and close its connections; do not wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def outcomes(self) -> dict[str, int]:
        """Return what the server answered, once it has ended."""
        assert self._process.stdout is not None
        counts: dict[str, int] = json.loads(self._process.stdout.read() or "{}")
        _kill(self._process)
        return counts

    def kill(self) -> None:
        """End its process whatever it does."""
        _kill(self._process)


def p99(calls: list[Call]) -> float:
    """Return the time that 99 % of the calls did not exceed."""
    return percentile([call.seconds for call in calls], 0.99) if calls else float("nan")
