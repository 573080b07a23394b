"""States of networks that are likely to be asked for, in memory."""

from service.reading.bounded_cache import BoundedCache
from training.update import State

_STATES_BYTES = 64 * 2**20
_OVERHEAD = 1_500  # bytes of Python's objects, roughly, for each entry


class StateCache:
    """Keeps states by network and update. Thread-safe.

    History is immutable, so what is kept is never wrong, only sometimes absent: another replica
    needs none of it. It may outlive what the store keeps: callers find out first that an update is
    not before the earliest kept one.
    """

    def __init__(self) -> None:
        self._states: BoundedCache[tuple[str, int], State] = BoundedCache(
            _STATES_BYTES, lambda state: state.nbytes + _OVERHEAD
        )

    def remember(self, uid: str, state: State) -> None:
        """Keep a state that is durable."""
        self._states.put((uid, state.update), state)

    def find(self, uid: str, update: int) -> State | None:
        """Return the state after an update, None where it is not kept."""
        return self._states.get((uid, update))
