"""The engine against the loops that others would write."""

import numpy as np

from bench.measuring import in_turn
from bench.peers import INPUTS, LEARNING_RATE, PARAMETERS, TARGETS, Array, c_loop, numpy_loop
from bench.report import Row
from training.numerics import initializers, kernels
from training.numerics.compile import warm_up

_UPDATES = 200_000
_NUMPY_UPDATES = 2_000


def start() -> Array:
    """Return the parameters that every loop starts from."""
    return initializers.uniform(7, -0.12, 0.12, PARAMETERS)


def _ours(updates: int) -> None:
    parameters, costs = start(), np.empty(updates)
    recorded = np.empty((updates, PARAMETERS))
    sizes = np.array([2, 5, 1])
    kernels.train(
        *(sizes, INPUTS, TARGETS, LEARNING_RATE, 4, 4 * updates, 0, updates),
        *(parameters, costs, recorded),
    )


def rows() -> list[Row]:
    """Measure one update of 2-5-1 with batch 4, its cost and its parameters recorded."""
    warm_up()
    work = "engine: an update of 2-5-1, batch 4, cost and parameters recorded"
    loop = c_loop()
    ours, numpy = in_turn(
        7,
        (lambda: _ours(_UPDATES), _UPDATES),
        (lambda: numpy_loop(start(), _NUMPY_UPDATES, record=True), _NUMPY_UPDATES),
    )
    ratio = numpy.median / ours.median
    found = [
        Row(
            work,
            ours.text(1e-9, "ns"),
            f"NumPy {numpy.text(1e-9, 'ns')}",
            f"{ratio:.0f} × faster",
            "≥ 100 ×",
            ratio >= 100,
        )
    ]
    if loop is None:
        return [*found, Row(work, "", "plain C: there is no compiler here", "", "", None)]
    ours, c = in_turn(
        7,
        (lambda: _ours(_UPDATES), _UPDATES),
        (lambda: loop(start(), _UPDATES, record=True), _UPDATES),
    )
    figure = f"{ours.median / c.median:.2f} × its time"
    return [
        *found,
        Row(
            work,
            ours.text(1e-9, "ns"),
            f"plain C at -O3 {c.text(1e-9, 'ns')}",
            figure,
            "(FANN is the peer to reach: later)",
            None,
        ),
    ]
