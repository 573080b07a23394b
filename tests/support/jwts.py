"""The content of JSON Web Tokens for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

ISSUER, AUDIENCE = "https://issuer.example", "clearprop"


def claims(scope: object, **changed: Any) -> dict[str, Any]:
    """Return the claims of a valid token, or others; None leaves one out."""
    content = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "exp": datetime.now(UTC) + timedelta(hours=1),
        "scope": scope,
        **changed,
    }
    return {name: value for name, value in content.items() if value is not None}
