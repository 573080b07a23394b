"""Kernels are compiled once, for fixed types, from all of their sources."""

import _ctypes
import errno
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from training.numerics import code_files, compile, jit, processors  # noqa: A004 (the command's name)
from training.numerics.machine_code import MachineCode
from training.numerics.signatures import FLOAT, INTEGER, Array, fields, signature
from training.numerics.vectors import pointer

NUMBER = signature(FLOAT, results=(FLOAT,))


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Returns a function that prepares a kernel and tells whether it had to be compiled."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "code"))

    def prepare() -> bool:
        names: list[str] = []
        kernel = jit.Kernel(_twice, NUMBER)
        on_disk = kernel.is_on_disk
        kernel.prepare(names.append)
        assert kernel(2.0) == 4.0
        assert names == ([] if on_disk else ["_twice"])
        return not on_disk

    return prepare


def _twice(x: float) -> float:
    return x + x


def _refuse(*_args: object, **_named: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


def test_a_kernel_is_compiled_once_and_then_loaded(compiled: Callable[[], bool]) -> None:
    assert compiled()
    assert not compiled()


def test_a_change_in_any_source_recompiles_a_kernel(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled()
    monkeypatch.setattr(code_files, "_digest_of_sources", lambda: "another")
    assert compiled()
    assert not compiled()
    monkeypatch.undo()


@pytest.mark.parametrize("variable", ["NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"])
def test_processors_have_code_of_their_own(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    assert compiled()
    with monkeypatch.context() as other:
        other.setenv(variable, {"NUMBA_CPU_NAME": "generic"}.get(variable, ""))
        assert compiled()
        assert not compiled()
    assert not compiled()  # both are kept


def test_code_for_generic_processors_is_found_on_any_of_them(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in the image of a container, which is built on another machine.
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert compiled()
    here = processors._here()
    monkeypatch.setattr(processors, "_here", lambda: here._replace(features="+sse9"))
    assert not compiled()
    monkeypatch.delenv("NUMBA_CPU_NAME")
    assert compiled()


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "no header"])
def test_damaged_code_is_compiled_again(
    compiled: Callable[[], bool], tmp_path: Path, damage: str
) -> None:
    assert compiled()
    (file,) = (tmp_path / "code").glob("*.kernel")
    content = file.read_bytes()
    changed = content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]
    damaged = {"cut": content[:-1], "changed": changed, "empty": b"", "no header": b"{}\n"}
    file.write_bytes(damaged[damage])
    assert compiled()
    assert not compiled()


def test_a_kernel_works_where_nothing_can_be_kept(
    compiled: Callable[[], bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert compiled()
    assert compiled()


def test_a_kernel_is_loaded_from_a_read_only_folder(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled()
    monkeypatch.setattr(Path, "write_bytes", _refuse)  # also for root
    assert not compiled()


def test_a_kernel_that_cannot_be_saved_is_compiled_each_time(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "write_bytes", _refuse)
    assert compiled()
    assert compiled()


def test_code_is_beside_the_source_or_else_in_the_cache_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = tmp_path / "source.py"
    source.touch()
    code = MachineCode((b"co", b"de"), "of LLVM")
    file = code_files.CodeFile("a name", source, "its signature")
    for folder in (tmp_path / "__pycache__", tmp_path / "cache" / "clearprop"):
        assert file.read() is None
        file.write(code)
        assert len(list(folder.iterdir())) == 2
        assert file.read() == MachineCode((b"co", b"de"))
        assert file.read_llvm() == "of LLVM"
        for made in folder.iterdir():
            made.unlink()
        folder.rmdir()
        folder.touch()  # nothing can be put there
    file.write(code)
    assert file.read() is None


def test_a_header_names_what_the_code_was_made_from(
    compiled: Callable[[], bool], tmp_path: Path
) -> None:
    compiled()
    (file,) = (tmp_path / "code").glob("*.kernel")
    assert file.name.startswith("_twice-")
    assert set(json.loads(file.read_bytes().partition(b"\n")[0])) == {"key", "digest", "sizes"}


def _times(factor: float, name: str) -> "jit.Kernel[[float], float]":
    @jit.kernel(NUMBER, name)
    def times(x: float) -> float:
        return factor * x

    return times


@pytest.mark.usefixtures("compiled")
def test_kernels_made_of_one_function_are_kept_apart_by_their_names() -> None:
    names: list[str] = []
    factors = {"times two": 2.0, "times three": 3.0}
    for _ in range(2):  # compiled, then loaded
        for name, factor in factors.items():
            kernel = _times(factor, name)
            assert kernel.name == name
            kernel.prepare(names.append)
            assert kernel(5.0) == factor * 5.0
    assert names == list(factors)


def test_all_kernels_have_names_of_their_own() -> None:
    names = [kernel.name for kernel in compile.KERNELS]
    assert len(set(names)) == len(names)


def test_an_unnamed_kernel_has_the_name_of_its_function() -> None:
    assert jit.Kernel(_twice, NUMBER).name == "_twice"


class Pair(NamedTuple):
    """Arguments of a kernel."""

    number: float
    rows: NDArray[np.int64]


@pytest.mark.usefixtures("compiled")
def test_arguments_and_results_are_exact() -> None:
    @jit.kernel(
        signature(
            INTEGER,
            fields(Pair, FLOAT, Array("int64", 2)),
            Array("float64", 1, is_read_only=True),
            results=(INTEGER, INTEGER),
        )
    )
    def collected(integer: int, pair: Pair, numbers: Any) -> tuple[int, int]:
        for row in range(pair.rows.shape[0]):
            for column in range(pair.rows.shape[1]):
                pair.rows[row, column] += integer + 10 * row + column
        return pair.rows.size, int(pair.number == numbers[0] and numbers.size == 2)

    rows = np.zeros((2, 3), np.int64)
    numbers = np.array([math.pi, 0.0])
    numbers.flags.writeable = False
    assert collected(2**62, Pair(math.pi, rows), numbers) == (6, 1)
    assert rows.tolist() == [[2**62 + 10 * row + column for column in range(3)] for row in range(2)]
    for wrong in (numbers.astype(np.float32), numbers[::-1], numbers[None], [1.0]):
        with pytest.raises(TypeError, match="wrong argument of collected"):
            collected(1, Pair(0.0, rows), wrong)
    rows.flags.writeable = False
    for integer, pair in ((1, Pair(0.0, rows)), (1.5, Pair(0.0, rows.copy()))):
        with pytest.raises(TypeError, match="wrong argument of collected"):
            collected(integer, pair, numbers)  # type: ignore[arg-type]


def test_instructions_are_only_for_compiled_code() -> None:
    with pytest.raises(NotImplementedError, match="only compiled code can call pointer"):
        pointer(np.empty(1))


def test_kernels_run_without_the_interpreters_lock() -> None:
    for kernel in compile.KERNELS:
        kernel.prepare()
        assert not type(kernel._call)._flags_ & _ctypes.FUNCFLAG_PYTHONAPI
