"""Responses of calls that change a network: completed from the history, and returned again."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.message import Message

from service.admission.call import run_in_call
from service.execution.outcomes import Outcomes
from service.execution.tickets import Outcome, Ticket
from service.faces.messages.updates import updates
from service.use_cases import legacy_answers
from service.use_cases.answers import StoredAnswer, UpdateRange
from service.use_cases.edits import Changed, update_made
from service.use_cases.history import History
from service.use_cases.requests import AnsweredBefore, RequestId, updates_made


@dataclass(frozen=True, slots=True)
class Responses:
    """Builds responses that are stored in the history, in part or completely."""

    outcomes: Outcomes
    history: History

    async def repeated(self, before: AnsweredBefore, kind: type[Message]) -> Message:
        """Return the first response to a repeated request, as a message of this kind.

        Raises Draining, NetworkNotFound if the response is no longer stored, HistoryCompacted,
        DamagedHistory.
        """
        request, answer = before.request, before.answer
        if answer.legacy is not None:
            answer = _translated(answer.legacy, request)
        if answer.ticket is not None:
            outcome = await self.outcomes.wait(answer.ticket)
            answer = _with_outcome(outcome, request)
        response = kind.FromString(answer.response or b"")
        if answer.updates is not None:
            await run_in_call(self.add_updates, response, answer.updates)
        return response

    def add_updates(self, response: Message, applied: UpdateRange) -> None:
        """Add the updates that a call has applied to its response, if the response has them.

        Raises NetworkNotFound, HistoryCompacted, DamagedHistory.
        """
        uid, last = applied.network_uid, applied.last_update
        match response:
            case pb.StepResponse():
                span = self.history.last_updates(uid, last, applied.count)
                response.updates.extend(updates(span.network, span.parts))
            case pb.SetWeightsResponse() | pb.ResetWeightsResponse():
                network, snapshots = self.history.made(uid, last)
                (update,) = updates(network, [snapshots])
                response.update.CopyFrom(update)
            case _:
                pass


def _with_outcome(outcome: Outcome, request: "RequestId[Outcome]") -> StoredAnswer:
    return StoredAnswer(request.response(outcome), updates_made(outcome))


def _translated(content: bytes, request: "RequestId[object]") -> StoredAnswer:
    """Convert an answer that an earlier version stored."""
    answer = legacy_answers.read(content)
    match answer:
        case Ticket():
            outcome = answer.outcome
            return (
                StoredAnswer(ticket=answer) if outcome is None else _with_outcome(outcome, request)
            )
        case Changed():
            return StoredAnswer(request.response(answer), update_made(answer))
        case _:
            return StoredAnswer(request.response(answer))
