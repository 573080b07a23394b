"""Each port is chosen once, by one process, and is given to no connection."""

import subprocess
import sys
from pathlib import Path

import pytest
from documents import ROOT
from patience import PATIENCE

from bench.ports import free_port

#: More than a block has.
COUNT = 100
RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")

CHOOSE = f"""
from bench.ports import free_port
print(*(free_port() for _ in range({COUNT})), flush=True)
input()
"""


def test_processes_choose_different_ports() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CHOOSE],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    chosen = [free_port() for _ in range(COUNT)]
    for process in processes:
        assert process.stdout is not None
        chosen += map(int, process.stdout.readline().split())
    for process in processes:
        process.communicate("\n", timeout=PATIENCE)
    assert len(set(chosen)) == len(chosen) == 4 * COUNT


@pytest.mark.skipif(not RANGE.exists(), reason="only Linux tells its range")
def test_no_port_is_one_that_the_system_gives_to_connections() -> None:
    first, last = map(int, RANGE.read_text().split())
    if first < 20_000:
        pytest.skip("the system gives nearly all ports to connections")
    assert not first <= free_port() <= last
