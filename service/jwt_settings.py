"""Checks of the settings of JWTs."""

#: Algorithms with a public key. Secrets that both sides share are not supported: a server that
#: verifies tokens should not be able to issue them.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)


def check_algorithms(algorithms: tuple[str, ...]) -> None:
    """Raise ValueError for an algorithm that is not supported."""
    for each in algorithms:
        if each not in ALGORITHMS:
            raise ValueError(f"{each!r} is not supported: use one of {', '.join(ALGORITHMS)}")


def check_keys(source: str) -> None:
    """Raise ValueError for keys that somebody else could replace on their way."""
    if source.startswith("http://"):
        raise ValueError("keys from an http:// URL could be forged: use https://, or a file")


def check_completeness(issuer: str | None, audience: str | None, keys: str | None) -> None:
    """Raise ValueError if only some of the settings that belong together are set."""
    if len({setting is None for setting in (issuer, audience, keys)}) > 1:
        raise ValueError("JWTs need all of --jwt-issuer, --jwt-audience and --jwt-keys")
