"""Warm-up: after it, nothing is compiled."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numerics import a_problem

import service.kernels
from training.numerics import compile, kernels  # noqa: A004 (the command's name)
from training.numerics.dropout import NOTHING_DROPPED
from training.numerics.jit import Kernel
from training.numerics.signatures import FLOAT, signature


def test_after_warm_up_no_call_compiles_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    compile.warm_up()
    assert compile.warm_up() == []
    monkeypatch.setattr(Kernel, "prepare", None)

    for batch_size in (1, 3, 7):
        problem = a_problem(batch_size=batch_size)
        read_only = problem.inputs.copy()
        read_only.flags.writeable = False
        for inputs in (problem.inputs, read_only, np.ones((1, 2)), np.ones((0, 2))):
            activations = np.empty((len(inputs), 4))
            kernels.forward(
                problem.network, inputs, problem.parameters, NOTHING_DROPPED, activations
            )
        for inputs in (problem.inputs, read_only):
            same = dataclasses.replace(problem, inputs=inputs)
            same.advance(same.begin(), 2, record=True)
        single: Any = problem.inputs.astype(np.float32)
        for wrong in (np.asfortranarray(problem.inputs), single):
            with pytest.raises(TypeError, match="wrong argument of"):
                kernels.forward(
                    problem.network, wrong, problem.parameters, NOTHING_DROPPED, np.empty((7, 4))
                )
            other = dataclasses.replace(problem, inputs=wrong)
            with pytest.raises(TypeError, match="wrong argument of"):
                other.advance(other.begin(), 2)


def _thrice(x: float) -> float:
    return x + x + x


def _prepare_all(some: list[Any]) -> Callable[[list[str]], None]:
    def prepare(names: list[str]) -> None:
        assert names == [kernel.name for kernel in some]
        for kernel in some:
            kernel.prepare()

    return prepare


def test_the_command_compiles_missing_kernels_and_loads_them_the_next_time(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    number = signature(FLOAT, results=(FLOAT,))
    warning = "compiling the kernels: takes some minutes, once per processor type"
    for what, warned in (("compiled", [warning]), ("loaded", [])):
        two = [Kernel(_thrice, number, name) for name in ("this", "that")]
        monkeypatch.setattr(compile, "KERNELS", two)
        monkeypatch.setattr(compile, "_compile_at_once", _prepare_all(two))
        caplog.clear()
        compile.main()
        assert capsys.readouterr().out.startswith(f"kernels: {what} this, that in ")
        assert caplog.messages == warned


def test_the_command_compiles_several_kernels_at_once() -> None:
    # They are on disk: the processes find and load them.
    compile._compile_at_once([kernel.name for kernel in compile.KERNELS])


def test_a_server_needs_no_numba_to_start() -> None:
    service.kernels.warm_up()  # what is missing is on disk now
    code = (
        "import sys, service.app, service.kernels; service.kernels.warm_up(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = done.stdout.split()
    assert "training.numerics.kernels" in modules
    assert not [name for name in modules if name.partition(".")[0] == "numba"]
