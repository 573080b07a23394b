"""URLs of databases."""

from pathlib import Path

_SQLITE = "sqlite:///"

#: The URL of a store in memory.
MEMORY = "memory:"


def database_path(url: str) -> Path | None:
    """Return the file of `sqlite:///relative/path` or `sqlite:////absolute/path`.

    None for `memory:`. Raises ValueError for another URL.
    """
    if url == MEMORY:
        return None
    path = url.removeprefix(_SQLITE)
    if path in (url, "", ":memory:") or "?" in path:
        raise ValueError(
            f"{url!r} is not a database URL: use sqlite:///relative/path, sqlite:////absolute/path,"
            " or memory: to store data only in memory"
        )
    return Path(path)
