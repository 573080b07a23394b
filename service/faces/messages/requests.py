"""Request ids."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from service.use_cases.requests import RequestId

A = TypeVar("A")


class _Identified(Protocol):
    request_id: str

    def SerializeToString(self, *, deterministic: bool = ...) -> bytes: ...  # noqa: N802 (protobuf)


def request_id(request: _Identified, respond: Callable[[A], Message]) -> RequestId[A] | None:
    """Return the id and the digest of a request; None if it has no id.

    `respond` converts the result of the use case.
    """
    if not request.request_id:
        return None
    # The type is included because requests of different types can have the same bytes.
    payload = type(request).__name__.encode() + request.SerializeToString(deterministic=True)
    digest = blake2b(payload, digest_size=16).digest()
    return RequestId(request.request_id, digest, lambda answer: respond(answer).SerializeToString())
