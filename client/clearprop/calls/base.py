"""Calls, and lists in pages."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

ResponseT = TypeVar("ResponseT", bound=Message)
ItemT = TypeVar("ItemT")
MadeT = TypeVar("MadeT")

#: The number of items of a page.
PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Call(Generic[ResponseT]):
    """One call: its request, and the class of its response."""

    request: Message
    response: type[ResponseT]

    @property
    def path(self) -> str:
        """The name of the RPC in gRPC; the request is named after it."""
        name = self.request.DESCRIPTOR.name.removesuffix("Request")
        return f"/clearprop.v1.TrainingService/{name}"


@dataclass(frozen=True, slots=True)
class Pages(Generic[ResponseT, ItemT]):
    """A list in pages: the call for the token of a page, and the reader of a page.

    `read` returns the items of a page and the token of the next one, empty on the last.
    """

    call: Callable[[str], Call[ResponseT]]
    read: Callable[[ResponseT], tuple[Iterable[ItemT], str]]


def new_request_id() -> str:
    """Return an id with which a call takes effect at most once, even with retries."""
    return str(uuid.uuid4())
