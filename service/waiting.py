"""Waits for what a call has set going, until that is durable."""

import asyncio

from service.runs import Runs
from service.tickets import Outcome, Ticket
from service.waking import Waking


async def settled(ticket: Ticket, runs: Runs, waking: Waking) -> Outcome:
    """Return what a waiting call is answered with, once its run has stopped.

    Raises Draining when the server stops first, NetworkNotFound when the network is deleted first.
    """
    with waking.listening(ticket.network_uid) as signal:
        while True:
            version = signal.version
            outcome = await asyncio.to_thread(runs.outcome, ticket)
            if outcome is not None:
                return outcome
            waking.check()
            await signal.changed(version)
