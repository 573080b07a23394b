"""Warm-up: after it, nothing is compiled."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from baseline import Baseline
from numerics import a_problem

from training.numerics import kernels
from training.numerics.compile import warm_up
from training.numerics.dropout import NOTHING_DROPPED


def test_after_warm_up_no_call_compiles_anything() -> None:
    warm_up()
    assert warm_up() == []
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


def test_the_command_compiles_missing_kernels_and_loads_them_the_next_time(
    baseline: Baseline,
) -> None:
    names = ", ".join(kernel.name for kernel in kernels.KERNELS)
    (said, warned), (said_then, warned_then) = (
        baseline.compiled,
        baseline.run("-m", "training.numerics.compile"),
    )
    assert said.startswith(f"kernels: compiled {names} in ")
    assert warned.count("compiling the kernels") == 1
    assert said_then.startswith(f"kernels: loaded {names} in ")
    assert warned_then == ""
