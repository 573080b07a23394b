"""Kernels on the least of all processors of this machine's kind, as a program.

`python tests/support/least_processor.py PROCESSOR LANES...` prints the digests of runs of which
kernels compute so many examples at once, and the registers that the code for it uses.
"""

import json
import os
import re
import sys
from typing import Any

import trajectories
from promises import IS_LONG

from training.numerics import evaluation_kernels, kernels
from training.numerics.jit import Kernel
from training.numerics.machine_code import MachineCode

#: What Numba compiles for that processor in `make test`. For the others LLVM generates instructions
#: from the code that Numba has made of their sources for this machine: in half of the time.
IN_BRIEF = evaluation_kernels.forward


def generator_for(processor: str) -> Any:
    """Let Numba compile for a processor, and return what generates its instructions."""
    assert "numba" not in sys.modules, "it reads the variables when it is imported"
    os.environ |= {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": ""}
    from numba.core.registry import cpu_target  # noqa: PLC0415

    return cpu_target.target_context.codegen()._tm


def code_for_it(kernel: "Kernel[..., Any]", generator: Any) -> MachineCode:
    """Return the code of a kernel for the processor of the generator."""
    if not IS_LONG and kernel is not IN_BRIEF:
        kernel.prepare()
        here = kernel._file.read()
        assert here is not None
        _, entry = here.binaries  # passes the arguments on, and computes nothing
        module = parsed(kernel)
        # Two processes may have compiled it at once, and each have kept a part.
        if any(each.name.encode() in entry for each in module.functions if not each.is_declaration):
            return MachineCode((generator.emit_object(module), entry))
    from training.numerics.numba_compiler import compile_kernel  # noqa: PLC0415

    return compile_kernel(kernel)


def parsed(kernel: "Kernel[..., Any]") -> Any:
    """Return LLVM's code of a kernel for this machine."""
    import llvmlite.binding as llvm  # noqa: PLC0415

    return llvm.parse_assembly(kernel.llvm_code)


def registers_used(kernel: "Kernel[..., Any]", generator: Any) -> list[str]:
    """Return the kinds of registers of x86 that the instructions for a kernel use."""
    return sorted(set(re.findall("[xyz]mm", generator.emit_assembly(parsed(kernel)))))


def main(processor: str, *lanes: str) -> None:
    generator = generator_for(processor)
    compared = {f"train with tiles of {each}" for each in lanes} | {"forward", "evaluate"}
    for kernel in kernels.KERNELS:
        if kernel.name in compared:
            kernel._call = code_for_it(kernel, generator).load()
    found = {
        "digests": trajectories.digests(*map(int, lanes)),
        "registers": registers_used(evaluation_kernels.forward, generator),
    }
    sys.stdout.write(json.dumps(found, indent=4) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
