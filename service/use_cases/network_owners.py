"""Who has created the networks: the limit of networks of one client."""

from collections import Counter
from threading import Lock

from training.errors import LimitExceeded
from training.limits import Limits


class NetworkOwners:
    """The networks that each client has created since the server was started; thread-safe.

    A client is an address, which is not stored: after a restart, networks belong to nobody.
    """

    def __init__(self, limits: Limits) -> None:
        self._most = limits.networks_of_client
        self._lock = Lock()
        self._owners: dict[str, str] = {}  # clients by the uids of networks
        self._counts: Counter[str] = Counter()

    def add(self, client: str, uid: str) -> None:
        """Count a network that a client creates. Raises LimitExceeded."""
        with self._lock:
            if self._counts[client] >= self._most:
                raise LimitExceeded(
                    f"this client has created {self._most} networks, which is the limit: delete one"
                    " of them first",
                    limit="networks_of_client",
                    value=self._most,
                )
            self._owners[uid] = client
            self._counts[client] += 1

    def remove(self, uid: str) -> None:
        """Forget a network that was deleted, or that was not created after all."""
        with self._lock:
            client = self._owners.pop(uid, None)
            if client is not None:
                self._counts[client] -= 1
                if not self._counts[client]:
                    del self._counts[client]
