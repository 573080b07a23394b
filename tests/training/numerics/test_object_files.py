"""Object files are loaded without LLVM as LLVM loads them, or left to it."""

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

import llvmlite.binding as llvm
import pytest
from baseline import IS_X86

from training.numerics import machine_code, object_files
from training.numerics.machine_code import MachineCode

pytestmark = pytest.mark.skipif(
    not IS_X86 or sys.platform != "linux", reason="only LLVM loads files of other systems"
)

#: Functions that need each other, constants, a table of addresses and the C library.
_CALLED = """
@table = private constant [2 x ptr] [ptr @one, ptr @two]
define double @one(double %x) noinline { %y = fadd double %x, 0x400921FB54442D18 ret double %y }
define double @two(double %x) noinline { %y = fmul double %x, 3.0 ret double %y }
define double @called(i64 %which, double %x) {
    %place = getelementptr [2 x ptr], ptr @table, i64 0, i64 %which
    %function = load ptr, ptr %place
    %y = call double %function(double %x)
    ret double %y
}
"""
_ENTRY = """
declare double @called(i64, double)
declare ptr @memset(ptr, i32, i64)
define void @entry(ptr %record) {
    %place = getelementptr double, ptr %record, i64 1
    %x = load double, ptr %place
    %one = call double @called(i64 0, double %x)
    %two = call double @called(i64 1, double %one)
    store double %two, ptr %record
    call ptr @memset(ptr %place, i32 255, i64 8)
    ret void
}
"""
_DATA = "@count = global i64 1\ndefine i64 @entry() { %x = load i64, ptr @count ret i64 %x }"


def compiled(code: str, triple: str = "", **options: str) -> bytes:
    """Return the object file that kernels would be made into."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple or llvm.get_process_triple())
    options = {"reloc": "static", "codemodel": "large", **options}
    return bytes(target.create_target_machine(**options).emit_object(llvm.parse_assembly(code)))


BINARIES = (compiled(_CALLED), compiled(_ENTRY))


@pytest.mark.parametrize("load", [object_files.load, machine_code._load_by_llvm])
@pytest.mark.parametrize("binaries", [BINARIES, BINARIES[::-1]])
def test_loaded_functions_call_each_other_and_the_c_library(
    load: Callable[..., int], binaries: tuple[bytes, ...]
) -> None:
    address = load(binaries, "entry")
    record = (ctypes.c_double * 3)(0.0, 0.5, 7.0)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)(ctypes.addressof(record))
    assert list(record)[::2] == [(0.5 + 3.141592653589793) * 3.0, 7.0]
    assert bytes(record)[8:16] == b"\xff" * 8


def test_loaded_code_cannot_be_changed() -> None:
    address = object_files.load(BINARIES, "entry")
    for line in Path("/proc/self/maps").read_text().splitlines():
        ends, rights, *_ = line.split()
        first, last = (int(end, 16) for end in ends.split("-"))
        if first <= address < last:
            assert rights.startswith("r-x")
            return
    raise AssertionError(hex(address))


@pytest.mark.parametrize(
    "binary",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xcf\xfa\xed\xfe" + bytes(100), id="of macOS"),
        pytest.param(compiled(_CALLED, "aarch64-unknown-linux-gnu"), id="of Arm"),
        pytest.param(compiled(_DATA), id="with data"),
        pytest.param(compiled(_CALLED, codemodel="small"), id="with addresses of 32 bits"),
    ],
)
def test_files_for_other_loaders_are_left_to_llvm(binary: bytes) -> None:
    with pytest.raises(NotImplementedError):
        object_files.load((binary,), "entry")


def test_llvm_loads_what_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "another")
    record = (ctypes.c_double * 3)(0.0, 0.5)
    MachineCode(BINARIES).load()(ctypes.addressof(record))
    assert record[0] == (0.5 + 3.141592653589793) * 3.0
