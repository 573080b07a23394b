"""Shared values are computed once."""

import asyncio
from dataclasses import dataclass
from threading import Event

from patience import PATIENCE

from service.reading import shared_values
from service.reading.shared_values import SharedValues
from service.threads import Threads


@dataclass(frozen=True)
class Value:
    number: int
    nbytes: int = 10


async def test_who_goes_away_takes_nothing_from_the_others(threads: Threads) -> None:
    shared: SharedValues[Value] = SharedValues(10_000, threads)
    going_on, made = Event(), []

    def make() -> Value:
        going_on.wait(PATIENCE)
        made.append(1)
        return Value(7)

    waiting = [asyncio.ensure_future(shared.make("key", 1, make)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    going_on.set()
    assert await asyncio.gather(*waiting[1:]) == [Value(7), Value(7)]
    assert made == [1]
    assert shared.kept("key") == Value(7)


async def test_a_value_from_before_a_change_is_not_used_after_it(threads: Threads) -> None:
    shared: SharedValues[Value] = SharedValues(10_000, threads)
    going_on = Event()

    def make_early() -> Value:
        going_on.wait(PATIENCE)
        return Value(1)

    early = asyncio.ensure_future(shared.make("key", 1, make_early))
    await asyncio.sleep(0)
    assert await shared.make("key", 2, lambda: Value(2)) == Value(2)
    going_on.set()
    assert await early == Value(1)


async def test_no_more_is_kept_than_fits_and_nothing_empty(threads: Threads) -> None:
    shared: SharedValues[Value] = SharedValues(25 + 2 * shared_values._OVERHEAD, threads)
    for number in range(3):
        await shared.make(number, 1, lambda number=number: Value(number))
    assert [shared.kept(number) is None for number in range(3)] == [True, False, False]
    await shared.make("empty", 1, lambda: Value(9, nbytes=0))
    await shared.make("large", 1, lambda: Value(9, nbytes=26 + shared_values._OVERHEAD))
    assert shared.kept("empty") is None
    assert shared.kept("large") is None


async def test_an_error_is_everyones_and_is_not_kept(threads: Threads) -> None:
    shared: SharedValues[Value] = SharedValues(10_000, threads)

    def fail() -> Value:
        raise ValueError("bad")

    for found in await asyncio.gather(
        *(shared.make("key", 1, fail) for _ in range(3)), return_exceptions=True
    ):
        assert isinstance(found, ValueError)
    shared.begin("key", 1, fail)  # nobody waits for it, and nothing is said of it
    assert await shared.make("key", 2, lambda: Value(2)) == Value(2)


async def test_a_value_computed_in_place_is_shared(threads: Threads) -> None:
    shared: SharedValues[Value] = SharedValues(10_000, threads)
    assert shared.make_at_once("key", lambda: Value(1)) == Value(1)
    assert shared.make_at_once("key", lambda: Value(2)) == Value(1)
