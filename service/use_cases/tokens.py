"""Use cases of tokens: create, list, revoke."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from service.access.secret import digest_of, new_secret
from service.access.token_grants import TokenGrants
from training.access import Scope, Token
from training.audit import AuditEntry
from training.errors import LimitExceeded, TokenNotFound, Violation, validating
from training.identifiers import check_id
from training.limits import Limits
from training.ports import Clock, Store, Writer

#: The longest lifetime of a token.
_LONGEST = timedelta(days=3653)

#: The name of the token of the command `admin-token`.
_ADMIN = "admin"

#: The principal of that command in the audit log.
_COMMAND = "command:admin-token"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A created token and its secret, which is not stored."""

    token: Token
    secret: str


class Tokens:
    """Operations on tokens."""

    def __init__(self, store: Store, grants: TokenGrants, clock: Clock, limits: Limits) -> None:
        self._store = store
        self._grants = grants
        self._clock = clock
        self._limits = limits

    def load(self) -> None:
        """Accept all stored tokens; called before calls are served. Raises DamagedHistory."""
        self._grants.load(self.all())

    def all(self) -> list[Token]:
        """Return all tokens. Raises DamagedHistory."""
        return self.page("", self._limits.tokens)

    def create(
        self, name: str, scope: Scope, seconds: int, unknown: tuple[Violation, ...] = ()
    ) -> NewToken:
        """Create a token that expires after some seconds, or never after 0.

        Raises InvalidFields, LimitExceeded, TokenExists, StoreFull.
        """
        longest = int(_LONGEST.total_seconds())
        with validating(unknown) as violations:
            check_id(violations, "name", name)
            violations.require(
                0 <= seconds <= longest,
                "lifetime_seconds",
                f"must be 1 to {longest}, or 0 for a token that does not expire",
            )
        secret, now = new_secret(), self._clock.now()
        expires = now + timedelta(seconds=seconds) if seconds else None
        token = Token(name, scope, digest_of(secret), now, expires)
        self._store.commit(lambda writer: self._add(writer, token))
        self._grants.add(token)
        return NewToken(token, secret)

    def page(self, after: str, limit: int) -> list[Token]:
        """Return up to `limit` tokens with names greater than `after`, ordered by name."""
        with self._store.read() as reader:
            return reader.tokens(after, limit)

    def revoke(self, name: str) -> None:
        """Revoke a token: its calls fail, and its streams end. Raises TokenNotFound."""
        self._store.commit(lambda writer: writer.delete_token(name))
        self._grants.remove(name)

    def _add(self, writer: Writer, token: Token) -> None:
        most = self._limits.tokens
        if len(writer.tokens("", most)) >= most:
            raise LimitExceeded(
                f"the limit of {most} tokens is reached: revoke one first",
                limit="tokens",
                value=most,
            )
        writer.add_token(token)


def replace_admin_token(store: Store, clock: Clock, *, is_audited: bool) -> str:
    """Store a token with the scope admin in place of an earlier one; return its secret.

    For a store that no server uses. `is_audited`: also write it into the audit log.
    """
    secret, now = new_secret(), clock.now()
    token = Token(_ADMIN, Scope.ADMIN, digest_of(secret), now)
    entry = AuditEntry(0, now, now, 1, _COMMAND, "", "CreateToken", _ADMIN, 0, "", "OK")

    def replace(writer: Writer) -> None:
        with suppress(TokenNotFound):
            writer.delete_token(_ADMIN)
        writer.add_token(token)
        if is_audited:
            writer.record(entry)

    store.commit(replace)
    return secret
