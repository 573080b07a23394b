"""What kernels are called with, in a few named tuples, and the types that they are compiled for."""

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from training.numerics.encoded_network import EncodedNetwork
from training.numerics.optimizers import Rates
from training.numerics.pcg64 import Words

Floats = NDArray[np.float64]


class Data(NamedTuple):
    """Examples, in arrays that are only read; made by `data_of`."""

    inputs: Floats
    """[examples, inputs]"""
    targets: Floats
    """[examples, outputs]"""


class Plan(NamedTuple):
    """What a run's updates are made with, and when it ends."""

    batch_size: int
    """From 1 to the number of examples."""
    total_examples: int
    """Epochs × examples."""
    updates_done: int
    """How many updates the run has already made."""
    cost_below: float
    """The run ends with an epoch of a lower mean cost; −∞ to let it continue."""
    optimizer: int
    """A number of OPTIMIZER_CODES."""
    rates: Rates
    """As they were asked for."""


class Workspace(NamedTuple):
    """The arrays that a call works in: the state that it advances, and what it records."""

    shuffling: Words
    """`pcg64.shuffling` for the epoch under way, changed; or empty."""
    parameters: Floats
    """[parameters], changed."""
    memory: Floats
    """Optimizer state, changed."""
    epoch_cost: Floats
    """[1], the sum of the costs of the examples of the epoch under way, changed."""
    costs: Floats
    """[updates], becomes the mean cost of each update's batch, measured before the update."""
    recorded: Floats
    """[updates, parameters], becomes the parameters after each update; or [0, any], then nothing is
    recorded."""


class Results(NamedTuple):
    """The arrays that an evaluation fills in."""

    outputs: Floats
    """[examples, outputs]"""
    costs: Floats
    """[examples]"""
    gradient: Floats
    """[parameters], G/n; or [0], then it is not computed."""


def data_of(inputs: Floats, targets: Floats) -> Data:
    """Return examples as kernels take them: as views that cannot be written through."""
    return Data(_read_only(inputs), _read_only(targets))


def _read_only(array: Floats) -> Floats:
    view = array.view()
    view.flags.writeable = False
    return view


# Arguments that are only read may be read-only arrays: training sets are.
READ_VECTOR = types.Array(types.float64, 1, "C", readonly=True)
READ_ROWS = types.Array(types.float64, 2, "C", readonly=True)
VECTOR = types.Array(types.float64, 1, "C")
ROWS = types.Array(types.float64, 2, "C")

_INTEGERS = types.Array(types.int64, 1, "C")
_WORDS = types.Array(types.uint64, 1, "C")
_RATES: Any = types.NamedUniTuple(types.float64, len(Rates._fields), Rates)

NETWORK: Any = types.NamedTuple((_INTEGERS, _INTEGERS, types.int64, types.int64), EncodedNetwork)
DATA: Any = types.NamedUniTuple(READ_ROWS, len(Data._fields), Data)
PLAN: Any = types.NamedTuple(
    (types.int64, types.int64, types.int64, types.float64, types.int64, _RATES), Plan
)
WORKSPACE: Any = types.NamedTuple((_WORDS, VECTOR, VECTOR, VECTOR, VECTOR, ROWS), Workspace)
RESULTS: Any = types.NamedTuple((ROWS, VECTOR, VECTOR), Results)
