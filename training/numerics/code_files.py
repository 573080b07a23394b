"""Files of machine code: where they are, and what they are valid for."""

import contextlib
import functools
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from itertools import accumulate, pairwise
from pathlib import Path

import llvmlite.binding as llvm

from training.numerics.machine_code import MachineCode


def processor() -> str:
    """Return the name of the processor that kernels are compiled for, as LLVM calls it."""
    return os.environ.get("NUMBA_CPU_NAME") or str(llvm.get_host_cpu_name())


def processor_features() -> set[str]:
    """Return what the processor can do that kernels are compiled for, by LLVM's names.

    It is this machine's, or what NUMBA_CPU_FEATURES says; Numba uses no feature of a generic one.
    """
    given = os.environ.get("NUMBA_CPU_FEATURES")
    if given is None:
        is_generic = processor().lower() == "generic"
        given = "" if is_generic else llvm.get_host_cpu_features().flatten()
    return {feature[1:] for feature in given.split(",") if feature.startswith("+")}


class CodeFile:
    """The file with the machine code of a function, and beside it the code of LLVM.

    It is in NUMBA_CACHE_DIR; or beside the source, or else in the cache of the user. It is valid
    for one state of all sources of kernels, one type of processor and one version of the compiler:
    Numba would use older code of a function after a change of what it calls. A folder may be
    read-only, such as that in the image of a container.
    """

    def __init__(self, name: str, source: Path, signature: str) -> None:
        self._source = source
        self._signature = signature
        stem = f"{name.replace(' ', '_')}-{_digest(_machine_key())[:12]}"
        self._names = (f"{stem}.kernel", f"{stem}.ll")

    def read(self) -> MachineCode | None:
        """Return the code without that of LLVM, if there is a valid file of it."""
        key = self._key()
        for folder in self._folders():
            with contextlib.suppress(OSError, ValueError, KeyError):
                header, _, content = (folder / self._names[0]).read_bytes().partition(b"\n")
                found = json.loads(header)
                if found["key"] == key and found["digest"] == _digest(content):
                    ends = accumulate(found["sizes"], initial=0)
                    return MachineCode(tuple(content[a:b] for a, b in pairwise(ends)))
        return None

    def read_llvm(self) -> str:
        """Return the code of LLVM. Raises FileNotFoundError if there is none."""
        for folder in self._folders():
            with contextlib.suppress(OSError):
                return (folder / self._names[1]).read_text()
        raise FileNotFoundError(self._names[1])

    def write(self, compiled: MachineCode) -> None:
        """Write the code into the first folder that is writable; none may be."""
        content, code = b"".join(compiled.binaries), compiled.code.encode()
        sizes = [len(binary) for binary in compiled.binaries]
        header = {"key": self._key(), "digest": _digest(content), "sizes": sizes}
        contents = (json.dumps(header).encode() + b"\n" + content, code)
        for folder in self._folders():
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in zip(self._names, contents, strict=True):
                    _write(folder / name, content)
                return

    def _key(self) -> str:
        return _digest(_digest_of_sources(), self._source.read_bytes(), self._signature)

    def _folders(self) -> Iterator[Path]:
        if given := os.environ.get("NUMBA_CACHE_DIR"):
            yield Path(given)
        else:
            yield self._source.parent / "__pycache__"
            caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            yield Path(caches) / "clearprop"


def _write(path: Path, content: bytes) -> None:
    """Write a file that others see as a whole or not at all."""
    own = path.with_name(f".{path.name}.{os.getpid()}")
    own.write_bytes(content)
    own.replace(path)


def _machine_key() -> str:
    """Return what decides into which instructions a function is compiled, beside its source."""
    features = sorted(processor_features())
    python = (sys.version_info[:2], object.__basicsize__)
    return repr((python, llvm.get_process_triple(), processor(), features, _compiler()))


@functools.cache
def _compiler() -> list[str]:
    return [version(package) for package in ("numba", "llvmlite")]


@functools.cache
def _digest_of_sources() -> str:
    sources = sorted(
        {*Path(__file__).parent.glob("*.py")} - {Path(__file__).with_name("compile.py")}
    )
    return _digest(*(source.read_bytes() for source in sources))


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()
