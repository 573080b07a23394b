"""Pagination: pages of lists and their tokens."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from training.errors import Violations, validating

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
    """A page, and the token of the next one, which is empty if there is none."""

    items: Sequence[T]
    next_token: str


def page(
    request: PageRequest,
    position: Callable[[Violations, str], P],
    read: Callable[[P, int], Sequence[T]],
    key: Callable[[T], str | int],
) -> Page[T]:
    """Return the requested page.

    `position` decodes a token, `read` returns up to n items after a position, and `key` returns the
    position of an item. Raises InvalidFields.
    """
    with validating() as violations:
        size = page_size(violations, request.page_size)
        start = position(violations, request.page_token)
    items = read(start, size + 1)  # one more, to know whether there is a next page
    shown = items[:size]
    return Page(shown, page_token(key(shown[-1])) if len(items) > size else "")


def page_size(violations: Violations, size: int) -> int:
    """Return the maximum number of items; report a size that is not 0 to 1,000."""
    violations.require(
        0 <= size <= _LARGEST_PAGE,
        "page_size",
        f"must be 1 to {_LARGEST_PAGE}, or 0 for the default ({_DEFAULT_PAGE}), not {size}",
    )
    return size or _DEFAULT_PAGE


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
