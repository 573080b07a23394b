"""What many requests have: an id, a page."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from service.use_cases.requests import RequestId
from training.errors import InvalidFields, Violation, validating

A = TypeVar("A")

_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1_000


class _Identified(Protocol):
    request_id: str

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...  # noqa: N802 (protobuf)


def request_id(request: _Identified, respond: Callable[[A], Message]) -> RequestId[A] | None:
    """Return a request's id with the digest of the whole request; None where it has none.

    `respond` translates what the use case answers.
    """
    if not request.request_id:
        return None
    # The type's name is part of it: an empty PauseRunRequest is not an empty CancelRunRequest.
    payload = type(request).__name__.encode() + request.SerializeToString(deterministic=True)
    digest = blake2b(payload, digest_size=16).digest()
    return RequestId(request.request_id, digest, lambda answer: respond(answer).SerializeToString())


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
