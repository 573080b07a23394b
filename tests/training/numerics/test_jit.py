"""What is compiled: once, for fixed types, from all of its sources."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numba.core import config

from training.numerics import jit, kernels
from training.numerics.bits import bits_of, float_of
from training.numerics.compile import warm_up

SIZES = np.array([2, 1])
INPUTS = np.ones((3, 2))


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Returns a function that prepares a kernel and tells whether it had to be compiled."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))

    def prepare() -> bool:
        names: list[str] = []
        kernel = jit.Kernel(_twice, "float64(float64)")
        kernel.prepare(names.append)
        assert kernel(2.0) == 4.0
        assert names in ([], ["_twice"])
        return bool(names)

    return prepare


def _twice(x: float) -> float:
    return x + x


def test_a_kernel_is_compiled_once_and_then_loaded(compiled: Callable[[], bool]) -> None:
    assert compiled()
    assert not compiled()


def test_a_change_in_any_source_compiles_a_kernel_anew(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled()
    monkeypatch.setattr(jit, "_digest_of_sources", lambda: "another")
    assert compiled()
    assert not compiled()
    monkeypatch.undo()


def test_a_kernel_works_where_nothing_can_be_kept(
    compiled: Callable[[], bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "CACHE_LOCATOR_CLASSES", "UserProvidedCacheLocator")
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "file"))
    (tmp_path / "file").touch()
    assert compiled()
    assert compiled()


def test_after_warm_up_no_call_compiles_anything() -> None:
    warm_up()
    assert warm_up() == []
    signatures = [kernel.dispatcher.signatures for kernel in kernels.KERNELS]
    assert [len(known) for known in signatures] == [1, 1]

    read_only = INPUTS.copy()
    read_only.flags.writeable = False
    for inputs in (INPUTS, read_only, np.ones((1, 2)), np.ones((0, 2))):
        kernels.forward(SIZES, inputs, np.ones(2), np.empty((len(inputs), 1)))
    with pytest.raises(TypeError, match="No matching definition"):
        kernels.forward(SIZES, np.asfortranarray(INPUTS), np.ones(2), np.empty((3, 1)))
    with pytest.raises(TypeError, match="No matching definition"):
        kernels.forward(SIZES, INPUTS.astype(np.float32), np.ones(2), np.empty((3, 1)))
    assert [kernel.dispatcher.signatures for kernel in kernels.KERNELS] == signatures


def test_kernels_run_without_the_interpreters_lock() -> None:
    assert all(kernel.dispatcher.targetoptions["nogil"] for kernel in kernels.KERNELS)


def test_the_command_compiles_what_is_missing_and_loads_it_the_next_time(tmp_path: Path) -> None:
    def run() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "training.numerics.compile"],
            env={"NUMBA_CACHE_DIR": str(tmp_path), "PATH": ""},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        )

    first, second = run(), run()
    assert first.stdout.startswith("kernels: compiled train, forward in ")
    assert first.stderr.count("compiling the kernels") == 1
    assert second.stdout.startswith("kernels: loaded train, forward in ")
    assert second.stderr == ""


@pytest.mark.parametrize("x", [0.0, 1.0, -2.5, 5e-324, float("inf"), float("-inf")])
def test_a_float_is_its_bits(x: float) -> None:
    assert bits_of(x) == int(np.array(x).view(np.int64))
    assert float_of(bits_of(x)) == x


def test_bits_keep_the_sign_of_zero() -> None:
    assert bits_of(-0.0) == -(2**63)
    assert str(float_of(-(2**63))) == "-0.0"
    with pytest.raises(OverflowError):
        float_of(2**63)
