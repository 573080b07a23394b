"""A computation ends with the error of its own cancellation, and of no other."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from training.cancellation import Cancellation, cancelled_by, check_cancelled
from training.errors import CallCancelled, DeadlineExceeded


def test_a_computation_ends_with_the_first_error() -> None:
    cancellation = Cancellation()
    with cancelled_by(cancellation):
        check_cancelled()
        cancellation.cancel(CallCancelled("first"))
        cancellation.cancel(DeadlineExceeded("second"))
        with pytest.raises(CallCancelled, match="first"):
            check_cancelled()
    check_cancelled()


def test_a_cancellation_follows_a_computation_into_its_thread() -> None:
    cancellation = Cancellation()
    cancellation.cancel(CallCancelled("over"))
    with ThreadPoolExecutor(1) as pool:
        with cancelled_by(cancellation):
            there = pool.submit(copy_context().run, check_cancelled)
        elsewhere = pool.submit(check_cancelled)
        with pytest.raises(CallCancelled):
            there.result()
        elsewhere.result()
