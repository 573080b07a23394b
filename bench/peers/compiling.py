"""Compiles the peers that are written in C."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

from bench.peers.work import Absent

#: Where measurements leave their files: on the disk of this checkout, not in memory.
BUILD = Path(__file__).parents[2] / "build"


def said(*command: str) -> str:
    """Return the first line that a program prints; nothing where there is no such program."""
    program = shutil.which(command[0])
    if program is None:
        return ""
    done = subprocess.run(  # noqa: S603 (asks for a version)
        [program, *command[1:]], check=False, capture_output=True, text=True
    )
    return done.stdout.partition("\n")[0]


def compiled(name: str, *libraries: str, package: str = "") -> ctypes.CDLL:
    """Compile `name`.c at -O3 and load it; `package` is what it needs beside a compiler.

    Raises:
        Absent: there is no compiler, or the package is missing.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise Absent("there is no C compiler here")
    BUILD.mkdir(exist_ok=True)
    library = BUILD / f"{name}-{os.getpid()}.so"  # others may compile it now, too
    source = Path(__file__).with_name(f"{name}.c")
    made = subprocess.run(  # noqa: S603 (the project's own source)
        [compiler, "-O3", "-shared", "-fPIC", str(source), "-o", str(library), *libraries, "-lm"],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        if package:
            raise Absent(f"{package} is not installed")
        raise RuntimeError(made.stderr)
    loaded = ctypes.CDLL(str(library))
    library.unlink()
    return loaded
