"""What many watchers want is read, and made into bytes, once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock

import pytest
from services import Service

from service.clock import SystemClock
from service.execution.wakeups import Wakeups
from service.reading import following
from service.reading import shared as sharing
from service.reading.following import Batch, Bookmark, Following, Watched
from service.reading.selecting import Detail, Selecting
from service.reading.shared import Shared
from service.use_cases.caller import CALLER
from service.use_cases.networks import NewNetwork
from service.use_cases.watches import ACCEPTED, Encoding, WatchCommand, Watches
from training.errors import LimitExceeded
from training.limits import Limits
from training.ports import Writer
from training.run import RunState
from training.settings import TrainingSettings
from training.trainer import change_state

WATCHERS = 20


class Counting:
    """Makes readable bytes of what is watched, and counts how often."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = Lock()

    def __call__(self, item: Watched) -> Sequence[bytes]:
        with self._lock:
            self.count += 1
        if isinstance(item, Batch):
            return [f"{part.first_update}-{part.last_update}".encode() for part in item.updates]
        if isinstance(item, Bookmark):
            return [f"up to {item.latest_update}".encode()]
        return [f"{item.event.run.state}".encode()]


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    with Service() as service:
        service.networks.create(NewNetwork("net", (2, 5, 1)))
        service.step(3, TrainingSettings("xor", 0.5, 4, 60_000))
        yield service


def watching(service: Service, limits: Limits | None = None) -> Watches:
    wakeups = Wakeups(asyncio.get_running_loop())
    service.store.on_commit(wakeups.committed)
    reader = Following(service.store, Selecting(service.snapshots))
    return Watches(service.store, reader, wakeups, limits or Limits())


async def to_the_end(watching: Watches, command: WatchCommand) -> list[bytes]:
    accepted, *messages = [message async for message in watching.watch(command)]
    assert accepted == ACCEPTED
    return messages


async def test_watchers_of_a_stored_history_share_all_of_it(service: Service) -> None:
    service.runs.resume("net", 1)
    await to_the_end(watching(service), WatchCommand("net", Encoding(Counting()), until_run=1))
    counts, seen = [], []
    for watchers in (1, WATCHERS):
        encode = Counting()
        command = WatchCommand("net", Encoding(encode), start_update=0, until_run=1)
        shared = watching(service)
        seen += await asyncio.gather(*(to_the_end(shared, command) for _ in range(watchers)))
        counts.append(encode.count)
    assert counts[0] == counts[1] > 5
    assert all(each == seen[0] for each in seen)


async def test_live_watchers_share_what_comes_wherever_they_began(service: Service) -> None:
    encode = Counting()
    shared = watching(service)
    watches = [
        shared.watch(WatchCommand("net", Encoding(encode), start_update=start % 4))
        for start in range(WATCHERS)
    ]
    for watch in watches:  # each is at the end of what there is
        while await anext(watch) != b"PAUSED":
            pass
    before = encode.count
    await asyncio.to_thread(service.step, 5)
    assert [await anext(watch) for watch in watches] == [b"4-8"] * WATCHERS
    assert encode.count == before + 1
    for watch in watches:
        await watch.aclose()


async def test_what_is_asked_for_in_other_ways_is_not_shared(service: Service) -> None:
    encode = Counting()
    shared = watching(service)
    commands = [
        WatchCommand("net", Encoding(encode), start_update=0),
        WatchCommand("net", Encoding(encode), start_update=0, detail=Detail.COST),
        WatchCommand("net", Encoding(encode), start_update=0, stride=2),
        WatchCommand("net", Encoding(encode), start_update=0, parameters=[(1, 0, 0)]),
        WatchCommand("net", Encoding(Counting()), start_update=0),
    ]
    counts = []
    for command in commands:
        watch = shared.watch(command)
        assert [await anext(watch), await anext(watch)] == [ACCEPTED, b"0-0"]
        await watch.aclose()
        counts.append(encode.count)
    # Each of the first four was encoded anew; the fifth has another way of encoding.
    assert sorted(set(counts[:4])) == counts[:4]
    assert counts[0] > 0
    assert counts[4] == counts[3]


