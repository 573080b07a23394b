"""Networks at an update, for tests of exports without a service."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from service.use_cases.exports.moment import Moment
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
