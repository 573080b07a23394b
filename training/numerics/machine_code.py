"""Machine code, as it is loaded into this process.

Compiling needs Numba and takes some minutes; loading takes milliseconds, and needs LLVM on systems
for which `object_files` has no loader.
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from training.numerics import object_files

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
        try:
            address = object_files.load(self.binaries, ENTRY)
        except NotImplementedError:
            address = _load_by_llvm(self.binaries, ENTRY)
        return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)


def _load_by_llvm(binaries: Sequence[bytes], name: str) -> int:
    import llvmlite.binding as llvm  # noqa: PLC0415

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    for binary in binaries:
        engine.add_object_file(llvm.ObjectFileRef.from_data(binary))
    engine.finalize_object()
    _kept.append(engine)
    address: int = engine.get_function_address(name)
    return address
