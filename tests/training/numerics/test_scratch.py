"""Memory that a call leaves to the next is used by one call at a time, and freed at the end."""

from contextlib import ExitStack
from weakref import ref

import numpy as np

from training.numerics.arguments import Scratch
from training.numerics.scratch import SpareScratch


def test_calls_of_a_block_use_the_same_memory_one_after_the_other() -> None:
    spare = SpareScratch()
    with spare.kept():
        with spare.lent(2, 30) as first:
            pass
        with spare.lent(1, 20) as second:
            assert second is first
            with spare.lent(1, 20) as at_the_same_time:
                assert not np.shares_memory(at_the_same_time.floats, first.floats)


def test_memory_that_is_too_small_is_replaced() -> None:
    spare = SpareScratch()
    with spare.kept():
        with spare.lent(1, 20):
            pass
        for integers, floats in ((1, 21), (2, 21)):
            with spare.lent(integers, floats) as scratch:
                assert (len(scratch.integers), len(scratch.floats)) == (integers, floats)


def test_memory_is_freed_with_the_last_block() -> None:
    spare = SpareScratch()
    with ExitStack() as blocks:
        blocks.enter_context(spare.kept())
        with spare.kept(), spare.lent(1, 20) as scratch:
            floats = ref(scratch.floats)
        del scratch
        assert floats() is not None
    assert floats() is None


def test_a_call_without_a_block_keeps_nothing() -> None:
    spare = SpareScratch()
    with spare.lent(1, 20) as scratch:
        floats = ref(scratch.floats)
    assert isinstance(scratch, Scratch)
    del scratch
    assert floats() is None
