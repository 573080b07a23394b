"""The process of a server has short pauses, uses freed memory again, and then returns it."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import asyncio, gc, os, resource
from threading import Thread
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

kept = []

def use(blocks):
    before = resident()
    held = [b"x" * 100_000 for _ in range(blocks)]
    assert resident() > before + blocks * 50_000, "the blocks were kept"
    if blocks > 500:
        kept.append(b"x" * 100_000)  # above the blocks, so that they do not shrink the heap

def use_in_thread(blocks):
    thread = Thread(target=use, args=[blocks])
    thread.start()
    thread.join()

async def main():
    process._SECONDS = 0.1
    task = process.FreedMemory(Threads(1, "own"))
    task.start()
    before = resident()
    for round in range(8):
        work, blocks = [use, use_in_thread][round % 2], [1_000, 300][round // 4]
        work(blocks)
        for _ in range(100):
            await asyncio.sleep(0.1)
            if resident() < before + 20 * 2**20:
                break
        else:
            much = (resident() - before) >> 20
            raise SystemExit(f"{much} MiB of {work.__name__}({blocks}) are not returned")
    await task.stop()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_used_again_and_returned_and_collections_are_short() -> None:
    assert gc.isenabled()
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, timeout=60)
