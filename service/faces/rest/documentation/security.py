"""Who can make a call, in the OpenAPI document."""

from typing import Any, Final

from training.access import Scope

SCHEMES: Final[dict[str, Any]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `clearprop tokens create`, or a JWT of the issuer that the"
        " server trusts, with the scope that the call requires.",
    },
    "clientCertificate": {
        "type": "mutualTLS",
        "description": "A client certificate whose subject has the scope that the call requires.",
    },
}


def security(scope: Scope) -> list[dict[str, list[str]]]:
    """Return the ways to prove who makes a call; none if the server requires no authentication."""
    return [*({name: [scope.value]} for name in SCHEMES), {}]
