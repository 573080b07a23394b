"""Memory for the intermediate results of kernels, and what calls leave of it to the next ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np

from training.numerics.arguments import NO_SCRATCH, Floats, Scratch
from training.numerics.tile_workspace import ALIGNED


def scratch_of(integers: int, floats: int, kept: Scratch = NO_SCRATCH) -> Scratch:
    """Return memory for so many numbers: that which was kept if it is large enough."""
    if kept.integers.size >= integers and kept.floats.size >= floats:
        return kept
    return Scratch(np.zeros(integers, dtype=np.int64), _aligned_zeros(floats))


def _aligned_zeros(count: int) -> Floats:
    """Return zeros that begin at a multiple of 64 bytes, a line of the cache."""
    zeros = np.zeros(count + ALIGNED)
    first = -zeros.ctypes.data // zeros.itemsize % ALIGNED
    return zeros[first : first + count]


class SpareScratch:
    """Scratch that is used again while somebody is about to make more calls.

    Wide networks need hundreds of MiB for a call of some milliseconds. The system would map, clear
    and unmap them for each call, which takes a sixth of the processors' time, and at times keeps
    all other threads waiting. Only as many are spare as calls were made at the same time.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._spare: list[Scratch] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep scratch between the calls of a block, or of a function that it decorates.

        All of it is freed when no such block is left.
        """
        with self._lock:
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._spare.clear()

    @contextmanager
    def lent(self, integers: int, floats: int) -> Iterator[Scratch]:
        """Lend memory for so many numbers to one call."""
        with self._lock:
            spare = self._spare.pop() if self._spare else NO_SCRATCH
        scratch = scratch_of(integers, floats, spare)
        del spare  # if it was too small, it is freed before the call
        try:
            yield scratch
        finally:
            with self._lock:
                if self._users:
                    self._spare.append(scratch)


#: That of `forward` and `evaluate`. Those who call them many times in a row keep it.
SPARE_SCRATCH = SpareScratch()
