"""Tickets: secrets for one stream of a client that cannot send headers."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access.grant import Grant
from training.errors import Unauthenticated
from training.ports import Clock

#: How long a ticket can be used.
LIFETIME = timedelta(seconds=10)

#: More than this many unused tickets are not kept: the oldest are forgotten.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket and the time until which it can be used."""

    secret: str
    expire_time: datetime


class StreamTickets:
    """The unused tickets; for one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._grants: dict[str, tuple[datetime, Grant | None]] = {}  # oldest first

    def issue(self, grant: Grant | None) -> Ticket:
        """Return a new ticket for the caller with a grant; None if none is required."""
        while self._grants and (len(self._grants) >= _MOST or self._is_oldest_over()):
            del self._grants[next(iter(self._grants))]
        ticket = Ticket(secrets.token_urlsafe(24), self._clock.now() + LIFETIME)
        self._grants[ticket.secret] = ticket.expire_time, grant
        return ticket

    def redeem(self, secret: str) -> Grant:
        """Return the grant of a ticket, which cannot be used again. Raises Unauthenticated."""
        ends, grant = self._grants.pop(secret, (None, None))
        if ends is None or grant is None or self._clock.now() >= ends:
            raise Unauthenticated(
                "the ticket is unknown, was used, or has expired: create another one"
            )
        grant.check()
        return grant

    def _is_oldest_over(self) -> bool:
        ends, _ = next(iter(self._grants.values()))
        return self._clock.now() >= ends
