"""The kernels as the least of all processors of this machine's kind runs them."""

import os
import platform
import subprocess
import sys
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
IS_X86 = platform.machine().lower() in {"x86_64", "amd64"}


class Baseline:
    """All kernels compiled for the baseline, and kept in a folder of their own.

    Compiling them takes a minute, in a process of its own that starts at once.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._compiling = self._start("-m", "training.numerics.compile")

    @cached_property
    def compiled(self) -> tuple[str, str]:
        """What the command that compiles has written, once it has ended."""
        return _written(self._compiling)

    def run(self, *arguments: str) -> tuple[str, str]:
        """Run Python as if this were such a processor; return what it writes to both outputs."""
        assert self.compiled
        return _written(self._start(*arguments))

    def stop(self) -> None:
        """End what is still under way."""
        self._compiling.kill()
        self._compiling.communicate()

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *arguments],
            env={
                "NUMBA_CACHE_DIR": str(self._cache),
                "NUMBA_CPU_NAME": "x86-64" if IS_X86 else "generic",
                "NUMBA_CPU_FEATURES": "",
                "PATH": "",
                "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "support"))),
            },
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def _written(process: "subprocess.Popen[str]") -> tuple[str, str]:
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return output, errors
