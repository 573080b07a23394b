"""Answers are stored exactly, and repeated requests get them."""

import pytest
from services import Service
from worlds import NOW, make_world

from service.clock import SystemClock
from service.execution.tickets import Outcome, Ticket, ticket_for
from service.use_cases.answers import RunReference, StoredAnswer, UpdateRange, pack, unpack
from service.use_cases.requests import AnsweredBefore, RequestId, check_unanswered, once_waiting
from training.errors import DamagedHistory, RequestIdReused
from training.ports import Answer
from training.run import RunState
from training.update import Head


def response(outcome: Outcome) -> bytes:
    return f"run {outcome.run.number} is {outcome.run.state}".encode()


REQUEST = RequestId("step", b"digest", response)


def ticket(state: RunState) -> Ticket:
    """Return the ticket of a run that is in a state."""
    world = make_world()
    run = world.open().run
    assert run is not None
    return ticket_for(world.network, Head(run.network_uid, 3), run.become(state, NOW))


def repeated(service: Service, first: Ticket) -> StoredAnswer:
    """Return what is kept of a call that got this ticket."""

    def ask() -> Ticket:
        return service.store.write(
            lambda writer: once_waiting(writer, SystemClock(), REQUEST, lambda: first)
        ).result()

    assert ask() is first
    with pytest.raises(AnsweredBefore) as raised:
        ask()
    assert raised.value.request is REQUEST
    return raised.value.answer


def test_a_call_that_has_not_to_wait_is_kept_as_its_response() -> None:
    with Service() as service:
        first = ticket(RunState.PAUSED)
        answer = repeated(service, first)
    made = UpdateRange(first.network_uid, 0, 0)
    assert answer == StoredAnswer(b"run 1 is PAUSED", updates=made)


def test_a_call_that_waits_is_kept_as_its_ticket() -> None:
    with Service() as service:
        first = ticket(RunState.RUNNING)
        answer = repeated(service, first)
    assert answer == StoredAnswer(ticket=first)


def test_another_request_with_the_same_id_is_refused() -> None:
    with Service() as service:
        repeated(service, ticket(RunState.PAUSED))
        other = RequestId("step", b"other", response)
        with service.store.read() as reader, pytest.raises(RequestIdReused):
            check_unanswered(reader, other)


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (StoredAnswer(b""), b"\x01\x81\xa8response\xc4\x00"),
        (
            StoredAnswer(b"\xff", run=RunReference("net-uid", 3)),
            b"\x01\x82\xa8response\xc4\x01\xff\xa3run\x82\xabnetwork_uid\xa7net-uid\xa3run\x03",
        ),
        (
            StoredAnswer(b"\xff", UpdateRange("net-uid", 300, 2)),
            (
                b"\x01\x82\xa8response\xc4\x01\xff\xa7updates\x83\xabnetwork_uid\xa7net-uid"
                b"\xablast_update\xcd\x01\x2c\xa5count\x02"
            ),
        ),
        (
            StoredAnswer(ticket=Ticket("net", "net-uid", 1, 2, 3)),
            (
                b"\x01\x81\xa6ticket\x85\xa7network\xa3net\xabnetwork_uid\xa7net-uid\xa3run\x01"
                b"\xabafter_event\x02\xacupdates_done\x03"
            ),
        ),
    ],
    ids=["response", "run", "updates", "ticket"],
)
def test_version_1_is_stored_and_read_byte_for_byte(answer: StoredAnswer, content: bytes) -> None:
    assert pack(answer) == content
    assert unpack(content) == answer


def test_fields_of_a_later_version_are_ignored() -> None:
    assert unpack(b"\x01\x82\xa8response\xc4\x00\xa5later\x91\x01") == StoredAnswer(b"")


def test_another_version_is_not_guessed_at() -> None:
    with Service() as service:
        answer = Answer(REQUEST.id, REQUEST.digest, b"\x02\x80", SystemClock().now())
        service.store.write(lambda writer: writer.remember(answer)).result()
        with service.store.read() as reader, pytest.raises(DamagedHistory, match="newer version"):
            check_unanswered(reader, REQUEST)
