"""What a process and its children use of the machine, from outside. Linux only."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

_SAMPLE_SECONDS = 0.05
_WINDOW_SECONDS = 0.2
_MOST_SHARE = 0.15


def memory(pid: int) -> int:
    """Return the bytes of memory of a process and its children."""
    total = 0
    for each in _family(pid):
        with suppress(OSError, ValueError):  # it may end
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
            (resident,) = (line for line in lines if line.startswith("VmRSS:"))
            total += int(resident.split()[1]) * 1024
    return total


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from _family(int(child))


def share(pid: int, seconds: float) -> float:
    """Return how many processors a process and its children would use, in the next seconds.

    The time in which they wait for a processor counts too, on a machine that is busy.
    """
    began, before = time.monotonic(), _used(pid)
    time.sleep(seconds)
    return _between(before, _used(pid)) / (time.monotonic() - began)


def seconds_until_idle(pid: int, usual_share: float, most_seconds: float) -> float:
    """Return after how long a process computes no more than usual."""
    began = time.monotonic()
    samples = [(began, _used(pid))]
    while (now := time.monotonic()) - began < most_seconds:
        samples.append((now, _used(pid)))
        recent = [sample for sample in samples if sample[0] >= now - _WINDOW_SECONDS]
        (first, before), (last, after) = recent[0], recent[-1]
        most = (usual_share + _MOST_SHARE) * (last - first)
        if now - began > _WINDOW_SECONDS and _between(before, after) < most:
            return max(first - began, 0.0)
        time.sleep(_SAMPLE_SECONDS)
    return most_seconds


def _used(pid: int) -> dict[str, float]:
    """Return the seconds that each thread of a process and its children had something to do."""
    used = {}
    for each in _family(pid):
        for thread in Path(f"/proc/{each}/task").glob("*/schedstat"):
            with suppress(OSError):
                computed, waited, _ = map(int, thread.read_text().split())
                used[thread.parent.name] = (computed + waited) * 1e-9
    return used


def _between(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return the seconds between two observations; threads may begin and end."""
    return sum(used - before.get(each, 0.0) for each, used in after.items())


def seconds_until_memory(pid: int, most_bytes: float, most_seconds: float) -> float | None:
    """Return after how long a process has no more memory than this; None: it takes longer."""
    began = time.monotonic()
    while memory(pid) > most_bytes:
        if time.monotonic() - began > most_seconds:
            return None
        time.sleep(_SAMPLE_SECONDS)
    return time.monotonic() - began


class Peak:
    """The most memory that a process has had while it was observed."""

    def __init__(self, pid: int) -> None:
        self.bytes = memory(pid)
        self._pid = pid

    @contextmanager
    def observed(self) -> Iterator["Peak"]:
        """Observe it for the time of the block."""
        ended = Event()
        thread = Thread(target=self._observe, args=(ended,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            ended.set()
            thread.join()

    def _observe(self, ended: Event) -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            self.bytes = max(self.bytes, memory(self._pid))
