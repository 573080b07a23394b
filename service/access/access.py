"""The policy of access: whether a caller may make a call. Every face asks it first."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from service.access.grant import Grant
from service.access.principal import Principal
from service.access.secret import PREFIX
from service.access.stream_tickets import StreamTickets
from service.access.token_grants import TokenGrants
from training.access import Scope
from training.errors import ScopeRequired, Unauthenticated
from training.ports import Clock

_SCHEME = "bearer"

#: The valid headers that are remembered. gRPC remembers them, too, for each connection.
_MOST_VERIFIED = 1_000


class Credentials(NamedTuple):
    """What a caller has sent to prove who it is.

    `authorization` are the values of the header of this name, `certificate` is the client
    certificate of the connection, and `ticket` is that of a stream; empty if there is none.
    """

    authorization: Sequence[str] = ()
    certificate: bytes = b""
    ticket: str = ""


class JwtGrants(Protocol):
    """Verifies JSON Web Tokens."""

    def grant(self, token: str) -> Grant:
        """Return the grant of a JWT. Raises Unauthenticated."""


class Access:
    """Verifies credentials and compares scopes; for one event loop.

    `jwts` is None if JWTs are not accepted. `principal_of` returns the principal of a client
    certificate, None if it has no name.
    """

    def __init__(
        self,
        clock: Clock,
        tokens: TokenGrants,
        tickets: StreamTickets,
        jwts: JwtGrants | None,
        principal_of: Callable[[bytes], Principal | None],
    ) -> None:
        self._clock = clock
        self._tokens = tokens
        self._tickets = tickets
        self._jwts = jwts
        self._principal_of = principal_of
        # The grants of valid headers: verifying a token again costs more than the smallest call.
        self._verified: dict[str, Grant] = {}  # oldest first

    def admit(self, credentials: Credentials, scope: Scope) -> Grant:
        """Return the grant of a caller that has a scope.

        Nothing is read for it, so the error does not depend on what exists. Raises Unauthenticated
        and ScopeRequired.
        """
        # Most calls send a header that was valid before, and many take little longer than this.
        values = credentials.authorization
        grant = self._verified.get(values[0]) if len(values) == 1 else None
        if grant is None or grant.has_ended:
            grant = self._proved(credentials, scope)
        if not grant.principal.scope.includes(scope):
            raise ScopeRequired(
                f"this call requires the scope {scope.value}, and {grant.principal.name} has the"
                f" scope {grant.principal.scope.value}: ask the operator for another token",
                scope=scope.value,
            )
        return grant

    def _proved(self, credentials: Credentials, scope: Scope) -> Grant:
        # A token takes precedence over a certificate, which may be that of a proxy.
        if credentials.authorization:
            return self._remembered(credentials.authorization)
        if credentials.ticket:
            if scope is not Scope.READ:
                raise ScopeRequired(
                    f"this call requires the scope {scope.value}, and tickets have the scope read:"
                    " send the header `authorization: Bearer TOKEN`",
                    scope=scope.value,
                )
            return self._tickets.redeem(credentials.ticket)
        if credentials.certificate:
            principal = self._principal_of(credentials.certificate)
            if principal is None:
                raise Unauthenticated(
                    "the client certificate has no name: use one with a common name, or with an"
                    " alternative name"
                )
            return Grant(principal, self._clock)
        raise Unauthenticated(
            "credentials are required: send the header `authorization: Bearer TOKEN`"
        )

    def _remembered(self, values: Sequence[str]) -> Grant:
        grant = self._of_header(values)
        while len(self._verified) >= _MOST_VERIFIED:
            del self._verified[next(iter(self._verified))]
        self._verified[values[0]] = grant
        return grant

    def _of_header(self, values: Sequence[str]) -> Grant:
        scheme, _, token = values[0].partition(" ")
        if len(values) > 1 or scheme.lower() != _SCHEME or not token:
            raise Unauthenticated(
                "the header authorization is not valid: send it once, as `Bearer TOKEN`"
            )
        if self._jwts is not None and not token.startswith(PREFIX):
            return self._jwts.grant(token)
        return self._tokens.grant(token.strip())
