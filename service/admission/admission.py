"""Admits calls: how many of one client at the same time, and for how long."""

import os
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from service.admission.call import Call
from service.admission.call_kinds import CALL_KINDS, CallKind, Pool
from service.admission.call_lines import CallLines, Commit
from service.admission.call_pool import CallPool
from service.admission.deadlines import Deadlines
from service.admission.fair_queue import FairQueue
from service.admission.rates import Rates
from service.admission.time_slices import TimeSlices
from training.errors import DeadlineExceeded, Draining, TooManyCalls
from training.limits import Limits

T = TypeVar("T")

#: Calls that read or change something at the same time. They wait for the store most of the time.
_QUICK_THREADS = 16

#: Pages that are read at the same time, one of a client: several would hinder everything else.
_LISTING_THREADS = 2

#: The computations that have begun for each that computes now: so many clients take turns.
_BEGUN = 8


class Admission:
    """The calls that are under way, and the threads that they share. For one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        computing = limits.computing_calls or os.cpu_count() or 1
        self._pools = {
            Pool.QUICK: self._pool(_QUICK_THREADS, _QUICK_THREADS, "quick"),
            Pool.LISTING: self._pool(_LISTING_THREADS, _LISTING_THREADS, "listing", rest=True),
            Pool.COMPUTING: self._pool(computing, computing * _BEGUN, "computing"),
        }
        self._rates = Rates(limits.calls_per_second_of_client, monotonic)
        self._deadlines = {
            name: self._deadlines_of(name)
            for name in {kind.seconds for kind in CALL_KINDS.values() if kind.seconds}
        }
        self._calls: set[Call] = set()
        self._of_client: dict[str, int] = {}  # calls of each client, none of others

    def begin(self, client: str, kind: CallKind) -> Call:
        """Admit a call of a client; it counts until it ends.

        Raises TooManyCalls.
        """
        assert kind.pool is not None
        most, count = self._limits.calls_of_client, self._of_client.get(client, 0)
        if count >= most:
            raise TooManyCalls(
                f"{count} calls of this client are active, and the limit is {most}: retry when one"
                " of them has ended",
                limit="calls_of_client",
                value=most,
            )
        self._rates.count(client)
        call = Call(client, kind, self._pools[kind.pool], self._ended)
        self._of_client[client] = count + 1
        self._calls.add(call)
        if kind.seconds is not None:
            self._deadlines[kind.seconds].add(call)
        return call

    def lines(self, commit: Commit) -> CallLines:
        """Return lines of quick calls, whose writes `commit` does."""
        return CallLines(self._pools[Pool.QUICK], commit, partial(self._queue, taken_of_client=1))

    async def convert(self, client: str, work: Callable[[], T]) -> T:
        """Convert data of a client in a thread for quick calls.

        Raises TooManyCalls.
        """
        return await self._pools[Pool.QUICK].run(client, work)

    async def beat(self) -> None:
        """Do nothing, in the order and the time of a quick call of a client of its own."""
        await self._pools[Pool.QUICK].run("", lambda: None)

    @property
    def waiting(self) -> int:
        """The number of calls that wait for their turn."""
        return sum(pool.waiting for pool in self._pools.values())

    def drain(self, *pools: Pool) -> None:
        """End the calls of pools: the server is stopping."""
        for call in [*self._calls]:
            if call.kind.pool in pools:
                call.cancel(Draining("the server is stopping: retry in a moment"))

    def stop(self) -> bool:
        """End the threads after their current work; return whether all ended at once."""
        have_ended = [pool.stop() for pool in self._pools.values()]
        return all(have_ended)

    def _pool(self, at_once: int, threads: int, name: str, *, rest: bool = False) -> CallPool:
        # One client leaves threads to others, as far as there are any.
        queue = self._queue(taken_of_client=max(1, at_once // 2))
        return CallPool(queue, threads, name, TimeSlices(at_once, rest=rest))

    def _queue(self, taken_of_client: int) -> FairQueue[Any]:
        limits = self._limits
        return FairQueue(limits.waiting_calls, limits.waiting_calls_of_client, taken_of_client)

    def _deadlines_of(self, limit: str) -> Deadlines[Call]:
        seconds: float = getattr(self._limits, limit)
        return Deadlines(seconds, partial(_expire, limit=limit, seconds=seconds))

    def _ended(self, call: Call) -> None:
        self._calls.discard(call)
        if call.kind.seconds is not None:
            self._deadlines[call.kind.seconds].remove(call)
        count = self._of_client.pop(call.client)
        if count > 1:
            self._of_client[call.client] = count - 1


def _expire(call: Call, limit: str, seconds: float) -> None:
    error = DeadlineExceeded(
        f"the call took longer than {seconds:g} s, the limit of the server: ask for less, or retry"
        " when the server has less to do",
        limit=limit,
        value=seconds,
    )
    call.cancel(error)
