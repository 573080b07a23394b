"""Tickets, with which a call that waits for a run finds its answer, even after a restart."""

from dataclasses import dataclass

from training.network import Network
from training.run import Run
from training.update import Head


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a call that waited for a run.

    `head` is the head of the network after the call; `updates_done` is that of the run before it.
    """

    network_id: str
    run: Run
    updates_done: int
    head: Head


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where the outcome of a call that waits for a run is found.

    At the first event of the run after `after_event` in which it is not active; or here, if there
    was nothing to wait for. `updates_done` is that of the run before the call.
    """

    network_id: str
    network_uid: str
    run_number: int
    after_event: int
    updates_done: int = 0
    outcome: Outcome | None = None


def ticket_for(
    network: Network,
    head: Head,
    run: Run,
    before: Head | None = None,
    updates_done: int = 0,
) -> Ticket:
    """Return the ticket for a run that may be active; `before` is the head before the call."""
    return Ticket(
        network_id=network.id,
        network_uid=network.uid,
        run_number=run.number,
        after_event=(before or head).last_event,
        updates_done=updates_done,
        outcome=None if run.is_active else Outcome(network.id, run, updates_done, head),
    )
