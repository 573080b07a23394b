"""The arguments of the kernel, and the types that it is compiled for.

Lanes are networks: the last dimension of an array of numbers, or the first one of what each network
has for itself.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.arguments import Floats
from training.numerics.pcg64 import Words
from training.numerics.signatures import INTEGER, Array, fields

Integers = NDArray[np.int64]


class LockstepPlan(NamedTuple):
    """What the runs of all lanes have in common, and what each has for itself."""

    batch_size: int
    """The number of examples of every update of the call."""
    epoch_examples: int
    """The number of examples that each epoch uses, the first in its order."""
    optimizer: int
    """A number of OPTIMIZER_CODES."""
    memories: int
    """The numbers in the optimizer state for each parameter."""
    inputs: Floats
    """[lanes, examples, inputs]"""
    targets: Floats
    """[lanes, examples, outputs]"""
    cost_below: Floats
    """[lanes], as in `Plan`."""
    rates: Floats
    """[fields of Rates, lanes]"""
    learning_rates: Floats
    """[updates, lanes], in place of those in `rates`."""


class LockstepWorkspace(NamedTuple):
    """The states that a call advances, and the arrays that it changes or sets."""

    places: Integers
    """[lanes], the position of each run in its epoch, changed."""
    shuffling: Words
    """[lanes, 8], `pcg64.shuffling` for the current epoch of each run, changed; or [0, 8]."""
    states: Floats
    """[2, parameters and v and s, lanes]: the first has the states before the call; that with the
    number of updates made modulo 2 is set to those after it."""
    counted: Floats
    """[3, lanes], changed: β₁^t, β₂^t, and the share of the next gradient."""
    epoch_cost: Floats
    """[lanes], the sum of the costs of the examples in the current epoch, changed."""
    costs: Floats
    """[updates, lanes], set to the mean cost of the batch of each update."""
    outcomes: Integers
    """[lanes], set to why the call stopped: MADE, DIVERGED or COST_REACHED."""


_ROWS, _BOXES, _INTEGERS = Array("float64", 2), Array("float64", 3), Array("int64", 1)
_VECTOR = Array("float64", 1)

LOCKSTEP_PLAN = fields(
    LockstepPlan,
    *[INTEGER] * 4,
    *[Array("float64", 3, is_read_only=True)] * 2,
    _VECTOR,
    _ROWS,
    _ROWS,
)
LOCKSTEP_WORKSPACE = fields(
    LockstepWorkspace,
    _INTEGERS,
    Array("uint64", 2),
    _BOXES,
    _ROWS,
    _VECTOR,
    _ROWS,
    _INTEGERS,
)
