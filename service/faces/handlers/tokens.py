"""Tokens, and tickets for streams."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.access.grant import GRANT
from service.access.stream_tickets import StreamTickets
from service.faces.messages.pages import PageResponse, page, page_position
from service.faces.messages.tokens import scope_of, ticket, token
from service.use_cases.tokens import Tokens
from training.limits import Limits


@dataclass(frozen=True, slots=True)
class TokenHandlers:
    """The RPCs for tokens and tickets."""

    _tokens: Tokens
    _tickets: StreamTickets
    _limits: Limits

    def create_token(self, request: pb.CreateTokenRequest) -> pb.CreateTokenResponse:
        """Create a token."""
        scope, unknown = scope_of(request)
        created = self._tokens.create(request.name, scope, request.lifetime_seconds, unknown)
        return pb.CreateTokenResponse(token=token(created.token), secret=created.secret)

    def list_tokens(self, request: pb.ListTokensRequest) -> PageResponse:
        """List tokens in the order of their names."""
        found = page(
            request,
            page_position,
            self._tokens.page,
            lambda each: each.name,
            token,
            self._limits.page_bytes,
        )
        rest = pb.ListTokensResponse(next_page_token=found.next_token)
        return PageResponse(rest, "tokens", found.items)

    def revoke_token(self, request: pb.RevokeTokenRequest) -> pb.RevokeTokenResponse:
        """Revoke a token."""
        self._tokens.revoke(request.name)
        return pb.RevokeTokenResponse()

    def create_ticket(self, _: pb.CreateTicketRequest) -> pb.CreateTicketResponse:
        """Create a ticket for the caller."""
        return ticket(self._tickets.issue(GRANT.get()))
