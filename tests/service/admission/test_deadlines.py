"""Items expire in order, each after its time; those that are removed do not."""

import asyncio

import pytest

from service.admission.deadlines import Deadlines


class Loop:
    """An event loop whose time a test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, object, tuple[object, ...]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, call: object, *arguments: object) -> None:
        self.timers.append((when, call, arguments))

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        due = [timer for timer in self.timers if timer[0] <= self.now]
        self.timers = [timer for timer in self.timers if timer[0] > self.now]
        for _, call, arguments in due:
            assert callable(call)
            call(*arguments)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


@pytest.fixture
def expired() -> list[str]:
    return []


@pytest.fixture
def deadlines(expired: list[str]) -> Deadlines[str]:
    return Deadlines(10.0, expired.append)


def test_items_expire_in_order(loop: Loop, deadlines: Deadlines[str], expired: list[str]) -> None:
    deadlines.add("a")
    loop.pass_(4)
    deadlines.add("b")
    loop.pass_(5.9)
    assert expired == []
    loop.pass_(0.1)
    assert expired == ["a"]
    loop.pass_(4)
    assert expired == ["a", "b"]
    assert loop.timers == []


def test_one_timer_is_enough(loop: Loop, deadlines: Deadlines[str], expired: list[str]) -> None:
    for _ in range(100):
        deadlines.add("a")
        deadlines.remove("a")
        loop.pass_(0.05)
    assert len(loop.timers) == 1
    deadlines.remove("unknown")
    loop.pass_(100)
    assert expired == []
    assert loop.timers == []


def test_an_item_expires_after_its_time_although_an_earlier_one_is_gone(
    loop: Loop, deadlines: Deadlines[str], expired: list[str]
) -> None:
    deadlines.add("a")
    loop.pass_(3)
    deadlines.add("b")
    deadlines.remove("a")
    loop.pass_(7)
    assert expired == []
    loop.pass_(3)
    assert expired == ["b"]


def test_items_can_be_added_and_removed_while_one_expires(loop: Loop) -> None:
    expired: list[str] = []

    def expire(item: str) -> None:
        expired.append(item)
        changed.remove("c")
        if item == "a":
            changed.add("d")

    changed = Deadlines(10.0, expire)
    for item in "abc":
        changed.add(item)
    loop.pass_(10)
    assert expired == ["a", "b"]
    loop.pass_(10)
    assert expired == ["a", "b", "d"]
