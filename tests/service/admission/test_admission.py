"""Calls share threads, and end early when nobody waits for them."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from computations import Computation
from patience import PATIENCE

from service.admission.admission import Admission
from service.admission.call import run_in_call
from service.admission.call_kinds import (
    CALL_KINDS,
    COMPUTING,
    LISTING,
    QUICK,
    WAITING,
    CallKind,
    Pool,
)
from training.errors import CallCancelled, DeadlineExceeded, Draining, TooManyCalls
from training.limits import Limits

Admitting = Callable[..., Admission]


@pytest.fixture
def admitting() -> Iterator[Admitting]:
    made = []

    def admit(**limits: int) -> Admission:
        made.append(Admission(Limits(**limits)))
        return made[-1]

    yield admit
    for admission in made:
        admission.stop()


async def compute(
    admission: Admission, work: Callable[[], str], client: str = "one", kind: CallKind = COMPUTING
) -> str:
    with admission.begin(client, kind):
        return await run_in_call(work)


def begun(
    admission: Admission, work: Computation, client: str = "one", kind: CallKind = COMPUTING
) -> "asyncio.Task[str]":
    return asyncio.create_task(compute(admission, work, client, kind))


async def test_a_call_that_is_cancelled_stops_computing(admitting: Admitting) -> None:
    admission, work = admitting(), Computation()
    call = begun(admission, work)
    await work.has_begun()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await work.has_ended()
    assert isinstance(work.error, CallCancelled)


async def test_a_waiting_call_that_is_cancelled_leaves_the_queue(admitting: Admitting) -> None:
    admission = admitting(computing_calls=1, waiting_calls_of_client=1)
    first, second, third = Computation(), Computation(), Computation()
    computing = begun(admission, first)
    await first.has_begun()
    waiting = begun(admission, second)
    await asyncio.sleep(0)
    with pytest.raises(TooManyCalls):
        await compute(admission, third)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    third.may_end.set()
    waiting = begun(admission, third)
    first.may_end.set()
    assert await computing == await waiting == "computed"
    assert not second.begun.is_set()


async def test_another_client_computes_beside_a_greedy_one(admitting: Admitting) -> None:
    admission = admitting(computing_calls=2)
    greedy = [Computation() for _ in range(5)]
    calls = [begun(admission, work, "greedy") for work in greedy]
    await greedy[0].has_begun()
    modest = Computation()
    modest.may_end.set()
    async with asyncio.timeout(PATIENCE):
        assert await compute(admission, modest, "modest") == "computed"
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_quick_calls_do_not_wait_for_computations(admitting: Admitting) -> None:
    admission, work = admitting(computing_calls=1), Computation()
    call = begun(admission, work)
    await work.has_begun()
    async with asyncio.timeout(PATIENCE):
        assert await compute(admission, lambda: "read", kind=QUICK) == "read"
    work.may_end.set()
    await call


async def test_a_client_reads_one_page_at_a_time_beside_others(admitting: Admitting) -> None:
    admission, pages = admitting(), [Computation(), Computation()]
    calls = [begun(admission, page, kind=CALL_KINDS["ListNetworks"]) for page in pages]
    await pages[0].has_begun()
    async with asyncio.timeout(PATIENCE):
        assert await compute(admission, lambda: "other", "other", LISTING) == "other"
        assert await compute(admission, lambda: "read", kind=QUICK) == "read"
    assert not pages[1].begun.is_set()
    for page in pages:
        page.may_end.set()
    await asyncio.gather(*calls)


async def test_a_call_ends_at_the_deadline_of_the_server(admitting: Admitting) -> None:
    admission, work = admitting(computing_seconds=1), Computation()
    with pytest.raises(DeadlineExceeded) as exceeded:
        await compute(admission, work)
    assert exceeded.value.metadata == {"limit": "computing_seconds", "value": "1"}
    await work.has_ended()
    assert isinstance(work.error, DeadlineExceeded)


async def test_calls_end_when_the_server_stops(admitting: Admitting) -> None:
    admission = admitting(computing_calls=1)
    computing, waiting = Computation(), Computation()
    calls = [begun(admission, work) for work in (computing, waiting)]
    await computing.has_begun()
    admission.drain(Pool.COMPUTING)
    for call in calls:
        with pytest.raises(Draining):
            await call
    await computing.has_ended()


async def test_the_active_calls_of_a_client_are_bounded(admitting: Admitting) -> None:
    admission = admitting(calls_of_client=2)
    with admission.begin("one", QUICK), admission.begin("one", WAITING):
        with pytest.raises(TooManyCalls) as refused:
            admission.begin("one", QUICK)
        assert refused.value.metadata == {"limit": "calls_of_client", "value": "2"}
        with admission.begin("another", QUICK):
            pass
    with admission.begin("one", QUICK):
        pass


async def test_a_call_that_has_begun_is_not_refused_later(admitting: Admitting) -> None:
    admission = admitting(computing_calls=1, waiting_calls_of_client=1)
    other, waiting = Computation(), Computation()
    with admission.begin("one", COMPUTING) as call:
        assert await call.run(str, 1) == "1"
        others = [begun(admission, other)]
        await other.has_begun()
        others.append(begun(admission, waiting))
        await asyncio.sleep(0)
        second = asyncio.create_task(call.run(str, 2))
        await asyncio.sleep(0)
        for work in (other, waiting):
            work.may_end.set()
        assert await second == "2"
        await asyncio.gather(*others)


async def test_two_greedy_clients_keep_no_third_one_from_computing(admitting: Admitting) -> None:
    admission = admitting(computing_calls=2)
    greedy = [Computation(), Computation()]
    calls = [begun(admission, each, f"greedy {n}") for n, each in enumerate(greedy)]
    for each in greedy:
        await each.has_begun()
    async with asyncio.timeout(PATIENCE):
        assert await compute(admission, lambda: "done", "modest") == "done"
    assert not any(call.done() for call in calls)
    for call in calls:
        call.cancel()
    for each in greedy:
        await each.has_ended()
