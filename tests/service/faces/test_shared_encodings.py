"""Updates that several watches send are read once, and encoded once by each face."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from threading import Lock

import pytest
from clearprop.v1 import training_service_pb2 as pb
from services import Service

from service.clock import SystemClock
from service.execution.wakeups import Wakeups
from service.faces.messages.watches import watched
from service.faces.response_stream import Response
from service.faces.shared_encodings import SharedEncodings
from service.reading import watch_reader
from service.reading.selection import Detail
from service.reading.watch_cursor import WatchCursor
from service.reading.watch_reader import WatchReader, WatchReading
from service.reading.watched_items import Bookmark, WatchedItem, WatchedUpdates
from service.threads import Threads
from service.use_cases.caller import CALLER
from service.use_cases.networks import NewNetwork
from service.use_cases.open_watch import OpenWatch
from service.use_cases.watches import WatchCommand, Watches
from training.errors import LimitExceeded
from training.limits import Limits
from training.ports import Writer
from training.run import RunState
from training.run_changes import change_state
from training.settings import TrainingSettings

WATCHERS = 20


class CountingReader(WatchReader):
    """Counts what is read."""

    count = 0
    lock = Lock()

    def read_on(self, cursor: WatchCursor, version: int) -> WatchReading:
        with self.lock:
            self.count += 1
        return super().read_on(cursor, version)


@dataclass(frozen=True)
class Encoded:
    """The bytes of a response."""

    content: bytes

    @property
    def nbytes(self) -> int:
        return len(self.content)


class Face:
    """Sends watches, and counts how often it encodes."""

    def __init__(
        self, threads: Threads, encoding: pb.Encoding.ValueType = pb.ENCODING_UPDATES
    ) -> None:
        self.count = 0
        self._encoding = encoding
        self._lock = Lock()
        self._encodings = SharedEncodings(self._encode, 2**25, threads)

    def _encode(self, response: Response) -> Encoded:
        with self._lock:
            self.count += 1
        return Encoded(response.serialized())

    async def send(self, watch: OpenWatch) -> list[bytes]:
        async with aclosing(watch):
            return [
                encoded.content
                async for group in watched(watch, self._encoding)
                for encoded in await self._encodings.of(group)
            ]


def told(item: WatchedItem) -> str:
    if isinstance(item, WatchedUpdates):
        return " ".join(f"{part.first_update}-{part.last_update}" for part in item.updates)
    if isinstance(item, Bookmark):
        return f"up to {item.latest_update}"
    return f"{item.event.run.state}"


class Items:
    """What a watch yields, one item after the other."""

    def __init__(self, watch: OpenWatch) -> None:
        self.watch = watch
        self._waiting: list[str] = []

    async def next(self) -> str:
        while not self._waiting:
            self._waiting += map(told, (await anext(self.watch)).items)
        return self._waiting.pop(0)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    with Service() as service:
        service.networks.create(NewNetwork("net", (2, 5, 1)))
        service.step(3, TrainingSettings("xor", 0.5, 4, 60_000))
        yield service


def watching(service: Service, limits: Limits | None = None) -> tuple[Watches, CountingReader]:
    wakeups = Wakeups(asyncio.get_running_loop())
    service.store.on_commit(wakeups.committed)
    reader = CountingReader(service.store, service.readers.selections)
    return Watches(service.store, reader, wakeups, service.threads, limits or Limits()), reader


@pytest.mark.parametrize("encoding", [pb.ENCODING_UPDATES, pb.ENCODING_COLUMNS])
async def test_watchers_of_a_stored_history_share_all_of_it(
    service: Service, encoding: pb.Encoding.ValueType
) -> None:
    service.runs.resume("net", 1)
    watches, _ = watching(service)
    await Face(service.threads).send(await watches.open(WatchCommand("net", until_run=1)))
    read, encoded, seen = [], [], []
    command = WatchCommand("net", start_update=0, until_run=1)
    for watchers in (1, WATCHERS):
        face = Face(service.threads, encoding)
        watches, reader = watching(service)
        opened = [await watches.open(command) for _ in range(watchers)]
        seen += await asyncio.gather(*map(face.send, opened))
        read.append(reader.count)
        encoded.append(face.count)
    assert read[0] == read[1] > 2
    assert encoded[0] == encoded[1] > 5
    assert all(each == seen[0] for each in seen)


async def test_faces_share_what_is_read_and_each_encodes_it(service: Service) -> None:
    service.runs.resume("net", 1)
    watches, _ = watching(service)
    await Face(service.threads).send(await watches.open(WatchCommand("net", until_run=1)))
    counts = []
    for faces in ([Face(service.threads)], [Face(service.threads), Face(service.threads)]):
        watches, reader = watching(service)
        command = WatchCommand("net", start_update=0, until_run=1)
        opened = [(face, await watches.open(command)) for face in faces]
        await asyncio.gather(*(face.send(watch) for face, watch in opened))
        counts.append((reader.count, *{face.count for face in faces}))
    assert counts[0] == counts[1]


async def test_live_watches_share_new_updates_wherever_they_started(service: Service) -> None:
    watches, reader = watching(service)
    opened = [
        Items(await watches.open(WatchCommand("net", start_update=start % 4)))
        for start in range(WATCHERS)
    ]
    for items in opened:  # each is at the end of what there is
        while await items.next() != "PAUSED":
            pass
    before = reader.count
    await asyncio.to_thread(service.step, 5)
    assert [await items.next() for items in opened] == ["4-8"] * WATCHERS
    assert reader.count == before + 1
    for items in opened:
        await items.watch.aclose()


async def test_watches_with_other_options_do_not_share(service: Service) -> None:
    watches, reader = watching(service)
    commands = [
        WatchCommand("net", start_update=0),
        WatchCommand("net", start_update=0, detail=Detail.COST),
        WatchCommand("net", start_update=0, stride=2),
        WatchCommand("net", start_update=0, parameters=[(1, 0, 0)]),
        WatchCommand("net", start_update=0),
    ]
    counts = []
    for command in commands:
        items = Items(await watches.open(command))
        assert (await items.next()).startswith("0-0")
        await items.watch.aclose()
        counts.append(reader.count)
    assert counts == [1, 2, 3, 4, 4]


async def test_watches_are_limited_in_total_and_per_client(
    service: Service,
) -> None:
    watches, _ = watching(service, Limits(watches=3, watches_of_client=2))

    async def begin(client: str) -> OpenWatch:
        CALLER.set(client)
        return await watches.open(WatchCommand("net", start_update=0))

    first, second = await begin("10.0.0.1"), await begin("10.0.0.1")
    with pytest.raises(LimitExceeded, match="limit of 2 watches from this address is reached"):
        await begin("10.0.0.1")
    third = await begin("10.0.0.2")
    with pytest.raises(LimitExceeded, match="limit of 3 watches is reached"):
        await begin("10.0.0.3")
    await first.aclose()
    fourth = await begin("10.0.0.1")
    for watch in (second, third, fourth):
        await watch.aclose()


async def test_all_events_at_one_update_are_sent(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_reader, "_EVENTS_AT_ONCE", 2)
    states = [RunState.RUNNING, RunState.PAUSED] * 4
    for state in states:
        service.store.write(partial(let_become, state)).result()
    watches, _ = watching(service)
    items = Items(await watches.open(WatchCommand("net", start_update=3)))
    assert [await items.next() for _ in range(len(states) + 2)] == ["3-3", "PAUSED", *states]
    await items.watch.aclose()


def let_become(state: RunState, writer: Writer) -> None:
    network = writer.network("net")
    head, run = writer.head(network.uid), writer.run(network.uid, 1)
    writer.append(change_state(head, run, state, SystemClock().now()))
