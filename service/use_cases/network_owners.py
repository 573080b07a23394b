"""Who has created the networks: the limit of networks of one client."""

from collections import Counter
from threading import Lock

from training.errors import LimitExceeded
from training.limits import Limits
from training.ports import Reader

_READ_AT_ONCE = 1_000


class NetworkOwners:
    """The networks that each client has created; thread-safe.

    Networks store the name of the principal that created them. The address of a client without one
    is not stored: after a restart, its networks belong to nobody. Each replica counts those that it
    read at its start, and those that were created through it.
    """

    def __init__(self, limits: Limits) -> None:
        self._most = limits.networks_of_client
        self._lock = Lock()
        self._is_loaded = False
        self._owners: dict[str, str] = {}  # clients by the uids of networks
        self._counts: Counter[str] = Counter()

    def add(self, client: str, uid: str, reader: Reader) -> None:
        """Count a network that a client creates, once. Raises LimitExceeded.

        Stored owners are read before the first one.
        """
        with self._lock:
            if not self._is_loaded:
                self._load(reader)
            if uid in self._owners:
                return
            if self._counts[client] >= self._most:
                self._forget_deleted(client, reader)
            if self._counts[client] >= self._most:
                raise LimitExceeded(
                    f"this client has created {self._most} networks, which is the limit: delete one"
                    " of them first",
                    limit="networks_of_client",
                    value=self._most,
                )
            self._owners[uid] = client
            self._counts[client] += 1

    def _load(self, reader: Reader) -> None:
        after = ""
        while networks := reader.networks(after, _READ_AT_ONCE):
            after = networks[-1].id
            for network in networks:
                if network.owner:
                    self._owners[network.uid] = network.owner
                    self._counts[network.owner] += 1
        self._is_loaded = True

    def _forget_deleted(self, client: str, reader: Reader) -> None:
        """Forget the networks of a client that were deleted through another replica."""
        uids = [uid for uid, owner in self._owners.items() if owner == client]
        living = {head.network_uid for head in reader.heads(uids)}
        for uid in uids:
            if uid not in living:
                self._remove(uid)

    def remove(self, uid: str) -> None:
        """Forget a network that was deleted, or that was not created after all."""
        with self._lock:
            self._remove(uid)

    def _remove(self, uid: str) -> None:
        client = self._owners.pop(uid, None)
        if client is not None:
            self._counts[client] -= 1
            if not self._counts[client]:
                del self._counts[client]
