"""Warm-up: after it, nothing is compiled."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core import config
from numerics import a_problem

from training.numerics import compile, kernels  # noqa: A004 (the command's name)
from training.numerics.dropout import NOTHING_DROPPED
from training.numerics.jit import Kernel


def test_after_warm_up_no_call_compiles_anything() -> None:
    compile.warm_up()
    assert compile.warm_up() == []
    signatures = [kernel.dispatcher.signatures for kernel in kernels.KERNELS]
    assert [len(known) for known in signatures] == [1] * len(kernels.KERNELS)

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
            with pytest.raises(TypeError, match="No matching definition"):
                kernels.forward(
                    problem.network, wrong, problem.parameters, NOTHING_DROPPED, np.empty((7, 4))
                )
            other = dataclasses.replace(problem, inputs=wrong)
            with pytest.raises(TypeError, match="No matching definition"):
                other.advance(other.begin(), 2)
    assert [kernel.dispatcher.signatures for kernel in kernels.KERNELS] == signatures


def _thrice(x: float) -> float:
    return x + x + x


def test_the_command_compiles_missing_kernels_and_loads_them_the_next_time(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    warning = "compiling the kernels: takes about a minute, once per processor type"
    for what, warned in (("compiled", [warning]), ("loaded", [])):
        two = [Kernel(_thrice, "float64(float64)", name) for name in ("this", "that")]
        monkeypatch.setattr(compile, "KERNELS", two)
        caplog.clear()
        compile.main()
        assert capsys.readouterr().out.startswith(f"kernels: {what} this, that in ")
        assert caplog.messages == warned
