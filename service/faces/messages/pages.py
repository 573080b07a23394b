"""Pagination: pages of lists and their tokens."""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import Message

from service.faces.messages.encoding import LENGTH, tag, varint
from training.cancellation import cancellable
from training.errors import Violations, validating

T = TypeVar("T")
P = TypeVar("P")
K = TypeVar("K", str, int)
M = TypeVar("M", bound=Message)

_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1_000

_READ_AT_ONCE = 128  # items, more than a default page has
_READ_FIRST = 32  # items; more only if so many seem to fit, because reading large ones takes long

_REPEATED_BYTES = 6  # the maximum size of the tag and the length of a message in a list


class PageRequest(Protocol):
    """A request for a page."""

    page_size: int
    page_token: str


@dataclass(frozen=True, slots=True)
class PageResponse:
    """The response with the items of a page in a field, and the token of the next page.

    Items are encoded one by one: to copy megabytes of them into a message, and to encode that,
    keeps all other threads waiting.
    """

    rest: Message
    field: str
    items: Sequence[Message]

    def message(self) -> Message:
        """Return the response as a message."""
        message = type(self.rest)()
        message.CopyFrom(self.rest)
        getattr(message, self.field).extend(self.items)
        return message

    def serialized(self) -> bytes:
        """Return the bytes of the message."""
        start = tag(self.rest.DESCRIPTOR.fields_by_name[self.field].number, LENGTH)
        parts = []
        for item in self.items:
            content = item.SerializeToString()
            parts += [start, varint(len(content)), content]
        return b"".join([*parts, self.rest.SerializeToString()])


class _Room:
    """The bytes that are left on a page."""

    def __init__(self, left: int) -> None:
        self._left = left
        self._taken = 0
        self._items = 0

    def take(self, size: int) -> bool:
        """Take the room for an item; return whether it was there."""
        self._left -= size
        self._taken += size
        self._items += 1
        return self._left >= 0

    def seems_to_fit(self) -> int:
        """Return for about how many more items there is room, and one that does not fit."""
        if not self._items:
            return _READ_FIRST
        return self._left * self._items // self._taken + 1


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page, and the token of the next one, which is empty if there is none."""

    items: Sequence[T]
    next_token: str


def page(
    request: PageRequest,
    position: Callable[[Violations, str], P],
    read: Callable[[P | K, int], Sequence[T]],
    key: Callable[[T], K],
    convert: Callable[[T], M],
    page_bytes: int,
) -> Page[M]:
    """Return the requested page, which ends earlier if its messages exceed `page_bytes`.

    `position` decodes a token, `read` returns up to n items after a position, `key` returns the
    position of an item, and `convert` its message. A page has at least one item. Raises
    InvalidFields.
    """
    with validating() as violations:
        size = page_size(violations, request.page_size)
        start = position(violations, request.page_token)
    shown: list[M] = []
    last: K | None = None
    room = _Room(page_bytes)
    # One more than shown, to know whether there is a next page.
    for item in cancellable(_items(read, start, key, size + 1, room)):
        message = convert(item)
        fits = room.take(message.ByteSize() + _REPEATED_BYTES)
        if last is not None and (len(shown) == size or not fits):
            return Page(shown, page_token(last))
        shown.append(message)
        last = key(item)
    return Page(shown, "")


def _items(
    read: Callable[[P | K, int], Sequence[T]],
    start: P,
    key: Callable[[T], K],
    count: int,
    room: _Room,
) -> Iterator[T]:
    """Yield up to `count` items after a position, and read only some more than are used."""
    after: P | K = start
    while count > 0:
        limit = min(count, _READ_AT_ONCE, max(room.seems_to_fit(), 1))
        items = read(after, limit)
        yield from items
        if len(items) < limit:
            return
        after = key(items[-1])
        count -= limit


def page_size(violations: Violations, size: int, default: int = _DEFAULT_PAGE) -> int:
    """Return the maximum number of items; report a size that is not 0 to 1,000."""
    violations.require(
        0 <= size <= _LARGEST_PAGE,
        "page_size",
        f"must be 1 to {_LARGEST_PAGE}, or 0 for the default ({default}), not {size}",
    )
    return size or default


def page_token(position: str | int) -> str:
    """Return the token of the page after a position. Clients must not interpret it."""
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def page_position(violations: Violations, token: str) -> str:
    """Return the position in a token; empty for the first page. Report an invalid token."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        _report_token(violations)
        return ""


def page_number(violations: Violations, token: str) -> int | None:
    """Return the number in a token; None for the first page. Report an invalid token."""
    position = page_position(violations, token)
    if not position:
        return None
    if not position.isdecimal() or len(position) > len(str(2**63)):
        _report_token(violations)
        return None
    return int(position)


@dataclass(frozen=True, slots=True)
class ChangesPosition:
    """The start of a page of changes between two updates."""

    update: int
    offset: int


def changes_token(update: int, offset: int) -> str:
    """Return the token of the page that starts at an offset in the changes up to an update."""
    return page_token(f"{update}.{offset}")


def changes_position(violations: Violations, token: str) -> ChangesPosition | None:
    """Return the position in a token; None for the first page. Report an invalid token."""
    position = page_position(violations, token)
    if not position:
        return None
    parts = position.split(".")
    if len(parts) != 2 or not all(
        part.isdecimal() and len(part) <= len(str(2**63)) for part in parts
    ):
        _report_token(violations)
        return None
    return ChangesPosition(int(parts[0]), int(parts[1]))


def _report_token(violations: Violations) -> None:
    violations.add("page_token", "must be the next_page_token of the previous page, unchanged")
