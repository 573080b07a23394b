"""The processor that kernels are compiled for, as LLVM names it.

What LLVM says of this machine's processor is kept beside the kernels: so a server does not load
LLVM to ask for it.
"""

import contextlib
import functools
import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from training.numerics.kept_files import folders, keep

#: The lines of Linux that tell one type of processor from another.
_TELLING = {
    *("vendor_id", "cpu family", "model", "stepping", "flags"),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features"),
}


def processor() -> str:
    """Return the name of the processor that kernels are compiled for."""
    return os.environ.get("NUMBA_CPU_NAME") or _here().name


def processor_features() -> set[str]:
    """Return what that processor can do, by LLVM's names.

    It is this machine's, or what NUMBA_CPU_FEATURES says; Numba uses no feature of a generic one.
    """
    given = os.environ.get("NUMBA_CPU_FEATURES")
    if given is None:
        given = "" if processor().lower() == "generic" else _here().features
    return {feature[1:] for feature in given.split(",") if feature.startswith("+")}


class _Processor(NamedTuple):
    name: str
    features: str


@functools.cache
def _here() -> _Processor:
    """Return this machine's processor."""
    described = _description()
    if not described:
        return _by_llvm()
    digest = hashlib.sha256(f"{version('llvmlite')} {described}".encode()).hexdigest()
    name = f"processor-{digest[:12]}.json"
    for folder in folders(Path(__file__)):
        with contextlib.suppress(OSError, ValueError, TypeError):
            return _Processor(**json.loads((folder / name).read_bytes()))
    found = _by_llvm()
    keep(Path(__file__), {name: json.dumps(found._asdict()).encode()})
    return found


def _by_llvm() -> _Processor:
    import llvmlite.binding as llvm  # noqa: PLC0415

    return _Processor(str(llvm.get_host_cpu_name()), llvm.get_host_cpu_features().flatten())


def _description() -> str:
    """Return what Linux says of the first processor; empty if it is not known."""
    with contextlib.suppress(OSError):
        first, _, _ = Path("/proc/cpuinfo").read_text().partition("\n\n")
        lines = (line for line in first.splitlines() if line.partition(":")[0].strip() in _TELLING)
        return "\n".join(lines)
    return ""
