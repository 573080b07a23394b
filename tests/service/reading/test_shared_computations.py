"""Values that threads need at the same time are computed once, whatever happens to one of them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from patience import PATIENCE

from service.reading.shared_computations import SharedComputations
from training.cancellation import Cancellation, cancelled_by
from training.errors import CallCancelled

_THREADS = 4


def test_threads_that_need_a_value_at_the_same_time_compute_it_once() -> None:
    shared: SharedComputations[object] = SharedComputations()
    computed, begun, may_end = [], Event(), Event()

    def make() -> object:
        computed.append(object())
        begun.set()
        assert may_end.wait(PATIENCE)
        return computed[-1]

    with ThreadPoolExecutor(_THREADS) as threads:
        first = threads.submit(shared.compute, "a", make)
        assert begun.wait(PATIENCE)
        others = [threads.submit(shared.compute, "a", make) for _ in range(_THREADS - 1)]
        assert shared.compute("b", lambda: "of another key") == "of another key"
        may_end.set()
        found = {id(each.result(PATIENCE)) for each in (first, *others)}

    # Those that ask after it was computed compute it again.
    assert len(computed) == len(found)
    assert shared.compute("a", lambda: "again") == "again"


def test_a_failure_is_that_of_one_thread() -> None:
    shared: SharedComputations[str] = SharedComputations()
    begun, may_fail = Event(), Event()

    def fail() -> str:
        begun.set()
        assert may_fail.wait(PATIENCE)
        raise CallCancelled("nobody waits for it")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shared.compute, "a", fail)
        assert begun.wait(PATIENCE)
        second = threads.submit(shared.compute, "a", lambda: "computed")
        may_fail.set()
        assert second.result(PATIENCE) == "computed"
        assert isinstance(first.exception(PATIENCE), CallCancelled)


def test_a_cancelled_thread_does_not_wait() -> None:
    shared: SharedComputations[str] = SharedComputations()
    begun, may_end = Event(), Event()

    def make() -> str:
        begun.set()
        assert may_end.wait(PATIENCE)
        return "computed"

    cancellation = Cancellation()
    cancellation.cancel(CallCancelled("the client has cancelled the call"))
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(shared.compute, "a", make)
        assert begun.wait(PATIENCE)
        with cancelled_by(cancellation), pytest.raises(CallCancelled):
            shared.compute("a", make)
        may_end.set()
        assert first.result(PATIENCE) == "computed"
