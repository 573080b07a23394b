"""Each attack is refused or bounded, and nine healthy clients beside it are served without errors.

Bounds of time and memory are generous: they tell a server that is isolated from one that is not, on
a machine that is busy with other tests. `python -m bench.hostile` measures.
"""

import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

import pytest
from patience import PATIENCE
from promises import IS_LONG, Promise, rounds
from servers import ServerProcess

from bench import observing
from bench.attacks.attack import Outcomes, Victim
from bench.attacks.table import ATTACKS
from bench.clients import Healthy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; uses 127.0.0.2")

#: How long an attack lasts at least.
SECONDS = 60.0 if IS_LONG else 0.25

#: How long a healthy call may take, in seconds. Without isolation it takes up to a minute.
MOST_SECONDS = 10.0

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Bound:
    """What an attack may get as answers, and how much memory it may cost."""

    answers: str  # a regular expression
    memory: int = 192 * MIB


CLOSED = "opened|closed by the server|still open|[A-Z][A-Za-z]*Error"
ENDED = "OK|CANCELLED|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED"

BOUNDS = {
    "computing": Bound("sums"),
    "rebinding": Bound(r"\w+ (403|421)"),
    "evaluations": Bound(ENDED),
    "gradient-checks": Bound(ENDED),
    "heaviest": Bound(ENDED),
    "walks": Bound(ENDED, 512 * MIB),
    "objects": Bound("HTTP (400|413|429)"),
    "lists": Bound("HTTP (400|413|429)"),
    "vectors": Bound("RESOURCE_EXHAUSTED|INVALID_ARGUMENT|CANCELLED"),
    "deep-json": Bound(r"HTTP (4\d\d|0)"),
    "dripping": Bound(CLOSED, 384 * MIB),
    "held": Bound("requests held|[A-Z][A-Za-z]*Error", 256 * MIB),
    "rapid-reset": Bound("resets|RST_STREAM|GOAWAY|closed by the server"),
    "pings": Bound("pings|RST_STREAM|GOAWAY|closed by the server"),
    "settings": Bound("settings|RST_STREAM|GOAWAY|closed by the server"),
    "heads-2": Bound("frames|RST_STREAM|GOAWAY|closed by the server"),
    "heads-1": Bound("KiB|[A-Z][A-Za-z]*Error"),
    "half-heads": Bound(CLOSED),
    "idle": Bound(CLOSED, 384 * MIB),
    "silent": Bound(CLOSED),
    "listing": Bound("OK|RESOURCE_EXHAUSTED"),
    # Two at once are received, and each is in memory three times while it is read.
    "ids": Bound("INVALID_ARGUMENT|NOT_FOUND|RESOURCE_EXHAUSTED", 256 * MIB),
}


@contextmanager
def attacking(victim: Victim, *names: str) -> Iterator[list[Outcomes]]:
    """Attack in threads for the time of the block."""
    ended, outcomes = Event(), [Outcomes() for _ in names]
    threads = [
        Thread(target=ATTACKS[name].run, args=(victim, ended, each), daemon=True)
        for name, each in zip(names, outcomes, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield outcomes
    finally:
        ended.set()
        for thread in threads:
            thread.join(PATIENCE)


def beside(names: tuple[str, ...], server: ServerProcess, victim: Victim, healthy: Healthy) -> int:
    """Attack, require that the server and its healthy clients bear it, and return their calls."""
    assert server.process is not None
    for name in names:
        ATTACKS[name].prepare(victim)
    memory, began = observing.memory(server.process.pid), time.monotonic()
    with (
        observing.Peak(server.process.pid).observed() as peak,
        attacking(victim, *names) as outcomes,
    ):
        time.sleep(SECONDS)
        healthy.wait_for_calls(after=began)
    ended = time.monotonic()
    healthy.wait_for_calls(after=ended)
    calls = healthy.calls(began, ended)
    assert [call for call in calls if call.status != "OK"] == []
    assert [call for call in calls if call.seconds > MOST_SECONDS] == []
    for name, each in zip(names, outcomes, strict=True):
        # Attackers at one address use up its connections together.
        answers = BOUNDS[name].answers + ("|UNAVAILABLE" if len(names) > 1 else "")
        strange = [it for it in each.counts if not re.fullmatch(answers, it)]
        assert strange == [], (name, each.counts)
    assert peak.bytes - memory <= sum(BOUNDS[name].memory for name in names)
    return len(calls)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_hurts_nobody_else(
    name: str, attacked: ServerProcess, victim: Victim, healthy: Healthy, promise: Promise
) -> None:
    calls = beside((name,), attacked, victim, healthy)
    assert calls
    promise(f"{ATTACKS[name].words}: nobody else is hurt", calls_of_others=calls)


def test_every_attack_has_a_bound() -> None:
    assert set(BOUNDS) == set(ATTACKS)


def test_attacks_together_hurt_nobody_else(
    attacked: ServerProcess, victim: Victim, healthy: Healthy, promise: Promise
) -> None:
    """Pairs and triples of attacks; the long form takes an hour."""
    chosen, calls, mixtures = random.Random(17), 0, 0
    began = time.monotonic()
    while mixtures < 1 or time.monotonic() - began < rounds(0, 3_600):
        names = tuple(chosen.sample(sorted(ATTACKS), chosen.randrange(2, 4)))
        calls += beside(names, attacked, victim, healthy)
        mixtures += 1
    promise("attacks together: nobody else is hurt", mixtures=mixtures, calls_of_others=calls)
