"""How the numbers of a batch lie in memory: in tiles of lanes, each example in a lane of its own.

A layer's numbers lie tile after tile, unit after unit, lane beside lane: the number of unit i in
lane l of tile t is at begin + (t·units + i)·lanes + l.  So every sum over units is a sum of vectors
in the order of the loops, and sums over examples are taken lane after lane.  Lanes that a batch
does not fill repeat its last example, and are never looked at.
"""

from typing import NamedTuple

from training.numerics.vectors import Pointer

#: The most lanes that a tile has.
MOST_LANES = 8

#: So many columns of a gradient are computed at once, and twice as many, where a layer has as many
#: inputs.
COLUMNS = 16


class LayerLanes(NamedTuple):
    """The numbers of one layer for a batch, from one of its tiles on."""

    numbers: Pointer
    begin: int
    units: int


class ExampleRows(NamedTuple):
    """The numbers of one layer for a batch, example after example."""

    numbers: Pointer
    n: int
    """How many examples."""
    width: int
    """How many numbers each has."""
