"""Deletes the networks of estimators that no longer exist.

An estimator can be collected as garbage at any moment and in any thread, also inside of gRPC. So
its network is only noted then, and deleted when an estimator is fitted next, or at the end of the
process.
"""

import atexit
import os
from collections import Counter, deque
from contextlib import suppress
from threading import Lock

from clearprop._sync.client import Client, connect
from clearprop.errors import ClearpropError
from clearprop.sklearn.servers import ServerKey


class CreatedSets:
    """The training sets that this process has created, with the number of estimators of each."""

    def __init__(self) -> None:
        self._uses: Counter[tuple[ServerKey, str]] = Counter()
        self._lock = Lock()

    def use(self, server: ServerKey, training_set: str) -> bool:
        """Count an estimator if the set is one of them; return whether it is."""
        with self._lock:
            is_known = (server, training_set) in self._uses
            self._uses[server, training_set] += is_known
            return is_known

    def add(self, server: ServerKey, training_set: str) -> None:
        """Add a new set, with one estimator."""
        with self._lock:
            self._uses[server, training_set] += 1

    def forget(self, server: ServerKey, training_set: str) -> None:
        """Remove a set that does not exist any more."""
        with self._lock:
            self._uses.pop((server, training_set), None)

    def release(self, server: ServerKey, training_set: str) -> bool:
        """Count an estimator less; return whether it was the last one."""
        with self._lock:
            key = server, training_set
            if key not in self._uses:
                return False
            self._uses[key] -= 1
            is_last = self._uses[key] == 0
            if is_last:
                del self._uses[key]
            return is_last


CREATED_SETS = CreatedSets()


class Owned:
    """What an estimator has on a server: its network, and the latest training set."""

    def __init__(self, server: ServerKey, network: str) -> None:
        self.server = server
        self.network = network
        self.training_set = ""
        self.pid = os.getpid()

    def replace_set(self, training_set: str) -> None:
        """Note that the network is trained on another set; release the one before."""
        if self.training_set:
            _discarded.append((self.pid, self.server, "", self.training_set))
        self.training_set = training_set


_discarded: deque[tuple[int, ServerKey, str, str]] = deque()


def discard(owned: Owned) -> None:
    """Note what can be deleted. Safe in a finalizer."""
    _discarded.append((owned.pid, owned.server, owned.network, owned.training_set))


def delete_discarded() -> None:
    """Delete what was noted, without waiting for a server that is unavailable."""
    clients: dict[ServerKey, Client] = {}
    while _discarded:
        try:
            pid, server, network, training_set = _discarded.popleft()
        except IndexError:  # another thread was quicker
            break
        if pid != os.getpid():
            continue  # this process is a copy of the owner
        if server not in clients:
            clients[server] = connect(server.target, retry_timeout=0, **dict(server.options))
        # What cannot be deleted remains on the server, with its labels.
        with suppress(ClearpropError):
            if network:
                clients[server].network(network).delete()
        with suppress(ClearpropError):
            if training_set and CREATED_SETS.release(server, training_set):
                clients[server].training_set(training_set).delete()
    for client in clients.values():
        client.close()


atexit.register(delete_discarded)
