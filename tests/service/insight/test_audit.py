"""What the audit log contains."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from histories import NOW, SetClock
from twice_store import TwiceStore

from service.insight.audit import AuditLog
from service.insight.calls import ObservedCall, ObservedCalls, ObservedMethod
from service.insight.metrics import Metrics
from storage.memory_store import MemoryStore
from training.audit import AuditEntry
from training.ports import Writer


@dataclass
class World:
    """A store with an audit log, and the calls that it records."""

    days: int = 90
    clock: SetClock = field(default_factory=SetClock)
    kind: type[MemoryStore] = MemoryStore

    def __post_init__(self) -> None:
        self.store = self.kind(self.clock)
        self.audit = AuditLog(self.store, self.clock, self.days)
        self.calls = ObservedCalls(Metrics())
        self.calls.on_end(self.audit.call_ended)

    def call(self, method: str = "Train", *, is_change: bool = True) -> ObservedCall:
        return self.calls.begin(ObservedMethod("grpc", method, is_change), "10.0.0.1", lambda _: "")

    async def change(self, resource: str = "net", method: str = "Train") -> None:
        with self.call(method) as call:
            call.resource = resource
            await asyncio.wrap_future(self.store.write(lambda _: None))

    async def fail(self, resource: str = "net", code: str = "NOT_FOUND") -> None:
        with self.call() as call:
            call.resource = resource
            call.fail(code, code, "", None)

    def entries(self) -> list[AuditEntry]:
        self.audit.flush()
        self.store.write(lambda _: None).result()
        with self.store.read() as reader:
            return reader.audit_entries(None, 1_000)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


async def test_a_change_is_recorded_in_its_transaction(world: World) -> None:
    await world.change()
    assert world.entries() == [
        AuditEntry(1, NOW, NOW, 1, "", "10.0.0.1", "Train", "net", 0, "", "OK")
    ]


async def test_a_change_whose_transaction_is_tried_again_is_recorded_once() -> None:
    world = World(kind=TwiceStore)
    for _ in range(3):
        await world.change()
    for _ in range(2):
        await world.fail()
    assert [(entry.code, entry.calls) for entry in world.entries()] == [("NOT_FOUND", 2), ("OK", 3)]
    world.store.close()


async def test_a_change_that_is_not_made_is_not_recorded_as_one(world: World) -> None:
    def fail(_: Writer) -> None:
        raise ValueError

    with world.call() as call:
        failing = asyncio.wrap_future(world.store.write(fail))
        with pytest.raises(ValueError):  # noqa: PT011
            await failing
        call.fail("INTERNAL", "INTERNAL", "", None)
    assert [entry.code for entry in world.entries()] == ["INTERNAL"]


async def test_reading_and_the_own_work_of_the_server_are_not_recorded(world: World) -> None:
    with world.call("GetNetwork", is_change=False):
        pass
    world.store.write(lambda _: None).result()
    assert world.entries() == []


async def test_calls_of_the_same_kind_within_a_minute_share_an_entry(world: World) -> None:
    for _ in range(3):
        await world.change()
        await world.fail()
    world.clock.time += timedelta(seconds=30)
    await world.change()
    found = world.entries()
    assert [(entry.code, entry.calls) for entry in found] == [("NOT_FOUND", 3), ("OK", 4)]
    assert found[1].last_time == NOW + timedelta(seconds=30)

    world.clock.time += timedelta(seconds=31)
    await world.change()
    await world.change("other")
    assert [(entry.resource, entry.calls) for entry in world.entries()[:2]] == [
        ("other", 1),
        ("net", 1),
    ]


async def test_calls_that_fail_cannot_fill_the_log(world: World) -> None:
    for number in range(1_000):
        await world.fail(f"net-{number}\n")
    found = world.entries()
    assert len(found) == 101
    assert sum(entry.calls for entry in found) == 1_000
    assert {entry.resource for entry in found} >= {"", "net-0\\n"}


async def test_a_log_of_0_days_is_empty() -> None:
    world = World(days=0)
    await world.change()
    await world.fail()
    assert world.entries() == []
    world.store.close()


async def test_old_entries_are_deleted(world: World) -> None:
    await world.change()
    world.entries()
    world.clock.time += timedelta(days=91)
    world.audit.start()
    await asyncio.sleep(0)
    await world.audit.stop()
    assert world.entries() == []
