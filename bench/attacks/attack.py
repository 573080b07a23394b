"""What every attack has in common: a server, an end, and counts of what the server answered."""

import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread


@dataclass(frozen=True, slots=True)
class Victim:
    """A server, HOST:PORT for each face, and the address that the attacker connects from."""

    grpc: str
    http: str
    source: str = "127.0.0.1"

    def connect(self, target: str, timeout: float = 10.0) -> socket.socket:
        """Return a connection to one of the faces. Raises OSError."""
        host, _, port = target.rpartition(":")
        return socket.create_connection((host, int(port)), timeout, (self.source, 0))


class Outcomes:
    """Counts what the server answered; for many threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, outcome: str, times: int = 1) -> None:
        """Count an outcome."""
        with self._lock:
            self._counts[outcome] += times

    @property
    def counts(self) -> dict[str, int]:
        """The outcomes so far, the most frequent first."""
        with self._lock:
            return dict(self._counts.most_common())


#: Attacks until the event is set. It returns soon after, and all its connections are closed then.
Run = Callable[[Victim, Event, Outcomes], None]


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack: what it does in a few words, what it needs on the server, and how it runs."""

    words: str
    run: Run
    prepare: Callable[[Victim], None] = lambda _: None


def only_compute(_: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Compute, and leave the server alone: an attacker on the same machine costs at least that."""
    while not ended.is_set():
        sum(range(100_000))
        outcomes.add("sums")


def together(count: int, work: Callable[[], None]) -> None:
    """Do the same in many threads, and wait for all."""
    threads = [Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def keep_open(
    open_one: Callable[[], socket.socket], count: int, ended: Event, outcomes: Outcomes
) -> list[socket.socket]:
    """Open connections until so many are open, or the server takes no more."""
    opened: list[socket.socket] = []
    while len(opened) < count and not ended.is_set():
        try:
            opened.append(open_one())
        except OSError as error:
            outcomes.add(type(error).__name__)
            time.sleep(0.02)
            if outcomes.counts[type(error).__name__] >= count:
                break
        else:
            outcomes.add("opened")
    return opened


def count_closed(connections: list[socket.socket], outcomes: Outcomes) -> None:
    """Count the connections that the server has closed, and close all of them."""
    for each in connections:
        each.settimeout(0)
        with suppress(BlockingIOError):
            try:
                while each.recv(65536):
                    pass
            except BlockingIOError:
                outcomes.add("still open")
                each.close()
                continue
            except OSError:
                pass
            outcomes.add("closed by the server")
        each.close()
