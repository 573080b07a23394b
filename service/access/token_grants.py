"""The grants of all tokens, in memory: a call needs no read of the store."""

import asyncio
from collections.abc import Iterable
from hmac import compare_digest

from service.access.grant import Grant
from service.access.principal import Principal
from service.access.secret import digest_of, is_well_formed
from training.access import Token
from training.errors import Unauthenticated
from training.ports import Clock

#: The bytes of a digest by which it is found; all of it is then compared in constant time.
_START = 8


class TokenGrants:
    """The grants of tokens, for one event loop; `add` and `remove` are thread-safe."""

    def __init__(self, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        self._clock = clock
        self._loop = loop
        self._digests: dict[str, bytes] = {}  # by name
        self._grants: dict[bytes, tuple[bytes, Grant]] = {}  # by the start of the digest
        #: How often a token was added or removed here. Changed in the event loop only.
        self.changes = 0

    def load(self, tokens: Iterable[Token]) -> None:
        """Accept the tokens that are stored, and no others any more.

        Before calls are served, or in the event loop.
        """
        stored = {token.name: token for token in tokens}
        for name, digest in list(self._digests.items()):
            if name not in stored or stored[name].digest != digest:
                self._remove(name)
        for token in stored.values():
            if token.name not in self._digests:
                self._add(token)

    def add(self, token: Token) -> None:
        """Accept a new token from now on."""
        self._loop.call_soon_threadsafe(self._add, token)

    def remove(self, name: str) -> None:
        """Accept a token no more, and end the streams that depend on it."""
        self._loop.call_soon_threadsafe(self._remove, name)

    def grant(self, secret: str) -> Grant:
        """Return the grant of a token. Raises Unauthenticated."""
        digest = digest_of(secret)
        known, grant = self._grants.get(digest[:_START], (b"", None))
        if grant is None or not compare_digest(known, digest):
            if not is_well_formed(secret):  # checked last, because it takes longest
                raise Unauthenticated("the token is incomplete or mistyped: send it unchanged")
            raise Unauthenticated(
                "the token is unknown, or was revoked: ask the operator for a new one"
            )
        if grant.has_ended:
            raise Unauthenticated("the token has expired: ask the operator for a new one")
        return grant

    def _add(self, token: Token) -> None:
        self.changes += 1
        principal = Principal(f"token:{token.name}", token.scope)
        self._digests[token.name] = token.digest
        grant = Grant(principal, self._clock, token.expire_time)
        self._grants[token.digest[:_START]] = token.digest, grant

    def _remove(self, name: str) -> None:
        self.changes += 1
        digest = self._digests.pop(name, None)
        if digest is not None:
            _, grant = self._grants.pop(digest[:_START])
            grant.revoke()
