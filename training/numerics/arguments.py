"""The arguments of kernels, in a few named tuples, and the types that they are compiled for."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.dropout import DroppedUnits
from training.numerics.encoded_network import EncodedNetwork
from training.numerics.gradient_rule import GradientRule
from training.numerics.optimizers import Rates
from training.numerics.pcg64 import Words
from training.numerics.signatures import FLOAT, INTEGER, Array, fields

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
    """The state that a call advances, and the arrays that it changes or sets."""

    shuffling: Words
    """`pcg64.shuffling` for the current epoch, changed, once for each thread; or empty."""
    begun_parameters: Floats
    """[parameters], those that the first update changes; only read."""
    begun_memory: Floats
    """Their optimizer state, only read."""
    parameters: Floats
    """[parameters], set to those after the last update."""
    memory: Floats
    """Set to their optimizer state."""
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
READ_VECTOR, READ_ROWS = (Array("float64", dimensions, is_read_only=True) for dimensions in (1, 2))
VECTOR, ROWS = Array("float64", 1), Array("float64", 2)

_INTEGERS, _WORDS = Array("int64", 1), Array("uint64", 1)

NETWORK = fields(EncodedNetwork, _INTEGERS, _INTEGERS, INTEGER, INTEGER)
DATA = fields(Data, READ_ROWS, READ_ROWS, READ_VECTOR)
DROPOUT = fields(DroppedUnits, VECTOR, INTEGER, INTEGER, INTEGER)
PLAN = fields(
    Plan,
    *[INTEGER] * 5,
    FLOAT,
    INTEGER,
    fields(Rates, FLOAT),
    READ_VECTOR,
    DROPOUT,
    fields(GradientRule, FLOAT),
    _INTEGERS,
)
_VALIDATING = fields(
    Validating,
    *(_INTEGERS, DATA, FLOAT, ROWS, VECTOR, VECTOR, _INTEGERS, ROWS),
    usual=NOT_VALIDATING,
)
WORKSPACE = fields(Workspace, _WORDS, READ_VECTOR, READ_VECTOR, *[VECTOR] * 4, ROWS, _VALIDATING)
SCRATCH = fields(Scratch, _INTEGERS, VECTOR)
RESULTS = fields(Results, ROWS, VECTOR, VECTOR)
