"""What LLVM says of the processor is asked for once, and kept beside the kernels."""

from pathlib import Path

import llvmlite.binding as llvm
import pytest

from training.numerics import processors


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path


def _asked() -> tuple[str, set[str]]:
    processors._here.cache_clear()
    try:
        return processors.processor(), processors.processor_features()
    finally:
        processors._here.cache_clear()


def _by_llvm() -> tuple[str, set[str]]:
    features = {name for name, has in llvm.get_host_cpu_features().items() if has}
    return llvm.get_host_cpu_name(), features


def _refuse() -> str:
    raise AssertionError("LLVM is asked again")


def test_it_is_the_one_that_llvm_names_and_asked_for_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _asked() == _by_llvm()
    with monkeypatch.context() as later:
        later.setattr(processors, "_by_llvm", _refuse)
        assert _asked() == _by_llvm()
    (file,) = folder.iterdir()
    file.write_bytes(b"{")
    assert _asked() == _by_llvm()


@pytest.mark.usefixtures("folder")
def test_another_processor_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _asked()
    for described in ("flags: another", ""):
        monkeypatch.setattr(processors, "_description", lambda described=described: described)
        with monkeypatch.context() as later:
            later.setattr(processors, "_by_llvm", _refuse)
            with pytest.raises(AssertionError, match="asked again"):
                _asked()


@pytest.mark.usefixtures("folder")
def test_variables_name_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors, "_by_llvm", _refuse)
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert _asked() == ("generic", set())
    monkeypatch.setenv("NUMBA_CPU_FEATURES", "+avx,-avx2")
    assert _asked() == ("generic", {"avx"})
