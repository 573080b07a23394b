"""Watchers whose processes are stopped cost a server little, and others nothing."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from calls import create, settings, train
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from made_up_sets import create_made_up_set
from patience import PATIENCE
from promises import Promise, rounds
from servers import ServerProcess
from stored import left_in, truth_in
from watch_checker import faults
from watch_reading import Reading, Watcher

ROOT = Path(__file__).parents[2]

STALLED = 50

#: The server ends a stream that it cannot write to for 10 s; `make soak` continues for 90 s.
SECONDS = rounds(10, 90)

#: How a watch ends that the server cannot write to. gRPC may drop a connection that has been dead
#: for over a minute; then its client receives no other reason.
CUT, GONE = "UNAVAILABLE: could not write to the stream", "UNAVAILABLE: Stream removed"
ENDS = (CUT,) if SECONDS < 60 else (CUT, GONE)

#: In 40 messages; a client that reads one of them takes in one or two more.
HISTORY = 50_000

#: An update with all of these takes nearly 100 µs, so that watchers keep up with training.
EXAMPLES = 600
UPDATES = 5_000

#: How often the network is trained, so that a processor has time for other tests.
PACE_SECONDS = 1.0

MOST_BYTES_EACH = 8 * 2**20
MOST_LOG_BYTES = 64 * 2**20


@contextmanager
def stopped_watchers(
    server: ServerProcess, network: network_pb2.Network
) -> Iterator[subprocess.Popen[str]]:
    """Let many watchers read one message of a history each, then stop their process."""
    program = [sys.executable, "-m", "bench.stalling"]
    with subprocess.Popen(
        [*program, server.target, network.network, str(STALLED)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "watching\n"
            process.send_signal(signal.SIGSTOP)
            yield process
        finally:
            process.kill()


def memory(server: ServerProcess) -> int:
    """How many bytes of memory a server has now."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (resident,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(resident.split()[1]) * 1024


def open_watches(stub: TrainingServiceStub) -> int:
    return stub.GetServerInfo(pb.GetServerInfoRequest()).used["watches"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_fifty_stopped_watchers_cost_little_and_the_healthy_one_misses_nothing(
    own_server: ServerProcess, promise: Promise
) -> None:
    folder = Path(own_server.database.removeprefix("sqlite:///")).parent
    log = folder / "clearprop.db-wal"
    slow_run = settings("slow", rate=0.5, batch_size=EXAMPLES, epochs=UPDATES)
    with own_server.stub() as stub:
        past, network = create(stub), create(stub)
        train(stub, past.network, settings(epochs=HISTORY))
        create_made_up_set(stub, "slow", EXAMPLES)
        healthy = Watcher(own_server.target, Reading(network, columns=True)).start()
        train(stub, network.network, slow_run)
        healthy.wait_for(lambda reading: reading.last_state == "SUCCEEDED")
        before, largest_log, peaks = memory(own_server), 0, []
        with stopped_watchers(own_server, past) as process:
            runs, begun = 1, time.monotonic()
            # A process that continues too early would read its history to the end, and wait.
            while (passed := time.monotonic() - begun) < SECONDS or open_watches(stub) > 1:
                assert passed < SECONDS + PATIENCE, "stopped watchers are not ended"
                ended = train(stub, network.network, slow_run)
                runs += 1
                healthy.wait_for(
                    lambda reading, ended=ended: reading.last_update >= ended.latest_update
                )
                peaks.append(memory(own_server))
                largest_log = max(largest_log, log.stat().st_size)
                time.sleep(max(0.0, begun + passed + PACE_SECONDS - time.monotonic()))
            ends = ends_of(process)
        healthy.cancel()
    assert len(ends) == STALLED
    assert all(end.startswith(ENDS) for end in ends), Counter(ends)
    assert max(peaks) - before <= STALLED * MOST_BYTES_EACH
    # It does not grow on: what is kept at hand for all watchers is bounded.
    half = len(peaks) // 2
    assert max(peaks[half:]) <= max(peaks[:half]) + 64 * 2**20
    assert largest_log <= MOST_LOG_BYTES
    own_server.kill()
    with left_in(folder) as store:
        truth = truth_in(store, network.uid)
    assert not faults(healthy.reading.streams, truth)
    assert healthy.reading.updates == runs * UPDATES + 1
    promise(
        "stopped watchers cost a server little, and the healthy one misses nothing",
        stopped_watchers=STALLED,
        KiB_each=(max(peaks) - before) // STALLED // 1024,
        updates_seen=healthy.reading.updates,
    )


def ends_of(process: subprocess.Popen[str]) -> list[str]:
    """Let a stopped process read on to the ends of its streams, and return what it tells."""
    process.send_signal(signal.SIGCONT)
    told, _ = process.communicate(timeout=240)
    return told.splitlines()
