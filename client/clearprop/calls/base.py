"""What a call is, and pages of them."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

ResponseT = TypeVar("ResponseT", bound=Message)
ItemT = TypeVar("ItemT")
MadeT = TypeVar("MadeT")

#: How many of a list are asked for at a time.
PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Call(Generic[ResponseT]):
    """One call: what to send, and the class of what comes back."""

    request: Message
    response: type[ResponseT]

    @property
    def path(self) -> str:
        """What gRPC calls the RPC: every request is named after its own."""
        name = self.request.DESCRIPTOR.name.removesuffix("Request")
        return f"/clearprop.v1.TrainingService/{name}"


@dataclass(frozen=True, slots=True)
class Pages(Generic[ResponseT, ItemT]):
    """A list that comes in pages: the call for a page's token, and what a page holds.

    `read` returns the items of a page and the token of the next one, empty on the last.
    """

    call: Callable[[str], Call[ResponseT]]
    read: Callable[[ResponseT], tuple[Iterable[ItemT], str]]


def new_request_id() -> str:
    """Return an id that makes a call happen at most once, however often it is repeated."""
    return str(uuid.uuid4())
