"""Answers that are kept read back whatever they hold, also those of earlier versions."""

from dataclasses import replace
from math import inf, nan

import msgspec
import numpy as np
import pytest
from services import Service
from worlds import NOW, make_world

from service.clock import SystemClock
from service.execution.tickets import Ticket, ticket_for
from service.use_cases.requests import RequestId, earlier_answer, once
from training.ports import Answer
from training.run import RunState
from training.update import Head

REQUEST = RequestId("step", b"digest")


def ticket(cost: float) -> Ticket:
    """Return the answer of a step whose costs are no plain numbers."""
    world = make_world()
    run = world.open().run
    assert run is not None
    paused = replace(run, latest_cost=cost, epoch_cost=-cost).become(RunState.PAUSED, NOW)
    return ticket_for(world.network, Head(run.network_uid, 3), paused)


@pytest.mark.parametrize("cost", [inf, nan, -0.0, 0.1 + 0.2, 5e-324])
def test_a_repeated_request_is_answered_to_the_bit(cost: float) -> None:
    answer = ticket(cost)
    with Service() as service:

        def ask() -> Ticket:
            return service.store.write(
                lambda writer: once(writer, SystemClock(), REQUEST, Ticket, lambda: answer)
            ).result()

        assert ask() is answer
        again = ask()
    assert again is not answer
    assert again.run is not None
    assert again.run.latest_cost is not None
    kept = np.array([again.run.latest_cost, again.run.epoch_cost])
    assert kept.tobytes() == np.array([cost, -cost]).tobytes()
    settled = replace(again.run, latest_cost=0.0, epoch_cost=0.0)
    assert answer.run is not None
    assert settled == replace(answer.run, latest_cost=0.0, epoch_cost=0.0)
    assert again.head == answer.head


@pytest.mark.parametrize("kept", [True, False, ticket(0.5)], ids=["true", "false", "ticket"])
def test_answers_that_were_kept_as_json_are_read(kept: bool | Ticket) -> None:
    content = msgspec.json.encode(kept)
    with Service() as service:
        answer = Answer(REQUEST.id, REQUEST.digest, content, SystemClock().now())
        service.store.write(lambda writer: writer.remember(answer)).result()
        with service.store.read() as reader:
            assert earlier_answer(reader, REQUEST, type(kept)) == kept
