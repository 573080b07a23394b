"""Scopes of client certificates as settings: NAME=SCOPE."""

from collections.abc import Iterable

from training.access import Scope

#: The name that stands for all other names.
OTHERS = "*"

_SCOPES = {scope.value: scope for scope in Scope}


def parse_scopes(texts: Iterable[str]) -> dict[str, Scope]:
    """Return the scopes of texts such as `trainer=train`, by name. Raises ValueError."""
    scopes = {}
    for text in texts:
        name, _, scope = text.rpartition("=")
        if not name or scope not in _SCOPES:
            raise ValueError(
                f"{text!r} is not NAME=SCOPE, with a scope of {', '.join(_SCOPES)}: use the name"
                f" of a certificate, such as trainer=train, or {OTHERS} for all others"
            )
        scopes[name] = _SCOPES[scope]
    return scopes
