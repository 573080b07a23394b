"""Request ids, with which a request takes effect at most once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from service.execution.tickets import Outcome, Ticket
from service.use_cases.answers import RunReference, StoredAnswer, UpdateRange, pack, unpack
from training.errors import RequestIdReused, Violations
from training.identifiers import check_request_id
from training.ports import Answer, Clock, Reader, Writer

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class RequestId(Generic[T_contra]):
    """The id of a request, and the digest of the whole request.

    `response` encodes the answer of the use case as the face of the caller sends it.
    """

    id: str
    digest: bytes
    response: Callable[[T_contra], bytes]


class AnsweredBefore(Exception):
    """A request is repeated; `answer` is its stored answer.

    This is not an error of the caller: the face sends the answer again.
    """

    def __init__(self, request: RequestId[Any], answer: StoredAnswer) -> None:
        super().__init__(request.id)
        self.request = request
        self.answer = answer


def check_request(violations: Violations, request: RequestId[Any] | None) -> None:
    """Require a valid request id, if there is one."""
    if request is not None:
        check_request_id(violations, "request_id", request.id)


def check_unanswered(reader: Reader, request: RequestId[Any] | None) -> None:
    """Raise AnsweredBefore if this request was answered before.

    Raises RequestIdReused if the id was used for another request, InvalidFields for an invalid id.
    """
    if request is None:
        return
    violations = Violations()
    check_request(violations, request)
    violations.refuse()
    answer = reader.answer(request.id)
    if answer is None:
        return
    if answer.digest != request.digest:
        raise RequestIdReused(
            f"request id {request.id} was used for another request: use a new id for each",
            request_id=request.id,
        )
    raise AnsweredBefore(request, unpack(answer.content))


def once(
    writer: Writer,
    clock: Clock,
    request: RequestId[T] | None,
    work: Callable[[], T],
    *,
    updates: Callable[[T], UpdateRange] | None = None,
    run: Callable[[T], RunReference] | None = None,
) -> T:
    """Do the work and store its answer in the same transaction, unless it was done before.

    `updates` returns the updates of the history that are part of the answer, `run` the run to
    execute. Raises what check_unanswered raises.
    """
    check_unanswered(writer, request)
    answer = work()
    if request is not None:
        stored = StoredAnswer(
            request.response(answer), updates and updates(answer), run=run and run(answer)
        )
        _keep(writer, clock, request, stored)
    return answer


def once_waiting(
    writer: Writer,
    clock: Clock,
    request: RequestId[Outcome] | None,
    work: Callable[[], Ticket],
) -> Ticket:
    """Do the work of a call that may wait for a run, and store where its outcome is found.

    Raises what check_unanswered raises.
    """
    check_unanswered(writer, request)
    ticket = work()
    if request is not None:
        outcome = ticket.outcome
        stored = (
            StoredAnswer(ticket=ticket)
            if outcome is None
            else StoredAnswer(request.response(outcome), updates_made(outcome))
        )
        _keep(writer, clock, request, stored)
    return ticket


def updates_made(outcome: Outcome) -> UpdateRange:
    """Return the updates of a run during a call that waited for it."""
    run = outcome.run
    return UpdateRange(run.network_uid, run.latest_update, run.updates_done - outcome.updates_done)


def _keep(writer: Writer, clock: Clock, request: RequestId[Any], stored: StoredAnswer) -> None:
    writer.remember(Answer(request.id, request.digest, pack(stored), clock.now()))
