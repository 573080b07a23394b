"""Machine code, as it is loaded into this process.

Compiling needs Numba and takes some minutes; loading needs LLVM alone, and takes milliseconds.
"""

import ctypes
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import llvmlite.binding as llvm

#: The name of a compiled function, which is called with the address of a record; see `signatures`.
ENTRY = "entry"

Call = Callable[[int], None]

# Code must be kept as long as it may be called: for ever.
_kept: list[Any] = []


class MachineCode(NamedTuple):
    """A compiled function."""

    binaries: tuple[bytes, ...]
    """Object files; one has a function named ENTRY, of the address of a record."""
    code: str = ""
    """The code of LLVM that it was made from, for whoever wants to look at it."""

    def load(self) -> Call:
        """Return the function; its calls do not hold the interpreter's lock."""
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
        for binary in self.binaries:
            engine.add_object_file(llvm.ObjectFileRef.from_data(binary))
        engine.finalize_object()
        _kept.append(engine)
        return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(engine.get_function_address(ENTRY))


@functools.cache
def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(jit=True)
