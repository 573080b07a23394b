"""Requests that happen at most once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from training.errors import RequestIdReused, Violations, validating
from training.names import check_request_id
from training.ports import Answer, Clock, Reader, Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RequestId:
    """The id that a client gave a request, and the digest of the whole request."""

    id: str
    digest: bytes


def check_request(violations: Violations, request: RequestId | None) -> None:
    """Require a request id, where there is one, of the form that the contract says."""
    if request is not None:
        check_request_id(violations, "request_id", request.id)


def earlier_answer(reader: Reader, request: RequestId | None, kind: type[T]) -> T | None:
    """Return what this request was answered before, None where it was not carried out yet.

    Raises RequestIdReused when the id was used for another request, InvalidFields for one of a
    wrong form.
    """
    if request is None:
        return None
    with validating() as violations:
        check_request(violations, request)
    answer = reader.answer(request.id)
    if answer is None:
        return None
    if answer.digest != request.digest:
        raise RequestIdReused(
            f"request id {request.id} was used for another request: use a new id for each",
            request_id=request.id,
        )
    return _decoded(answer.content, kind)


def once(
    writer: Writer,
    clock: Clock,
    request: RequestId | None,
    kind: type[T],
    work: Callable[[], T],
) -> T:
    """Do the work and keep its answer in the same transaction, or return the answer kept before."""
    earlier = earlier_answer(writer, request, kind)
    if earlier is not None:
        return earlier
    answer = work()
    if request is not None:
        # Not JSON, which has no word for a cost that is infinite or not a number.
        content = msgspec.msgpack.encode(answer)
        writer.remember(Answer(request.id, request.digest, content, clock.now()))
    return answer


def _decoded(content: bytes, kind: type[T]) -> T:
    # What begins with ASCII is JSON, as earlier versions wrote it: MessagePack's objects and truth
    # values begin with other bytes.
    if content[0] < 0x80:
        return msgspec.json.decode(content, type=kind)
    return msgspec.msgpack.decode(content, type=kind)
