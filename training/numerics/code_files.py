"""Files of machine code: where they are, and what they are valid for."""

import contextlib
import functools
import hashlib
import json
import sys
from importlib.metadata import version
from itertools import accumulate, pairwise
from pathlib import Path
from sysconfig import get_platform

from training.numerics.kept_files import folders, keep
from training.numerics.machine_code import MachineCode
from training.numerics.processors import processor, processor_features

#: The modules beside kernels that have no influence on their code.
_OF_LOADING = {"compile.py", "kept_files.py", "object_files.py"}


class CodeFile:
    """The file with the machine code of a function, and beside it the code of LLVM.

    It is valid for one state of all sources of kernels, one type of processor and one version of
    the compiler: Numba would use older code of a function after a change of what it calls.
    """

    def __init__(self, name: str, source: Path, signature: str) -> None:
        self._source = source
        self._signature = signature
        stem = f"{name.replace(' ', '_')}-{_digest(_machine_key())[:12]}"
        self._names = (f"{stem}.kernel", f"{stem}.ll")

    def read(self) -> MachineCode | None:
        """Return the code without that of LLVM, if there is a valid file of it."""
        key = self._key()
        for folder in folders(self._source):
            with contextlib.suppress(OSError, ValueError, KeyError):
                header, _, content = (folder / self._names[0]).read_bytes().partition(b"\n")
                found = json.loads(header)
                if found["key"] == key and found["digest"] == _digest(content):
                    ends = accumulate(found["sizes"], initial=0)
                    return MachineCode(tuple(content[a:b] for a, b in pairwise(ends)))
        return None

    def read_llvm(self) -> str:
        """Return the code of LLVM. Raises FileNotFoundError if there is none."""
        for folder in folders(self._source):
            with contextlib.suppress(OSError):
                return (folder / self._names[1]).read_text()
        raise FileNotFoundError(self._names[1])

    def write(self, compiled: MachineCode) -> None:
        """Write the code into the first folder that is writable; none may be."""
        content = b"".join(compiled.binaries)
        sizes = [len(binary) for binary in compiled.binaries]
        header = {"key": self._key(), "digest": _digest(content), "sizes": sizes}
        whole = json.dumps(header).encode() + b"\n" + content
        keep(self._source, dict(zip(self._names, (whole, compiled.code.encode()), strict=True)))

    def _key(self) -> str:
        return _digest(_digest_of_sources(), self._source.read_bytes(), self._signature)


def _machine_key() -> str:
    """Return what decides into which instructions a function is compiled, beside its source."""
    features = sorted(processor_features())
    python = (sys.version_info[:2], object.__basicsize__)
    return repr((python, get_platform(), processor(), features, _compiler()))


@functools.cache
def _compiler() -> list[str]:
    return [version(package) for package in ("numba", "llvmlite")]


@functools.cache
def _digest_of_sources() -> str:
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return _digest(*(each.read_bytes() for each in sources if each.name not in _OF_LOADING))


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()
