"""The arguments of kernels, in a few named tuples, and the types that they are compiled for."""

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from training.numerics.dropout import DroppedUnits
from training.numerics.encoded_network import EncodedNetwork
from training.numerics.gradient_rule import GradientRule
from training.numerics.optimizers import Rates
from training.numerics.pcg64 import Words

Floats = NDArray[np.float64]


class Data(NamedTuple):
    """Examples in read-only arrays, from `data_of`."""

    inputs: Floats
    """[examples, inputs]"""
    targets: Floats
    """[examples, outputs]"""
    weights: Floats
    """[examples], factors of their costs and gradients; or [0] if all are 1."""


class Plan(NamedTuple):
    """The settings of a run, and when it ends."""

    batch_size: int
    """From 1 to the number of examples."""
    total_examples: int
    """Epochs × examples of an epoch."""
    epoch_examples: int
    """The number of examples that each epoch uses, the first in its order."""
    ends_with_epoch: int
    """1 if a batch ends where its epoch ends, 0 if it goes on into the next."""
    position: int
    """The number of examples in the updates that the run made before."""
    cost_below: float
    """The run ends after an epoch with a lower mean cost; −∞ for never."""
    optimizer: int
    """A number of OPTIMIZER_CODES."""
    rates: Rates
    """The settings of the optimizer."""
    learning_rates: Floats
    """[updates], the learning rate of each update of the call, in place of that in `rates`."""
    dropout: DroppedUnits
    """That of the first update of the call."""
    gradient_rule: GradientRule
    """What is done to the gradient before the step."""
    frozen: NDArray[np.int64]
    """[2 · layers], 1 for the weights of a layer, and then for its biases, if they are frozen; [0]
    if the gradient rule changes nothing, and nothing is frozen."""


class Validating(NamedTuple):
    """The validations between the updates of a call, and the arrays that they set."""

    after: NDArray[np.int64]
    """[validations + 1], after how many updates of the call each is, ascending; then 0."""
    held_out: Data
    """The examples that validate the network, or [0, any]."""
    middle: float
    """What outputs are compared with; NaN if the largest output is the predicted class."""
    outputs: Floats
    """[held-out examples, outputs], overwritten."""
    example_costs: Floats
    """[held-out examples], overwritten."""
    costs: Floats
    """[validations], set to the mean cost of the held-out examples."""
    correct: NDArray[np.int64]
    """[validations], set to how many of them are correct."""
    states: Floats
    """[validations, parameters + optimizer state + 1], set to the state that is validated, and the
    sum of the costs of the examples in its epoch; or [0, any], then no state is kept."""


class Workspace(NamedTuple):
    """The arrays that a call changes: the state that it advances, and what it records."""

    shuffling: Words
    """`pcg64.shuffling` for the current epoch, changed; or empty."""
    parameters: Floats
    """[parameters], changed."""
    memory: Floats
    """Optimizer state, changed."""
    epoch_cost: Floats
    """[1], the sum of the costs of the examples in the current epoch, changed."""
    costs: Floats
    """[updates], set to the mean cost of the batch of each update, measured before the update."""
    recorded: Floats
    """[updates, parameters], set to the parameters after each update; or [0, any], then nothing is
    recorded."""
    validating: Validating


class Scratch(NamedTuple):
    """Memory for intermediate results of a call, which may be used again for the next one."""

    integers: NDArray[np.int64]
    floats: Floats
    """Begins at a multiple of 64 bytes."""


#: No memory yet.
NO_SCRATCH = Scratch(np.empty(0, dtype=np.int64), np.empty(0))


class Results(NamedTuple):
    """The arrays that an evaluation sets."""

    outputs: Floats
    """[examples, outputs]"""
    costs: Floats
    """[examples]"""
    gradient: Floats
    """[parameters], to which G is added; or [0], then it is not computed."""


def data_of(inputs: Floats, targets: Floats, weights: Floats | None = None) -> Data:
    """Return examples as arguments of kernels, in read-only views."""
    given = np.empty(0) if weights is None else weights
    return Data(_read_only(inputs), _read_only(targets), _read_only(given))


def _read_only(array: Floats) -> Floats:
    view = array.view()
    view.flags.writeable = False
    return view


#: No validations.
NOT_VALIDATING = Validating(
    np.zeros(1, dtype=np.int64),
    data_of(np.empty((0, 0)), np.empty((0, 0))),
    0.0,
    np.empty((0, 0)),
    np.empty(0),
    np.empty(0),
    np.empty(0, dtype=np.int64),
    np.empty((0, 0)),
)

# Arguments that are only read may be read-only arrays: training sets are.
READ_VECTOR = types.Array(types.float64, 1, "C", readonly=True)
READ_ROWS = types.Array(types.float64, 2, "C", readonly=True)
VECTOR = types.Array(types.float64, 1, "C")
ROWS = types.Array(types.float64, 2, "C")

_INTEGERS = types.Array(types.int64, 1, "C")
_WORDS = types.Array(types.uint64, 1, "C")
_RATES: Any = types.NamedUniTuple(types.float64, len(Rates._fields), Rates)
_GRADIENT_RULE: Any = types.NamedUniTuple(types.float64, len(GradientRule._fields), GradientRule)

NETWORK: Any = types.NamedTuple((_INTEGERS, _INTEGERS, types.int64, types.int64), EncodedNetwork)
DATA: Any = types.NamedTuple((READ_ROWS, READ_ROWS, READ_VECTOR), Data)
DROPOUT: Any = types.NamedTuple((VECTOR, types.int64, types.int64, types.int64), DroppedUnits)
PLAN: Any = types.NamedTuple(
    (
        *[types.int64] * 5,
        types.float64,
        types.int64,
        _RATES,
        READ_VECTOR,
        DROPOUT,
        _GRADIENT_RULE,
        _INTEGERS,
    ),
    Plan,
)
_VALIDATING: Any = types.NamedTuple(
    (_INTEGERS, DATA, types.float64, ROWS, VECTOR, VECTOR, _INTEGERS, ROWS), Validating
)
WORKSPACE: Any = types.NamedTuple(
    (_WORDS, VECTOR, VECTOR, VECTOR, VECTOR, ROWS, _VALIDATING), Workspace
)
SCRATCH: Any = types.NamedTuple((_INTEGERS, VECTOR), Scratch)
RESULTS: Any = types.NamedTuple((ROWS, VECTOR, VECTOR), Results)
