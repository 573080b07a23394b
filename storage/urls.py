"""URLs of databases."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")

#: The URL of a store in memory.
MEMORY = "memory:"

#: What is shown in place of a password.
_HIDDEN = "***"


def is_postgres(url: str) -> bool:
    """Return whether a URL is that of a database in PostgreSQL."""
    return url.startswith(_POSTGRES)


def database_path(url: str) -> Path | None:
    """Return the file of `sqlite:///relative/path` or `sqlite:////absolute/path`.

    None for `memory:`. Raises ValueError for another URL, without its password.
    """
    if url == MEMORY:
        return None
    path = url.removeprefix(_SQLITE)
    if path in (url, "", ":memory:") or "?" in path:
        raise ValueError(
            f"{without_password(url)!r} is not a database URL: use sqlite:///relative/path,"
            " sqlite:////absolute/path, postgresql://USER@HOST/DATABASE, or memory: to store data"
            " only in memory"
        )
    return Path(path)


def without_password(url: str) -> str:
    """Return a URL as it can be shown: with *** in place of the password.

    All that follows the scheme is hidden if the URL has no clear parts.
    """
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query)
    except ValueError:
        return f"{url.partition('://')[0]}://{_HIDDEN}"
    if not parts.netloc:
        return url
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    shown = parts._replace(
        netloc=f"{name}{colon}{_HIDDEN if colon else ''}{at}{host}",
        # Values that are hidden have no other use in a message.
        query="&".join(f"{key}={_HIDDEN if 'pass' in key else value}" for key, value in query),
    )
    return shown.geturl()
