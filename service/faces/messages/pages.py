"""Pages of lists, and the tokens of the pages after them."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from training.errors import InvalidFields, Violation, validating

T = TypeVar("T")
P = TypeVar("P")

_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1_000


class PageRequest(Protocol):
    """A request for a page."""

    page_size: int
    page_token: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What is on a page, and the token of the next one; empty where there is none."""

    items: Sequence[T]
    next_token: str


def page(
    request: PageRequest,
    position: Callable[[str], P],
    read: Callable[[P, int], Sequence[T]],
    key: Callable[[T], str | int],
) -> Page[T]:
    """Return the page that is asked for.

    `position` is what its token means, `read` returns up to so many items after a position, `key`
    is the position of an item. Raises InvalidFields.
    """
    size = page_size(request.page_size)
    items = read(position(request.page_token), size + 1)  # one more tells whether there are more
    shown = items[:size]
    return Page(shown, page_token(key(shown[-1])) if len(items) > size else "")


def page_size(size: int) -> int:
    """Return how many to return at most. Raises InvalidFields unless `size` is 0 to 1,000."""
    with validating() as violations:
        violations.require(
            0 <= size <= _LARGEST_PAGE,
            "page_size",
            f"must be 0 (for {_DEFAULT_PAGE}) to {_LARGEST_PAGE}, is {size}",
        )
    return size or _DEFAULT_PAGE


def page_token(position: str | int) -> str:
    """Return the token of the page that begins after a position. It is opaque to clients."""
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def page_position(token: str) -> str:
    """Return the position that a token stands for; empty for the first page.

    Raises InvalidFields for a text that is no token.
    """
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise _bad_token() from None


def page_number(token: str) -> int | None:
    """Return the number that a token stands for; None for the first page.

    Raises InvalidFields for a text that is no such token.
    """
    position = page_position(token)
    if not position:
        return None
    if not position.isdecimal() or len(position) > len(str(2**63)):
        raise _bad_token()
    return int(position)


@dataclass(frozen=True, slots=True)
class PlaceInUpdate:
    """Where a page of what an update changed begins."""

    update: int
    place: int


def place_token(update: int, place: int) -> str:
    """Return the token of the page that begins at a place of what an update changed."""
    return page_token(f"{update}.{place}")


def page_place(token: str) -> PlaceInUpdate | None:
    """Return the place that a token stands for; None for the first page.

    Raises InvalidFields for a text that is no such token.
    """
    position = page_position(token)
    if not position:
        return None
    parts = position.split(".")
    if len(parts) != 2 or not all(
        part.isdecimal() and len(part) <= len(str(2**63)) for part in parts
    ):
        raise _bad_token()
    return PlaceInUpdate(int(parts[0]), int(parts[1]))


def _bad_token() -> InvalidFields:
    return InvalidFields(
        [
            Violation(
                "page_token",
                "must be the next_page_token of the page before, unchanged",
            )
        ]
    )
