"""A process in which one peer does one work: `python -m bench.peers.worker MODULE WORK.npz`.

It first prints `ready` and its version, or `absent` and the reason. Then it responds to each line
of its input with one line: to a number of updates with the seconds that they took, of processor
time if one thread computes them, which other processes of the machine hardly affect; to `check`, a
number and a path with `written`, after it has written the loop's result for that many updates.
"""

import importlib
import sys
import time
from pathlib import Path

import numpy as np

from bench.peers.work import Absent, Loop, Work, load


def _loop(name: str, work: Work) -> tuple[Loop, str]:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Absent(f"{error.name} is not installed (make peers)") from error
    return module.loop(work), module.version()


def _say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 (the answer)


def main(module: str, path: str) -> None:
    """Serve the lines of the input until it ends."""
    work = load(Path(path))
    now = time.process_time if work.threads == 1 else time.perf_counter
    try:
        loop, version = _loop(module, work)
    except Absent as reason:
        _say("absent", reason)
        return
    _say("ready", version)
    for line in sys.stdin:
        match line.split(maxsplit=2):
            case ["check", updates, target]:
                trained = loop(int(updates))
                np.savez(target.strip(), costs=trained.costs, parameters=trained.parameters)
                _say("written")
            case [updates]:
                started = now()
                loop(int(updates))
                _say(now() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