async def test_the_limits_are_of_all_and_of_each_client_and_who_ends_makes_room(
    service: Service,
) -> None:
    shared = watching(service, Limits(watches=3, watches_of_client=2))

    async def begin(client: str) -> AsyncIterator[bytes]:
        CALLER.set(client)
        watch = shared.watch(WatchCommand("net", Encoding(Counting()), start_update=0))
        await anext(watch)
        return watch

    first, second = await begin("10.0.0.1"), await begin("10.0.0.1")
    with pytest.raises(LimitExceeded, match="2 watches from this address"):
        await begin("10.0.0.1")
    third = await begin("10.0.0.2")
    with pytest.raises(LimitExceeded, match="there are 3 watches, which"):
        await begin("10.0.0.3")
    await first.aclose()  # type: ignore[attr-defined]
    fourth = await begin("10.0.0.1")
    for watch in (second, third, fourth):
        await watch.aclose()  # type: ignore[attr-defined]


async def test_many_events_at_one_update_are_all_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_EVENTS_AT_ONCE", 2)
    states = [RunState.RUNNING, RunState.PAUSED] * 4
    for state in states:
        service.store.write(partial(let_become, state)).result()
    watch = watching(service).watch(WatchCommand("net", Encoding(Counting()), start_update=3))
    told = [await anext(watch) for _ in range(len(states) + 3)]
    assert told == [ACCEPTED, b"3-3", b"PAUSED", *(state.encode() for state in states)]
    await watch.aclose()


def let_become(state: RunState, writer: Writer) -> None:
    network = writer.network("net")
    head, run = writer.head(network.uid), writer.run(network.uid, 1)
    writer.append(change_state(head, run, state, SystemClock().now()))


@dataclass(frozen=True)
class Value:
    number: int
    nbytes: int = 10


async def test_who_goes_away_takes_nothing_from_the_others() -> None:
    shared: Shared[Value] = Shared(10_000)
    going_on, made = Event(), []

    def make() -> Value:
        going_on.wait(30)
        made.append(1)
        return Value(7)

    waiting = [asyncio.ensure_future(shared.make("key", 1, make)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    going_on.set()
    assert await asyncio.gather(*waiting[1:]) == [Value(7), Value(7)]
    assert made == [1]
    assert shared.kept("key") == Value(7)


async def test_what_was_begun_before_a_change_is_not_what_comes_after_it() -> None:
    shared: Shared[Value] = Shared(10_000)
    going_on = Event()

    def make_early() -> Value:
        going_on.wait(30)
        return Value(1)

    early = asyncio.ensure_future(shared.make("key", 1, make_early))
    await asyncio.sleep(0)
    assert await shared.make("key", 2, lambda: Value(2)) == Value(2)
    going_on.set()
    assert await early == Value(1)


async def test_no_more_is_kept_than_fits_and_nothing_empty() -> None:
    shared: Shared[Value] = Shared(25 + 2 * sharing._OVERHEAD)
    for number in range(3):
        await shared.make(number, 1, lambda number=number: Value(number))
    assert [shared.kept(number) is None for number in range(3)] == [True, False, False]
    await shared.make("empty", 1, lambda: Value(9, nbytes=0))
    await shared.make("large", 1, lambda: Value(9, nbytes=26 + sharing._OVERHEAD))
    assert shared.kept("empty") is None
    assert shared.kept("large") is None


async def test_an_error_is_everyones_and_is_not_kept() -> None:
    shared: Shared[Value] = Shared(10_000)

    def fail() -> Value:
        raise ValueError("bad")

    for found in await asyncio.gather(
        *(shared.make("key", 1, fail) for _ in range(3)), return_exceptions=True
    ):
        assert isinstance(found, ValueError)
    shared.begin("key", 1, fail)  # nobody waits for it, and nothing is said of it
    assert await shared.make("key", 2, lambda: Value(2)) == Value(2)
