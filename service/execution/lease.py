"""The lease of a worker, as this process knows it."""

import os
import secrets
import socket
from concurrent.futures import Future
from functools import partial
from typing import Final, TypeVar

from training.ports import Clock, Store, Writer

T = TypeVar("T")

#: How long a lease lasts after it was added or renewed, by the clock of the store, in seconds: so
#: long do the runs of a worker that was killed wait for another one.
SECONDS: Final = 6.0

#: A lease is renewed after this many seconds.
RENEWAL_SECONDS: Final = 2.0

#: A worker stops this many seconds before others may claim its runs.
MARGIN_SECONDS: Final = 1.0


class Lease:
    """Keeps a lease in a store; used by one thread.

    A lease that could not be renewed in time is over, and the next one has a new name: whatever the
    earlier one owns belongs to nobody.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._renewal_time = self._end_time = 0.0
        self.worker = ""  # while there is no lease

    @property
    def seconds_left(self) -> float:
        """For how long this process may rely on the lease, in seconds; 0 if it may not."""
        return max(0.0, self._end_time - self._clock.monotonic()) if self.worker else 0.0

    @property
    def seconds_to_renewal(self) -> float:
        """When the lease has to be renewed, in seconds from now."""
        return max(0.0, self._renewal_time - self._clock.monotonic()) if self.worker else 0.0

    def begin(self) -> None:
        """Add a lease with a new name. Raises StoreUnavailable, StoreFull, TimeoutError."""
        worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        began = self._clock.monotonic()
        added = self._store.write(lambda writer: writer.add_worker(worker, SECONDS))
        result_within(added, SECONDS - MARGIN_SECONDS)
        self.worker = worker
        self._extend(began)

    def renew(self) -> bool:
        """Extend the lease; return whether it still was there.

        Raises StoreUnavailable, StoreFull, and TimeoutError if this takes until its end.
        """
        worker, began = self.worker, self._clock.monotonic()
        renewed = self._store.write(lambda writer: writer.renew_worker(worker, SECONDS))
        is_there = result_within(renewed, self.seconds_left)
        if is_there:
            self._extend(began)
        return is_there

    def end(self) -> "Future[None] | None":
        """Queue the end of the lease, which leaves its runs to others; None if there is none."""
        worker, self.worker = self.worker, ""
        return self._store.write(partial(_remove, worker)) if worker else None

    def _extend(self, began: float) -> None:
        # By the clock of the store it lasts longer: that has read its clock later.
        self._renewal_time = began + RENEWAL_SECONDS
        self._end_time = began + SECONDS - MARGIN_SECONDS


def result_within(future: "Future[T]", seconds: float) -> T:
    """Return the result of a write, or cancel it and raise TimeoutError; raises its error."""
    try:
        return future.result(seconds)
    except TimeoutError:
        future.cancel()
        raise


def _remove(worker: str, writer: Writer) -> None:
    writer.remove_worker(worker)
