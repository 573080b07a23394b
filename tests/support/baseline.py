"""The kernels as the least of all processors of this machine's kind runs them."""

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
from shutil import rmtree

from promises import IS_LONG

ROOT = Path(__file__).parents[2]
SUPPORT = ROOT / "tests" / "support"
IS_X86 = platform.machine().lower() in {"x86_64", "amd64"}

#: The numbers of lanes of the kernels that are compared. Each takes up to a minute to compile, and
#: all of them are made of the same functions: `make test` compares those that are used most.
LANES = (1, 4, 8) if IS_LONG else (8,)


def fingerprint() -> str:
    """Return what changes with the sources of the kernels and with what compiles them."""
    packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    files = sorted((ROOT / "training" / "numerics").glob("*.py"))
    used = [SUPPORT / name for name in ("baseline.py", "trajectories.py", "numerics.py")]
    contents = [file.read_text() for file in (*files, *used)]
    words = "\n".join([sys.version, str(LANES), *packages, *contents])
    return hashlib.sha256(words.encode()).hexdigest()[:16]


class Baseline:
    """The digests of runs by kernels that are compiled for the baseline, kept in a folder.

    Compiling them takes a minute or more, in a process of its own that starts at once. All who are
    given the same folder share it: the first one starts it, and it holds a lock until it ends. A
    later test run with the same sources and packages uses it again.
    """

    def __init__(self, folder: Path) -> None:
        self._cache, self._out, self._err = (folder / name for name in ("cache", "out", "err"))
        self._lock = (folder / "lock").open("w")
        self._computing: subprocess.Popen[bytes] | None = None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # it is under way
        if not (self._out.exists() and self._out.read_text()):  # it was never or not completed
            rmtree(self._cache, ignore_errors=True)
            with self._out.open("w") as out, self._err.open("w") as err:
                self._computing = subprocess.Popen(
                    [sys.executable, str(SUPPORT / "trajectories.py"), *map(str, LANES)],
                    env=self._environment(),
                    cwd=ROOT,
                    stdout=out,
                    stderr=err,
                    pass_fds=[self._lock.fileno()],
                )
        # The process that compiles has the lock, too, and keeps it.
        self._lock.close()
        self._lock = (folder / "lock").open("w")

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digests of all runs that are compared, by their names, once they are computed."""
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        if self._computing is not None:
            assert self._computing.wait() == 0, self._err.read_text()
        digests: dict[str, str] = json.loads(self._out.read_text())
        return digests

    def run(self, *arguments: str) -> str:
        """Run Python as if this were such a processor, with these kernels; return its output."""
        assert self.digests
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self._environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        """Let what is under way end, for others may wait for it."""
        if self._computing is not None:
            self._computing.wait()
        self._lock.close()

    def _environment(self) -> dict[str, str]:
        return {
            "NUMBA_CACHE_DIR": str(self._cache),
            "NUMBA_CPU_NAME": "x86-64" if IS_X86 else "generic",
            "NUMBA_CPU_FEATURES": "",
            "PATH": "",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, SUPPORT))),
        }
