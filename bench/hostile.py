"""Attacks a server beside nine healthy clients, and prints what that costs them, a row each.

`make bench ARGS=hostile` runs all attacks, one after the other; with names of attacks, it runs
these and only prints. Each row is measured on a server that has just started: the healthy clients
alone, then beside the attack; then how long the server computes on when the attacker has left, and
when its memory is back; then the attack again, with SIGTERM in its midst, and a verification.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import grpc
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

from bench import observing
from bench.attacks.attack import Victim
from bench.attacks.table import ATTACKS
from bench.before_isolation import BEFORE
from bench.clients import SOURCE, Attacker, Call, Healthy, p99
from bench.peers.compiling import BUILD
from bench.report import Table, line
from bench.serving import Server

_ALONE_SECONDS = 1.0
_BEFORE_SECONDS = 4.0
_DURING_SECONDS = 6.0
_STOP_SECONDS = 60.0
_BACK_SECONDS = 60.0
_IN_ITS_MIDST_SECONDS = 2.0
_SIGTERM_SECONDS = 90.0

TEXT = """\
What an attack from one address costs nine good clients at another: calls over gRPC and HTTP, a
watch, server-sent events and a training run. Each attack lasts six seconds. To reach: no errors, a
p99 of at most five times that without the attack, memory back to at most 120 % within a minute,
work that stops within 200 ms after the attacker has left, and an end within 10 s and with at most
one line of log when SIGTERM arrives during the attack."""
NOTE = """\
The attackers, the good clients and the server share the processors. The first row shows what an
attacker costs by computing alone, on one of them: the ratios of other attacks contain that.

Before: the same before calls were isolated, on a machine with other work: the p99 of good clients
and its ratio, the most memory of the server, and how long it took to stop.

The longest time in which the event loop did not turn, in a server that handles one JSON body of
16 MiB (measured manually on 2026-11-29, with a ticker of 1 ms in its process; to reach: 50 ms): 5
ms while empty objects were refused, 10 ms for 8 million layer sizes (257 ms before), 24 ms for one
long text, 15 ms while legal examples were stored, 54 ms while 4 million numbers were predicted
from.

An evaluation of 2-100000-1 needs 195 MiB for each chunk of some milliseconds. While each chunk had
them mapped, cleared and unmapped by the system, every third attack had a moment in which all
clients waited for 250 ms.

The row of ListNetworks was measured again after its thread had begun to rest, once it has worked
for 3 ms, as long as it works: three runs had 1.6 to 2.4 ×, beside 3.3 to 4.8 × without rests on the
same day. What had not helped enough: items encoded one by one (4.0 in the median of nine runs, 5.0
before), pages of 1 MiB instead of 3 (4.2 to 4.6 ×), Python's lock given away after 0.4 ms instead
of 1 (3.6 to 5.5 ×). The rows of header fields over HTTP/2 and of ids of 15 MiB were measured again
after memory that is used twice was returned twice: it had stayed at 163 and 165 MiB.

Not bounded: gRPC lets a client send about 4 MiB on each connection before a request is received.
190 connections from one address held 0.8 GiB; `connections_of_client` is the limit. One update of
the largest batch (8,388 examples on 1000-998-2) computes for 8 to 11 s, without Python's lock."""
HEADS = [
    *("attack", "p99 alone", "beside it", "ratio", "errors", "speed of training"),
    *("memory", "at most", "back after", "work stops after", "SIGTERM", "answers to the attacker"),
    "before",
]


