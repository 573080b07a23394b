"""The memory layout of a batch: tiles of lanes, with one example in each lane.

The numbers of a layer are ordered by tile, unit and lane: unit i in lane l of tile t is at
begin + (t·units + i)·lanes + l.  So a sum over units is a sum of vectors in the order of the loops,
and sums over examples are taken lane by lane.  Unused lanes repeat the last example of the batch,
and are never read.
"""

from typing import NamedTuple

from training.numerics.blocks import BLOCK_VECTORS
from training.numerics.vectors import Pointer

#: The maximum number of lanes in a tile.
MOST_LANES = 8

#: The examples whose sums over units are computed at once, in as many tiles as a block has vectors.
AT_ONCE = BLOCK_VECTORS * MOST_LANES

#: The units in a panel, whose sums over examples are computed at once.
COLUMNS = BLOCK_VECTORS * MOST_LANES


class LayerLanes(NamedTuple):
    """The numbers of one layer for a batch, starting at one of its tiles."""

    numbers: Pointer
    begin: int
    units: int


class BatchInputs(NamedTuple):
    """The inputs of a batch, as they are in a training set."""

    numbers: Pointer
    rows: Pointer
    """The indices of its examples."""
    n: int
    """The number of its examples."""
    is_known: bool
    """Whether the same batch was copied into the same workspace before."""


class Panels(NamedTuple):
    """The numbers of one layer for a batch, in panels of COLUMNS units, then of MOST_LANES.

    A panel is ordered by example, so it is read from begin to end.  That of unit j and the ones
    after it begins at j·n.  Units that fill no panel are left out.
    """

    numbers: Pointer
    n: int
    """The number of examples."""
    width: int
    """The number of units, those that fill no panel included."""
