"""The side process computes in another process, stops for cancelled calls, and is started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from service.execution.side_process import SideProcess
from training.cancellation import Cancellation, cancelled_by
from training.errors import CallCancelled

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def started() -> Iterator[SideProcess]:
    side_process = SideProcess()
    yield side_process
    side_process.stop()


def process_of(side_process: SideProcess) -> int:
    return side_process.run(os.getpid)


def has_ended(process: int) -> bool:
    """Return whether a process has ended, perhaps without being waited for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def endless(begun: Path) -> str:
    """A program for `exec` that creates a file, and ends when the file is removed."""
    return (
        f"import pathlib, time; file = pathlib.Path({str(begun)!r}); file.touch()\n"
        "while file.exists(): time.sleep(0.01)"
    )


def cancel_when(condition: Callable[[], bool], side_process: SideProcess, begun: Path) -> None:
    """Compute without an end in the side process until the computation is cancelled."""
    cancellation = Cancellation()

    def cancel() -> None:
        until(condition)
        cancellation.cancel(CallCancelled("over"))

    thread = Thread(target=cancel)
    thread.start()
    with cancelled_by(cancellation), pytest.raises(CallCancelled, match="over"):
        side_process.run(exec, endless(begun))
    thread.join()


def test_results_and_errors_come_back(started: SideProcess) -> None:
    assert started.run(divmod, 7, 2) == (3, 1)
    assert started.run(sorted, [1, 3, 2], reverse=True) == [3, 2, 1]
    with pytest.raises(ZeroDivisionError):
        started.run(divmod, 7, 0)
    assert process_of(started) == process_of(started) != os.getpid()


def test_a_cancelled_computation_ends_and_the_next_call_is_computed(
    started: SideProcess, tmp_path: Path
) -> None:
    process, begun = process_of(started), tmp_path / "begun"
    cancel_when(begun.exists, started, begun)
    assert process_of(started) != process  # it did not check, so it was killed
    assert has_ended(process)


def test_a_call_whose_turn_it_is_not_is_cancelled_too(started: SideProcess, tmp_path: Path) -> None:
    begun, never = tmp_path / "begun", tmp_path / "never"
    first = Thread(target=started.run, args=(exec, endless(begun)))
    first.start()
    until(begun.exists)
    process = started._process
    cancel_when(lambda: True, started, never)
    assert not never.exists()
    begun.unlink()
    first.join()
    assert started._process is process  # the computation of the other call went on


def test_a_process_that_has_ended_is_started_again(started: SideProcess) -> None:
    process = process_of(started)
    os.kill(process, signal.SIGKILL)
    assert process_of(started) != process


def test_the_process_ends_when_it_is_not_used_any_more() -> None:
    side_process = SideProcess(idle_seconds=1.0)
    process = process_of(side_process)
    assert process_of(side_process) == process
    until(lambda: not Path(f"/proc/{process}").exists())  # it has been waited for too
    assert process_of(side_process) != process
    side_process.stop()


def test_the_process_ends_with_its_server() -> None:
    program = (
        "import os, time; from service.execution.side_process import SideProcess;"
        " w = SideProcess(); print(w.run(os.getpid), flush=True); w.run(time.sleep, 60)"
    )
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT)
    assert server.stdout is not None
    process = int(server.stdout.readline())
    server.kill()
    server.wait()
    server.stdout.close()
    until(lambda: has_ended(process))
