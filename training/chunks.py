"""Divides a computation over examples into chunks, and stops it between two of them."""

from collections.abc import Iterator
from typing import Final

from training.cancellation import check_cancelled
from training.network import Network

#: The work of a chunk, in multiplications and additions: 5 to 50 ms.
_WORK: Final = 2**26

#: The work for each unit, compared with that for each parameter: its activation is computed, and
#: for a gradient also its slope, its delta and the sums of its parameters.
_WORK_OF_A_UNIT: Final = 16
_WORK_OF_A_UNIT_WITH_GRADIENT: Final = 64

#: Chunks start at a multiple of this, so that only the last tile of examples is not full.
_TILE: Final = 8


def chunks(network: Network, examples: int, *, gradient: bool = False) -> Iterator[slice]:
    """Yield the examples in consecutive chunks, each of about 50 ms of work at most.

    `gradient`: the gradient is computed too. Examples are independent of each other, and the sums
    over them continue from chunk to chunk in order, so chunks do not change a bit of the results.

    Raises the error of the current computation before a chunk if it is cancelled.
    """
    count = chunk_size(network, gradient=gradient)
    for first in range(0, examples, count):
        check_cancelled()
        yield slice(first, min(first + count, examples))


def chunk_size(network: Network, *, gradient: bool = False) -> int:
    """Return how many examples a chunk has, except for the last one."""
    of_a_unit = _WORK_OF_A_UNIT_WITH_GRADIENT if gradient else _WORK_OF_A_UNIT
    most = _WORK // (network.parameter_count + of_a_unit * network.unit_count)
    return max(most // _TILE, 1) * _TILE
