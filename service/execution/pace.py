"""How long the segments of runs on a shared database take: what the database can bear.

A segment takes at least twice as long as a transaction, and as long as on a database that nobody
shares. The more workers there are, the longer do transactions take; so segments get longer, until
all workers together write what the database can bear: one worker stays at 10 ms (bench/results.md),
or at 20 ms while nobody watches. Segments of many workers are so long that few of them are in a
transaction at once: a database with hundreds of open transactions does each of them more slowly,
and would stay beyond its limit.

Where runs wait for a thread, segments are longer, too: a run whose turn comes after three others is
not seen more often for being stored every 10 ms of its own time, and all together are slower.
"""

from typing import Final

from training.trainer import SEGMENT_SECONDS

#: The longest segment, in seconds: it delays watches and pauses.
_LONGEST: Final = 1.0

#: All workers together write at most so many segments per second, which a database with two
#: processors can bear: beyond its limit it writes fewer, and transactions stay long.
_SEGMENTS_PER_SECOND: Final = 2_000.0

#: How long a segment takes at least, in transactions: no more than a third of all workers wait for
#: the database where it is at its limit, and no more than so many of them.
_TRANSACTIONS: Final = 2.0
_AT_ONCE: Final = 50.0

#: The share of the last transaction in the average.
_SHARE: Final = 0.1


class Pace:
    """The length of segments, from the duration of transactions. Thread-safe."""

    def __init__(self) -> None:
        self._average = 0.0  # seconds

    def segment_seconds(self, sharing: float = 1.0, workers: int = 1) -> float:
        """Return how long the training of a segment should take now, in seconds.

        `sharing` is the number of runs for each thread; below 1, threads are idle. `workers` is the
        number of living workers.
        """
        least = max(SEGMENT_SECONDS * sharing, SEGMENT_SECONDS, workers / _SEGMENTS_PER_SECOND)
        transactions = max(_TRANSACTIONS, workers / _AT_ONCE - 1.0)
        return min(max(transactions * self._average, least), _LONGEST)

    def transaction_ended(self, seconds: float, is_committed: bool) -> None:
        """Note how long a transaction took; one that failed says nothing."""
        if is_committed:
            self._average += _SHARE * (seconds - self._average)
