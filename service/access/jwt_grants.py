"""The grants of JSON Web Tokens of an issuer that the operator trusts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from weakref import WeakSet

import jwt

from service.access.grant import Grant
from service.access.key_set import KeySet
from service.access.principal import Principal
from training.access import Scope
from training.errors import Unauthenticated
from training.ports import Clock

#: The prefix of the words in the claim `scope` that are for Clearprop.
_PREFIX = "clearprop:"

#: The tolerated difference between the clocks of the issuer and the server, in seconds.
_LEEWAY_SECONDS = 10

_LONGEST_NAME = 200


_REASONS = {
    jwt.InvalidIssuerError: "it is of another issuer",
    jwt.InvalidAudienceError: "it is for another audience",
    jwt.ImmatureSignatureError: "it is not valid yet",
    jwt.InvalidAlgorithmError: "its algorithm is not allowed",
    jwt.InvalidSignatureError: "its signature is wrong",
    jwt.exceptions.InvalidSubjectError: "its claim `sub` is not a name",
}


@dataclass(frozen=True, slots=True)
class JwtRules:
    """What a JWT must contain: who issued it, for whom, and how it is signed."""

    issuer: str
    audience: str
    algorithms: Sequence[str]


class JwtGrants:
    """Verifies JWTs, and ends their grants with their keys; for one event loop."""

    def __init__(self, rules: JwtRules, keys: KeySet, clock: Clock) -> None:
        self._rules = rules
        self._keys = keys
        self._clock = clock
        #: The grants that somebody still uses, by the ids of their keys.
        self._grants: defaultdict[str | None, WeakSet[Grant]] = defaultdict(WeakSet)
        keys.on_removal = self._end

    def grant(self, token: str) -> Grant:
        """Return a new grant of a JWT. Raises Unauthenticated."""
        key_id, grant = self._verified(token)
        if grant.has_ended:
            raise Unauthenticated("the token has expired: get a new one from its issuer")
        self._grants[key_id].add(grant)
        return grant

    def _end(self, key_ids: set[str | None]) -> None:
        """End the grants of tokens that are signed with these keys."""
        for key_id in key_ids:
            for grant in [*self._grants.pop(key_id, ())]:
                grant.revoke()

    def _verified(self, token: str) -> tuple[str | None, Grant]:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = self._keys.key(key_id)
            if key is None:
                raise Unauthenticated("the token is not signed with a known key of its issuer")
            claims: dict[str, Any] = jwt.decode(
                token,
                key.verifying,
                algorithms=self._rules.algorithms,
                issuer=self._rules.issuer,
                audience=self._rules.audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired: get a new one from its issuer") from None
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"the token is not valid: {_reason(error)}") from None
        return key.key_id, Grant(_principal(claims), self._clock, _end(claims))


def _end(claims: dict[str, Any]) -> datetime | None:
    """Return the time at which a token ends; None if that is after the year 9999."""
    try:
        return datetime.fromtimestamp(int(claims["exp"]) + _LEEWAY_SECONDS, UTC)
    except (OverflowError, ValueError):
        return None


def _principal(claims: dict[str, Any]) -> Principal:
    name, words = claims["sub"], claims.get("scope", "")
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise Unauthenticated("the claim `sub` of the token is not a name")
    held = words.split() if isinstance(words, str) else []
    scopes = [scope for scope in Scope if _PREFIX + scope.value in held]
    if not scopes:
        known = ", ".join(_PREFIX + scope.value for scope in Scope)
        raise Unauthenticated(f"the claim `scope` of the token has none of {known}")
    return Principal(f"jwt:{name}", scopes[-1])


def _reason(error: jwt.PyJWTError) -> str:
    """Return what is wrong, for people, without the content of the token."""
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"its claim `{error.claim}` is missing"
    return next(
        (reason for kind, reason in _REASONS.items() if isinstance(error, kind)),
        "it is not a JSON Web Token",
    )