@dataclass(slots=True)
class Measured:
    """The figures of one attack."""

    name: str
    before: list[Call]
    during: list[Call]
    speeds: tuple[float, float]
    memory: tuple[int, int, int]  # before, at most, at the end
    back: float | None
    stopped: float
    sigterm: str
    outcomes: dict[str, int]

    def cells(self) -> list[str]:
        """Return it as a row."""
        alone, beside = p99(self.before), p99(self.during)
        failed = [call.status for call in self.during if call.status != "OK"]
        errors = f"{len(failed)} of {len(self.during)}"
        if failed:
            errors += f" ({max(set(failed), key=failed.count)})"
        first, most, last = (f"{each / 2**20:,.0f} MiB" for each in self.memory)
        outcomes = ", ".join(f"{times:,} {what}" for what, times in list(self.outcomes.items())[:3])
        back = f"not: {last}" if self.back is None else f"{self.back:.1f} s"
        stopped = "more than a minute" if self.stopped >= _STOP_SECONDS else _text(self.stopped)
        speed = f"{self.speeds[1] / self.speeds[0]:.0%}" if self.speeds[0] else "—"
        return [
            *(
                ATTACKS[self.name].words,
                _text(alone),
                _text(beside),
                f"{beside / alone:.1f} ×",
                errors,
                speed,
            ),
            *(first, most, back, stopped, self.sigterm, outcomes or "none"),
            BEFORE.get(self.name, "—"),
        ]


def _text(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def measure(name: str, log: Path, server: Server) -> Measured:
    """Run one attack on a server that has started, and leave it started again."""
    ATTACKS[name].prepare(Victim(server.target, server.http, SOURCE))
    healthy = Healthy(server.target, server.http)
    try:
        with healthy.paused():
            training = observing.share(server.pid, _ALONE_SECONDS)
        began = time.monotonic()
        time.sleep(_BEFORE_SECONDS)
        memory, attacked = observing.memory(server.pid), time.monotonic()
        with observing.Peak(server.pid).observed() as peak:
            attacker = Attacker(name, server.target, server.http)
            time.sleep(_DURING_SECONDS)
            with healthy.paused() as ended:
                attacker.end()
                stopped = observing.seconds_until_idle(server.pid, training, _STOP_SECONDS)
        outcomes = attacker.outcomes()
        back = observing.seconds_until_memory(server.pid, memory * 1.2, _BACK_SECONDS)
        last = observing.memory(server.pid)
        healthy.wait_for_calls(after=ended)
        measured = Measured(
            name,
            healthy.calls(began, attacked),
            healthy.calls(attacked, ended),
            (
                healthy.updates_per_second(began, attacked),
                healthy.updates_per_second(attacked, ended),
            ),
            (memory, peak.bytes, last),
            back,
            stopped,
            _terminated(name, log, server),
            outcomes,
        )
    finally:
        healthy.stop()
    return measured


def _terminated(name: str, log: Path, server: Server) -> str:
    """Stop the server in the midst of an attack, start it again, and verify a history."""
    attacker = Attacker(name, server.target, server.http)
    time.sleep(_IN_ITS_MIDST_SECONDS)
    logged, began = log.stat().st_size, time.monotonic()
    with suppress(subprocess.TimeoutExpired):
        server.stop(_SIGTERM_SECONDS)
    seconds = time.monotonic() - began
    attacker.kill()
    lines = log.read_bytes()[logged:].decode().splitlines()
    server.start()
    return f"{seconds:.1f} s, {_counted(len(lines), 'line')} of log, {_verified(server)}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _verified(server: Server) -> str:
    with grpc.insecure_channel(server.target) as channel:
        stub = TrainingServiceStub(channel)
        try:
            for _ in stub.VerifyHistory(pb.VerifyHistoryRequest(network="good-step"), timeout=60):
                pass
        except grpc.RpcError as error:
            return f"**{error.code().name}**"
    return "verified"


def measured(names: Iterable[str]) -> Iterator[list[str]]:
    """Measure attacks, each on a server that has just started."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        log = folder / "server.log"
        server = Server(folder / "hostile.db", http=True)
        with log.open("ab") as file:
            server.log = file
            try:
                server.start()
                for attack in names:
                    yield measure(attack, log, server).cells()
            finally:
                with suppress(subprocess.TimeoutExpired):
                    server.stop(_SIGTERM_SECONDS)


def measure_all(*names: str) -> list[Table]:
    """Run all attacks, or some; report each as soon as it is measured."""
    rows = []
    for cells in measured(names or ATTACKS):
        rows.append(cells)
        sys.stderr.write(f"{line(cells)}\n")
    return [Table(HEADS, rows, TEXT, NOTE)]
