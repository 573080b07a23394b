"""Compiles the peers that are written in C."""

import ctypes
import shutil
import subprocess
from pathlib import Path

from bench.peers.work import Absent

#: Where measurements leave their files: on the disk of this checkout, not in memory.
BUILD = Path(__file__).parents[2] / "build"


def compiled(name: str, *libraries: str) -> ctypes.CDLL:
    """Compile `name`.c at -O3 and load it.

    Raises:
        Absent: there is no compiler, or a library that it is linked to is missing.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Absent("there is no C compiler here")
    BUILD.mkdir(exist_ok=True)
    library = BUILD / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    made = subprocess.run(  # noqa: S603 (the project's own source)
        [compiler, "-O3", "-shared", "-fPIC", str(source), "-o", str(library), *libraries, "-lm"],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise Absent(f"{name}.c cannot be compiled: {made.stderr.strip().splitlines()[0]}")
    return ctypes.CDLL(str(library))
