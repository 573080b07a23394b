"""What writes to the store and goes on with the result, without waiting for it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Write:
    """Work for a transaction of the store; `uid` is the network whose head it moves.

    See training.ports.Store.write.
    """

    work: Callable[[Any], Any]
    uid: str


#: A generator that yields each of its writes, receives what the work returned once that is durable,
#: or the error, and returns a T. Who runs it decides how to write: so several can share a commit.
Writes = Generator[Write, Any, T]
