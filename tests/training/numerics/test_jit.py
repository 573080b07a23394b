"""Kernels are compiled once, for fixed types, from all of their sources."""

import errno
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from numba.core import caching, config

from training.numerics import jit, kernels


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


def _refuse(*args: object, **kwargs: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


def test_a_kernel_is_compiled_once_and_then_loaded(compiled: Callable[[], bool]) -> None:
    assert compiled()
    assert not compiled()


def test_a_change_in_any_source_recompiles_a_kernel(
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


def test_a_kernel_is_loaded_from_a_read_only_folder(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled()
    monkeypatch.setattr(tempfile, "TemporaryFile", _refuse)  # also for root
    assert not compiled()


def test_a_kernel_that_cannot_be_saved_is_compiled_each_time(
    compiled: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching.IndexDataCacheFile, "_open_for_write", _refuse)
    assert compiled()
    assert compiled()


def _times(factor: float, name: str) -> "jit.Kernel[[float], float]":
    @jit.kernel("float64(float64)", name)
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
    names = [kernel.name for kernel in kernels.KERNELS]
    assert len(set(names)) == len(names)


def test_an_unnamed_kernel_has_the_name_of_its_function() -> None:
    assert jit.Kernel(_twice, "float64(float64)").name == "_twice"


def test_kernels_run_without_the_interpreters_lock() -> None:
    assert all(kernel.dispatcher.targetoptions["nogil"] for kernel in kernels.KERNELS)
