"""Access: what callers are allowed to do."""

from enum import Enum


class Scope(Enum):
    """What a caller is allowed to do. Each scope includes the ones before it."""

    READ = "read"
    TRAIN = "train"
    ADMIN = "admin"

    def includes(self, other: "Scope") -> bool:
        """Return whether this scope allows everything that another one allows."""
        order = list(Scope)
        return order.index(self) >= order.index(other)
