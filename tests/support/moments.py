"""Networks at an update, for tests of exports without a service."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.use_cases.exports.moment import Moment
from service.use_cases.exports.source.c_source import c_source
from training.network import Initializer, Network
from training.numerics.activations import Activation
from training.numerics.costs import natural_cost_function
from training.numerics.initializers import InitializerKind
from training.optimizer import OptimizerState
from training.update import State, UpdateKind


def moment(
    sizes: Sequence[int],
    words: Sequence[Activation],
    numbers: Callable[[int], Any],
    *,
    bias: bool,
    kept: OptimizerState | None = None,
) -> Moment:
    """Return a network with the parameters that `numbers` gives for their count."""
    network = Network(
        "net",
        "uid",
        tuple(sizes),
        tuple(words),
        natural_cost_function(words[-1]),
        Initializer(InitializerKind.EXPLICIT),
        datetime(2026, 1, 1, tzinfo=UTC),
        {"who": 'me "and" ü'},
        bias,
    )
    parameters = np.asarray(numbers(network.parameter_count), dtype=np.float64)
    return Moment(network, State(9, parameters, kept), UpdateKind.INITIAL, None)


def compiled(some: Moment, folder: Path) -> ctypes.CDLL:
    """Compile the source without any warning, with options that fuse products and sums."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("There is no C compiler (cc): the exported C is not tested.")
    source, library = folder / "net.c", folder / "net.so"
    source.write_text("".join(c_source(some)), encoding="utf-8")
    warnings = ("-Wall", "-Wextra", "-Werror", "-pedantic")
    options = (
        "-std=gnu99",
        *warnings,
        "-O2",
        "-march=native",
        "-ffp-contract=fast",
        "-shared",
        "-fPIC",
        "-o",
        library,
    )
    subprocess.run([compiler, *options, source], check=True)
    return ctypes.CDLL(str(library))
