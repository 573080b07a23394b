"""How Python and the C library of this process suit a server: short pauses, and freed memory."""

import asyncio
import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import Final

from service.background_task import BackgroundTask
from service.threads import Threads

#: How long a thread keeps Python's interpreter lock while others wait for it, in seconds. With the
#: default of 5 ms, two computing threads delay a quick call by 20 ms.
_SWITCH_SECONDS: Final = 0.001

#: Blocks of memory of at least this size are returned to the system as soon as they are freed, in
#: bytes: the most that glibc allows. To get a block from the system takes 4 ms for 8 MiB, ten times
#: as long as to fill it, so smaller blocks are used again.
_LARGE_BYTES: Final = 32 * 2**20

#: How much freed memory stays at the end of a heap, in bytes. The default of 128 KiB returns most
#: blocks at once, too.
_END_BYTES: Final = 64 * 2**20

#: The number of heaps: by default eight for each processor, and each but the first keeps what was
#: freed at its end. Threads seldom wait for the only one, because they wait for Python's lock.
_HEAPS: Final = 1

#: The parameters of mallopt for these.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8

#: The interval between checks whether freed memory is to be returned, in seconds.
_SECONDS: Final = 5.0

#: It is returned when there is so much of it, and so much more memory in use than at the last time.
_MANY_BYTES: Final = 8 * 2**20


class _Blocks(ctypes.Structure):
    """What mallinfo2 returns; `fordblks` are the bytes of freed blocks."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def configure() -> None:
    """Set what applies to the whole process; called once, before the server starts."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    glibc = _glibc()
    if glibc is not None:
        glibc.mallopt(_M_TRIM_THRESHOLD, _END_BYTES)
        glibc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        glibc.mallopt(_M_ARENA_MAX, _HEAPS)


def settle() -> None:
    """Exclude all objects that exist after the start from garbage collection.

    Each full collection would visit them, for 0.2 s or more, while all other threads wait.
    """
    gc.collect()
    gc.freeze()


class FreedMemory(BackgroundTask):
    """A task in the event loop that returns the memory of freed blocks to the system."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._least = 0

    async def _repeat(self) -> None:
        glibc = _glibc()
        while glibc is not None:
            await asyncio.sleep(_SECONDS)
            await self._threads.run(self._return, glibc)

    def _return(self, glibc: ctypes.CDLL) -> None:
        # What is freed also counts after it was returned, so that it says too little alone.
        if glibc.mallinfo2().fordblks > _MANY_BYTES and _resident() > self._least + _MANY_BYTES:
            glibc.malloc_trim(0)
            self._least = _resident()
        self._least = min(self._least, _resident())


def _resident() -> int:
    """Return the memory that this process uses, in bytes."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _glibc() -> ctypes.CDLL | None:
    """Return the C library of this process if it is glibc, from 2.33."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):
        return None
    library.mallinfo2.restype = _Blocks
    return library
