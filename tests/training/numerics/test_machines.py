"""The same bits on every processor: no operation is fused, reordered or flushed to zero."""

import re
import threading
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pytest
from baseline import IS_X86, LANES, Baseline
from numba import njit
from numerics import Problem
from promises import IS_LONG
from trajectories import digests

from training.numerics import run_loops
from training.numerics.compile import KERNELS
from training.numerics.layout import Structure
from training.numerics.normal_numbers import make_normal
from training.numerics.optimizers import OptimizerKind, Rates
from training.numerics.schedules import fill_learning_rates

# Multiplications with an addition that rounds once: of x86 (FMA3 and FMA4), of Arm (scalar, vector
# and SVE), of RISC-V and POWER.
FUSED = re.compile(
    r"^\s+(v?fn?m(?:add|sub|la|ls)\w*|fn?m(?:ad|sb)|fml[as]\w*|x[sv]n?m(?:add|sub)\w*)\b",
    re.MULTILINE,
)
MULTIPLIED = re.compile(r"^\s+(v?mul[sp]d|fmul)\b", re.MULTILINE)


def _assembly(code: str, processor: str) -> str:
    """Return the instructions for a processor: this machine's, or another's."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    triple, _, name = processor.partition(" ")
    options = {"cpu": name, "opt": 3}
    if triple == "here":
        triple = llvm.get_process_triple()
        options |= {"cpu": llvm.get_host_cpu_name()}
        options |= {"features": llvm.get_host_cpu_features().flatten()}
    else:
        code = re.sub(r'^target (triple|datalayout) = ".*"\n', "", code, flags=re.MULTILINE)
        # LLVM ends the process where it meets an instruction of another kind of processor.
        assert not re.search(r"call .*@llvm\.(x86|aarch64|arm|riscv|ppc)\.", code)
        code = f'target triple = "{triple}"\n' + code
    machine = llvm.Target.from_triple(triple).create_target_machine(**options)
    return str(machine.emit_assembly(llvm.parse_assembly(code)))


#: Two that fuse wherever they may, the first of them this machine's own, if it can.
_HAS_FUSED = not IS_X86 or llvm.get_host_cpu_features().get("fma", False)
PROCESSORS = [
    "here" if _HAS_FUSED else "x86_64-unknown-linux-gnu haswell",
    "aarch64-unknown-linux-gnu generic",
]


#: The kernel that `make test` checks for each processor.
IN_BRIEF = "forward"


@pytest.fixture(params=PROCESSORS)
def processor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=KERNELS, ids=lambda kernel: kernel.name)
def kernel(request: pytest.FixtureRequest) -> Any:
    request.param.prepare()
    return request.param


#: Generating code takes seconds per kernel: `make test` checks one of them, and that no kernel lets
#: LLVM fuse anything, on any processor.
LOOKED_AT = [
    pytest.param(kernel, processor, id=f"{kernel.name}-{processor}")
    for kernel in KERNELS
    for processor in PROCESSORS
    if IS_LONG or kernel.name == IN_BRIEF
]


def test_a_kernel_is_checked_for_each_processor() -> None:
    assert {looked_at.values[1] for looked_at in LOOKED_AT} == set(PROCESSORS)


@pytest.mark.parametrize(("made", "processor"), LOOKED_AT)
def test_no_kernel_fuses_a_multiplication_with_an_addition(made: Any, processor: str) -> None:
    made.prepare()
    assembly = _assembly(made.llvm_code, processor)
    assert len(MULTIPLIED.findall(assembly)) > 50  # it is the code that is meant
    found = sorted(set(FUSED.findall(assembly)))
    looked_at = llvm.get_host_cpu_name() if processor == "here" else processor
    assert found == [], f"looked at {looked_at}"


def test_no_kernel_lets_llvm_reorder_or_fuse(kernel: Any) -> None:
    code = kernel.llvm_code
    in_vectors = kernel not in {fill_learning_rates, make_normal}
    assert re.search(r"\bfmul <\d+ x double>" if in_vectors else r"\bfmul double", code)
    freedoms = "fast|reassoc|contract|arcp|afn|nnan|ninf|nsz"
    assert not re.search(rf"\bf(add|sub|mul|div|neg|cmp) ({freedoms})\b", code)
    assert "llvm.fma" not in code  # nor llvm.fmuladd
    assert "vector.reduce.fadd" not in code


#: An instruction of x86 alone, with which Numba counts references: it has no part in arithmetic.
_COUNTING = re.compile(r"(?:tail )?call i8 @llvm\.x86\.atomic\.sub\.cc\.i64\(.*")


@njit(fastmath=True)
def _freely(x: Any, y: Any) -> Any:
    for i in range(x.size):
        y[i] = y[i] * x[i] + x[i]


def test_fused_instructions_would_be_found(processor: str) -> None:
    _freely(np.ones(3), np.ones(3))
    compiled: Any
    (compiled,) = _freely.overloads.values()
    code = str(compiled.library._get_module_for_linking())
    code = _COUNTING.sub("or i8 0, 0", code)
    assert FUSED.search(_assembly(code, processor))
    assert re.search(r"\bf(add|mul) fast\b", code)


@pytest.mark.parametrize(
    "instruction",
    [
        "vfmadd231pd",
        "vfnmadd213sd",
        "vfmsub132pd",
        "vfnmsub231sd",
        "vfmaddsub213pd",
        "vfmaddpd",
        "fmadd",
        "fnmsub",
        "fmla",
        "fmls",
        "fmad",
        "fmadd.d",
        "xvmaddadp",
    ],
)
def test_fused_instructions_are_known_by_their_names(instruction: str) -> None:
    assert FUSED.search(f"\t{instruction}\t%ymm0, %ymm1, %ymm2\n")


@pytest.mark.parametrize("instruction", ["fmul", "vfmul", "vaddpd", "fmov", "fmaxnm", "vmulpd"])
def test_other_instructions_are_not_reported_as_fused(instruction: str) -> None:
    assert not FUSED.search(f"\t{instruction}\td0, d1, d2\n")


def test_the_least_of_all_processors_gives_the_same_bits(baseline: Baseline) -> None:
    assert baseline.found.digests == digests(*LANES)


def test_the_least_of_all_processors_has_none_of_the_newer_instructions(
    baseline: Baseline,
) -> None:
    # Else what is compared would be one and the same code.
    if not IS_X86:
        pytest.skip("only for x86-64 is known what its baseline lacks")
    assert "xmm" in baseline.found.registers
    assert not {"ymm", "zmm"} & set(baseline.found.registers)


def _tiny(optimizer: str, batch_size: int) -> Problem:
    """Return a problem whose inputs, gradients and steps are subnormal."""
    return Problem(
        Structure((1, 1), ("sigmoid",), "cross-entropy"),
        np.array([0.0]),
        np.full((9, 1), 4e-310),
        np.zeros((9, 1)),
        run_loops.Training(
            Rates(0.5, momentum=0.5, beta1=0.5, beta2=0.5, epsilon=1.0), batch_size, 1, optimizer
        ),
    )


@pytest.mark.parametrize("batch_size", [1, 3, 9])
@pytest.mark.parametrize("optimizer", OptimizerKind)
def test_subnormal_numbers_survive_in_a_thread(optimizer: str, batch_size: int) -> None:
    problem = _tiny(optimizer, batch_size)
    progress = problem.begin()
    thread = threading.Thread(target=problem.advance, args=(progress, problem.total_updates))
    thread.start()
    thread.join()
    assert progress.parameters.tolist() == problem.by_loops()[-1].parameters
    assert 0.0 < -progress.parameters[0] < 2.0**-1022
