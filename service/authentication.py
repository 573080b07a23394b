"""Chooses how the callers of a server prove who they are, by its settings."""

from service.access.access import Access
from service.access.client_certificates import ClientCertificates
from service.access.stream_tickets import StreamTickets
from service.access.token_grants import TokenGrants
from service.client_scopes import parse_scopes
from service.settings import Settings
from training.ports import Clock


def access_of(
    settings: Settings, clock: Clock, tokens: TokenGrants, tickets: StreamTickets
) -> Access | None:
    """Return the policy of access; None if no authentication is required."""
    if not settings.requires_authentication:
        return None
    certificates = ClientCertificates(parse_scopes(settings.client_scope))
    return Access(clock, tokens, tickets, None, certificates.principal)
