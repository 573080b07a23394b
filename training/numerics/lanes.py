"""The memory layout of a batch: tiles of lanes, with one example in each lane.

The numbers of a layer are ordered by tile, unit and lane: unit i in lane l of tile t is at
begin + (t·units + i)·lanes + l.  So a sum over units is a sum of vectors in the order of the loops,
and sums over examples are taken lane by lane.  Unused lanes repeat the last example of the batch,
and are never read.
"""

from typing import NamedTuple

from training.numerics.vectors import Pointer

#: The maximum number of lanes in a tile.
MOST_LANES = 8

#: The number of columns of a gradient that are computed at once, or twice as many, if the layer has
#: enough inputs.
COLUMNS = 16


class LayerLanes(NamedTuple):
    """The numbers of one layer for a batch, starting at one of its tiles."""

    numbers: Pointer
    begin: int
    units: int


class ExampleRows(NamedTuple):
    """The numbers of one layer for a batch, ordered by example."""

    numbers: Pointer
    n: int
    """The number of examples."""
    width: int
    """The numbers of each example."""
