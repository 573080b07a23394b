"""Chooses how the callers of a server prove who they are, by its settings."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from service.access.access import Access, JwtGrants
from service.access.client_certificates import ClientCertificates
from service.access.stream_tickets import StreamTickets
from service.access.token_grants import TokenGrants
from service.access.token_reading import TokenReading
from service.background_task import BackgroundTask
from service.client_scopes import parse_scopes
from service.settings import Settings
from service.threads import Threads
from service.use_cases.tokens import Tokens
from training.ports import Clock, Store

if TYPE_CHECKING:
    from service.access.key_set import KeySet


class Authentication:
    """What a server needs to know its callers: `access` is None if it requires no authentication.

    `tasks` run in the background as long as the server does.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        threads: Threads,
    ) -> None:
        grants = TokenGrants(clock, loop)
        self.tokens = Tokens(store, grants, clock, settings.limits)
        self.tickets = StreamTickets(clock)
        reading = TokenReading(grants, self.tokens.all, threads)
        self._reading = [reading] if store.is_shared else []
        self._keys: KeySet | None = None
        jwts = self._jwts(settings, clock, threads)
        certificates = ClientCertificates(parse_scopes(settings.client_scope))
        access = Access(clock, grants, self.tickets, jwts, certificates.principal)
        self.access = access if settings.requires_authentication else None

    def load(self) -> None:
        """Read the tokens and keys, before calls are served.

        Raises DamagedHistory and InvalidKeys.
        """
        self.tokens.load()
        if self._keys is not None:
            self._keys.load()

    @property
    def tasks(self) -> Sequence[BackgroundTask]:
        """The tasks to start."""
        return self._reading if self._keys is None else [*self._reading, self._keys]

    def _jwts(self, settings: Settings, clock: Clock, threads: Threads) -> JwtGrants | None:
        if settings.jwt_issuer is None or settings.jwt_audience is None or not settings.jwt_keys:
            return None
        # Here, not above: few servers need the libraries of JWTs.
        from service.access.jwt_grants import JwtGrants, JwtRules  # noqa: PLC0415
        from service.access.key_set import KeySet  # noqa: PLC0415

        rules = JwtRules(settings.jwt_issuer, settings.jwt_audience, settings.jwt_algorithms)
        self._keys = KeySet(settings.jwt_keys, threads)
        return JwtGrants(rules, self._keys, clock)
