"""The kernels as the least of all processors of this machine's kind runs them."""

import faulthandler
import fcntl
import hashlib
import json
import os
import platform
import subprocess
import sys
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from promises import IS_LONG

ROOT = Path(__file__).parents[2]
SUPPORT = ROOT / "tests" / "support"
IS_X86 = platform.machine().lower() in {"x86_64", "amd64"}

#: As LLVM names it.
_LEAST = "x86-64" if IS_X86 else "generic"

#: The numbers of lanes of the kernels that are compared. Each takes up to a minute to compile, and
#: all of them are made of the same functions: `make test` compares those that are used most.
LANES = (1, 4, 8) if IS_LONG else (8,)

_USED = ("baseline.py", "least_processor.py", "trajectories.py", "numerics.py")


class Found(NamedTuple):
    """What least_processor.py prints."""

    digests: dict[str, str]
    """Of all runs that are compared, by their names."""
    registers: list[str]
    """The kinds of registers that the code uses, if it is that of x86."""


def fingerprint() -> str:
    """Return what changes with the sources of the kernels and with what compiles them."""
    packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    files = sorted((ROOT / "training" / "numerics").rglob("*.py"))
    contents = [file.read_text() for file in (*files, *map(SUPPORT.joinpath, _USED))]
    words = "\n".join([sys.version, str(LANES), *packages, *contents])
    return hashlib.sha256(words.encode()).hexdigest()[:16]


class Baseline:
    """What kernels for the baseline compute, kept in a folder.

    That takes half a minute or more, in a process of its own that starts at once. All who are given
    the same folder share it: the first one starts it, and it holds a lock until it ends. A later
    test run with the same sources and packages uses it again.
    """

    def __init__(self, folder: Path) -> None:
        self._out, self._err = (folder / name for name in ("out", "err"))
        self._lock = (folder / "lock").open("w")
        self._computing: subprocess.Popen[bytes] | None = None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # it is under way
        if not (self._out.exists() and self._out.read_text()):  # it was never or not completed
            program = str(SUPPORT / "least_processor.py")
            with self._out.open("w") as out, self._err.open("w") as err:
                self._computing = subprocess.Popen(
                    [sys.executable, program, _LEAST, *map(str, LANES)],
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, SUPPORT)))},
                    cwd=ROOT,
                    stdout=out,
                    stderr=err,
                    pass_fds=[self._lock.fileno()],
                )
        # The process that compiles has the lock, too, and keeps it.
        self._lock.close()
        self._lock = (folder / "lock").open("w")

    @cached_property
    def found(self) -> Found:
        """What was found, once it is there."""
        # On a busy machine that takes longer than a test may.
        faulthandler.cancel_dump_traceback_later()
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        if self._computing is not None:
            assert self._computing.wait() == 0, self._err.read_text()
        return Found(**json.loads(self._out.read_text()))

    def stop(self) -> None:
        """Let what is under way end, for others may wait for it."""
        if self._computing is not None:
            self._computing.wait()
        self._lock.close()
