"""Tokens and tickets."""

from clearprop.v1 import access_pb2
from clearprop.v1 import training_service_pb2 as pb

from service.access.stream_tickets import Ticket
from service.faces.messages.enums import numbers, one_of
from service.faces.messages.times import timestamp
from training.access import Scope, Token
from training.errors import Violation

_NUMBERS = numbers(access_pb2.Scope, Scope)
_SCOPES = {number: scope for scope, number in _NUMBERS.items()}


def scope_of(request: pb.CreateTokenRequest) -> tuple[Scope, tuple[Violation, ...]]:
    """Return the requested scope, and what is wrong with it: a token without one is an error."""
    if request.scope in _SCOPES:
        return _SCOPES[request.scope], ()
    return Scope.READ, (Violation("scope", one_of(Scope)),)


def token(source: Token) -> access_pb2.Token:
    """Convert a token."""
    return access_pb2.Token(
        name=source.name,
        scope=_NUMBERS[source.scope],
        create_time=timestamp(source.create_time),
        expire_time=None if source.expire_time is None else timestamp(source.expire_time),
    )


def ticket(source: Ticket) -> pb.CreateTicketResponse:
    """Convert a ticket."""
    return pb.CreateTicketResponse(ticket=source.secret, expire_time=timestamp(source.expire_time))
