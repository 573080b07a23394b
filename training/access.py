"""Access: what callers are allowed to do, and the tokens that they prove it with."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Scope(Enum):
    """What a caller is allowed to do. Each scope includes the ones before it."""

    READ = "read"
    TRAIN = "train"
    ADMIN = "admin"

    def includes(self, other: "Scope") -> bool:
        """Return whether this scope allows everything that another one allows."""
        return _ORDER.index(self) >= _ORDER.index(other)


#: The scopes, each of which includes the ones before it.
_ORDER = tuple(Scope)


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret: `digest` is the SHA-256 of the secret.

    `expire_time` None: it does not expire.
    """

    name: str
    scope: Scope
    digest: bytes
    create_time: datetime
    expire_time: datetime | None = None
