"""A replica accepts the tokens that are stored, whichever replica created or revoked them."""

import asyncio
from datetime import timedelta

import pytest
from histories import NOW

from service.access.secret import digest_of, new_secret
from service.access.token_grants import TokenGrants
from service.access.token_reading import TokenReading
from service.clock import SystemClock
from service.threads import Threads
from training.access import Scope, Token
from training.errors import Unauthenticated

SECRETS = {name: new_secret() for name in ("first", "second")}
FIRST, SECOND = (
    Token(name, Scope.READ, digest_of(secret), NOW, None) for name, secret in SECRETS.items()
)


class Reading:
    """Tokens as another replica leaves them, and the grants of this one."""

    def __init__(self) -> None:
        self.stored: list[Token] = []
        self.grants = TokenGrants(SystemClock(), asyncio.get_running_loop())
        self.threads = Threads(1, "test")
        self.reading = TokenReading(self.grants, self.read, self.threads)

    def read(self) -> list[Token]:
        return list(self.stored)

    async def accepted(self) -> set[str]:
        await self.reading.read_again()
        return {name for name in SECRETS if self.accepts(name)}

    def accepts(self, name: str) -> bool:
        try:
            self.grants.grant(SECRETS[name])
        except Unauthenticated:
            return False
        return True


async def test_what_another_replica_stores_is_accepted_and_what_it_deletes_is_not() -> None:
    here = Reading()
    assert await here.accepted() == set()
    here.stored = [FIRST, SECOND]
    assert await here.accepted() == {"first", "second"}
    grant = here.grants.grant(SECRETS["first"])
    here.stored = [SECOND]
    assert await here.accepted() == {"second"}
    with pytest.raises(Unauthenticated):
        grant.check()


async def test_another_token_with_the_same_name_replaces_it() -> None:
    here = Reading()
    here.stored = [FIRST]
    assert await here.accepted() == {"first"}
    later = Token("first", Scope.ADMIN, SECOND.digest, NOW + timedelta(1), None)
    here.stored = [later]
    assert await here.accepted() == {"second"}


async def test_what_is_revoked_here_while_tokens_are_read_is_not_accepted_again() -> None:
    here = Reading()
    here.stored = [FIRST]
    assert await here.accepted() == {"first"}
    read = here.read

    def revoked_meanwhile() -> list[Token]:
        tokens = read()
        here.stored = []
        here.grants.remove("first")
        return tokens

    here.reading = TokenReading(here.grants, revoked_meanwhile, here.threads)
    await here.reading.read_again()
    assert not here.accepts("first")
