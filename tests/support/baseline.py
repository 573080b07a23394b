"""The kernels as the least of all processors of this machine's kind runs them."""

import fcntl
import hashlib
import os
import platform
import subprocess
import sys
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

ROOT = Path(__file__).parents[2]
IS_X86 = platform.machine().lower() in {"x86_64", "amd64"}


def fingerprint() -> str:
    """Return what changes with the sources of the kernels and with what compiles them."""
    packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    files = sorted((ROOT / "training" / "numerics").glob("*.py"))
    # Numba compiles again what has another time of modification.
    times = [f"{file.name} {file.stat().st_mtime_ns}" for file in files]
    contents = [file.read_text() for file in (*files, Path(__file__))]
    words = "\n".join([sys.version, *packages, *times, *contents])
    return hashlib.sha256(words.encode()).hexdigest()[:16]


class Baseline:
    """All kernels compiled for the baseline, and kept in a folder of their own.

    Compiling them takes a minute, in a process of its own that starts at once. All who are given
    the same folder share it: the first one starts it, and it holds a lock until it ends. A later
    test run with the same sources and packages uses it again.
    """

    def __init__(self, folder: Path) -> None:
        self._cache, self._out, self._err = (folder / name for name in ("cache", "out", "err"))
        self._lock = (folder / "lock").open("w")
        self._compiling: subprocess.Popen[bytes] | None = None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # it is under way
        if not (self._out.exists() and self._out.read_text()):  # it was never or not completed
            rmtree(self._cache, ignore_errors=True)
            with self._out.open("w") as out, self._err.open("w") as err:
                self._compiling = subprocess.Popen(
                    [sys.executable, "-m", "service.kernels"],
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
    def compiled(self) -> tuple[str, str]:
        """What the command that compiles has written, once it has ended."""
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        if self._compiling is not None:
            assert self._compiling.wait() == 0, self._err.read_text()
        return self._out.read_text(), self._err.read_text()

    def run(self, *arguments: str) -> tuple[str, str]:
        """Run Python as if this were such a processor; return what it writes to both outputs."""
        assert self.compiled
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self._environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    def stop(self) -> None:
        """Let what is under way end, for others may wait for it."""
        if self._compiling is not None:
            self._compiling.wait()
        self._lock.close()

    def _environment(self) -> dict[str, str]:
        return {
            "NUMBA_CACHE_DIR": str(self._cache),
            "NUMBA_CPU_NAME": "x86-64" if IS_X86 else "generic",
            "NUMBA_CPU_FEATURES": "",
            "PATH": "",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "support"))),
        }
