"""Simulated workers: they claim, append made-up segments and renew, with the SQL of the store.

`python -m bench.cluster.simulated_workers DATABASE COUNT`. Each worker has one run and one
connection. For each line of the input, seconds and the length of segments in seconds (0: each
chooses it by its pace), they work for so long; the answer is a line of JSON: the length of segments
at the end, and how long the transactions with them took.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Lock, Thread
from typing import cast

import psycopg
from histories import Story
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from bench.cluster.blocking_session import BlockingSession
from service.clock import SystemClock
from service.execution import claim_limit
from service.execution.lease import RENEWAL_SECONDS, SECONDS
from service.execution.pace import Pace
from storage.notifications import CHANGES, pause_after
from storage.postgres_appending import appending, appending_values
from storage.postgres_connections import BEGIN_WRITE, connect_writer
from storage.postgres_writer import PostgresWriter
from storage.session import Statements
from storage.timelines import Timelines
from training.ownership import Claim

#: The updates of a segment: 2 kB, however long it took to compute them.
_UPDATES = 250

#: Workers start one after the other: the first claims of a thousand at once are not measured.
_STARTING = Lock()

#: Of a lease, in seconds: it does not end between two phases, in which nobody renews it.
_LEASE_SECONDS = 100 * SECONDS

_STATEMENTS = Statements(PGDialect_psycopg())  # type: ignore[no-untyped-call] # of SQLAlchemy


@dataclass(slots=True)
class _Phase:
    """What all workers of this process do now; guarded by `changed`."""

    changed: Condition = field(default_factory=Condition)
    number: int = 0
    end: float = 0.0
    segment_seconds: float = 0.0
    working: int = 0
    taken: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)


class _Worker(Thread):
    """A worker with one run."""

    def __init__(self, url: str, name: str, phase: _Phase) -> None:
        super().__init__(daemon=True)
        self._name, self._phase = name, phase
        self._connection = connect_writer(url, Timelines())
        self._notifier = cast("psycopg.Connection[object]", self._connection)
        self._session = BlockingSession(self._connection, _STATEMENTS)
        self._writer = PostgresWriter(self._session, SystemClock())
        self._pace = Pace()
        self._renewal_time = self._claim_time = time.monotonic() + random.random()  # noqa: S311
        self._notification_time = 0.0
        self._workers = 1  # that live

    def run(self) -> None:
        """Claim a run, and work in each phase."""
        self._transact(lambda: self._writer.add_worker(self._name, _LEASE_SECONDS))
        claims: list[Claim] = []
        while not claims:
            with _STARTING:
                claims = self._claim(())
        self._prepare(claims[0])
        number = 0
        while True:
            with self._phase.changed:
                self._phase.working -= 1
                self._phase.changed.notify_all()
                self._phase.changed.wait_for(partial(self._is_after, number))
                number = self._phase.number
            self._work()

    def _is_after(self, number: int) -> bool:
        return self._phase.number > number

    def _claim(self, carried_out: tuple[tuple[str, int], ...]) -> list[Claim]:
        claims: list[Claim] = []

        def claim() -> None:
            claims.extend(self._writer.claim_runs(self._name, 1, carried_out))
            self._workers = self._writer.count_workers()

        self._transact(claim)
        return claims

    def _prepare(self, claim: Claim) -> None:
        story = Story(head=claim.head, run=claim.run)
        story.network = type("Named", (), {"uid": claim.head.network_uid})()
        addition = story.growth(_UPDATES)
        self._statement, self._values = appending(addition), appending_values(addition)
        self._carried_out = ((claim.head.network_uid, claim.run.number),)

    def _work(self) -> None:
        phase = self._phase
        due = time.monotonic() + random.random() * (phase.segment_seconds or 0.1)  # noqa: S311
        while (now := time.monotonic()) < phase.end:
            if now < due:
                time.sleep(min(due, phase.end) - now)
                continue
            self._append()
            self._keep()
            length = phase.segment_seconds or self._pace.segment_seconds(workers=self._workers)
            due = max(due + length, time.monotonic())
        phase.lengths.append(self._pace.segment_seconds(workers=self._workers))

    def _append(self) -> None:
        values = self._values
        began = time.perf_counter()
        self._transact(lambda: self._session.changed_row(self._statement, values))
        seconds = time.perf_counter() - began
        self._pace.transaction_ended(seconds, is_committed=True)
        self._phase.taken.append(seconds)
        for what in ("latest_update", "token"):
            values[f"before_{what}"] = values[f"head_{what}"]
        values["head_latest_update"] += _UPDATES
        values["head_token"] = (values["head_token"] + 1) % 2**62
        values["segments_first_update"] += _UPDATES

    def _keep(self) -> None:
        """Notify others, renew the lease, and look for more runs, when it is time."""
        now = time.monotonic()
        if now >= self._notification_time:
            payload = f"{self._name} {'0' * 32}"
            with suppress(psycopg.errors.LockNotAvailable):  # as a server, it notifies later
                self._notifier.execute("SELECT pg_notify(%s, %s)", [CHANGES, payload])
            self._notification_time = time.monotonic() + pause_after(time.monotonic() - now)
        now = time.monotonic()
        if now >= self._renewal_time:
            self._renewal_time = now + RENEWAL_SECONDS
            self._transact(lambda: self._writer.renew_worker(self._name, _LEASE_SECONDS))
        if now >= self._claim_time:
            self._claim(self._carried_out)
            self._claim_time = time.monotonic() + claim_limit.pause_among(self._workers)

    def _transact(self, work: Callable[[], object]) -> None:
        self._session.control(BEGIN_WRITE)
        work()
        self._session.control("COMMIT")


def main(url: str, count: str) -> None:
    """Start workers, and have them work as the input says."""
    phase = _Phase(working=int(count))
    prefix = f"simulated-{time.monotonic_ns()}"
    workers = [_Worker(url, f"{prefix}-{number}", phase) for number in range(int(count))]
    for worker in workers:
        worker.start()
    _wait(phase)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        seconds, length = map(float, line.split())
        with phase.changed:
            phase.taken, phase.lengths = [], []
            phase.end, phase.segment_seconds = time.monotonic() + seconds, length
            phase.working, phase.number = len(workers), phase.number + 1
            phase.changed.notify_all()
        _wait(phase)
        sys.stdout.write(json.dumps([phase.lengths, phase.taken]) + "\n")
        sys.stdout.flush()


def _wait(phase: _Phase) -> None:
    with phase.changed:
        phase.changed.wait_for(lambda: not phase.working)


if __name__ == "__main__":
    main(*sys.argv[1:])
