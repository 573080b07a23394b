"""Functions of tests, compiled as kernels are: with the same options, and able to call the same."""

from collections.abc import Callable
from typing import Any

from numba import njit

from training.numerics.numba_compiler import make_compilable


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, compiled when it is first called; it may allocate arrays."""
    make_compilable()
    made: Callable[..., Any] = njit(error_model="numpy")(function)
    return made
