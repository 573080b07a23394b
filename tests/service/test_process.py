"""The process of a server has short pauses, uses freed memory again, and then returns it."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import asyncio, gc, os, resource
from service import process
from service.threads import Threads

process.configure()
process.settle()
assert not gc.get_objects(generation=2), "a collection would visit what exists"

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def page_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for round in range(20):
    b"x" * 2**23
    begin = begin if round else page_faults()
assert page_faults() - begin < 1_000, "each block of 8 MiB is a new one"

async def main():
    process._SECONDS = 0.1
    task = process.FreedMemory(Threads(1, "own"))
    before = resident()
    small = [b"x" * 100_000 for _ in range(1_000)]
    large = b"x" * 2**24
    last = b"x" * 100_000  # above the freed blocks, so that they do not shrink the heap
    assert resident() > before + 100 * 2**20
    del large, small
    task.start()
    for _ in range(100):
        await asyncio.sleep(0.1)
        if resident() < before + 20 * 2**20:
            break
    else:
        raise SystemExit(f"{(resident() - before) >> 20} MiB are not returned")
    await task.stop()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_used_again_and_returned_and_collections_are_short() -> None:
    assert gc.isenabled()
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, timeout=60)
