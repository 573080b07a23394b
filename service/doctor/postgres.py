"""Checks of a database in PostgreSQL."""

from collections.abc import Iterator
from typing import Final

from service.doctor.finding import Finding, ok, warning, wrong
from storage.errors import CannotOpenStore
from storage.migrations import REVISIONS
from storage.urls import without_password

_STORE: Final = "store"


def check_postgres(url: str) -> Iterator[Finding]:
    """Check the database at a URL, and whether its server keeps what it has acknowledged."""
    # Not at the top: its driver is an extra.
    try:
        from storage.postgres_inspection import inspect_postgres  # noqa: PLC0415
    except ModuleNotFoundError:
        yield wrong(_STORE, "PostgreSQL needs packages: pip install 'clearprop-server[postgres]'")
        return
    try:
        found = inspect_postgres(url)
    except CannotOpenStore as error:
        yield wrong(_STORE, f"{error}")
        return
    for name, value in found.durability.items():
        if value == "off":
            lost = "PostgreSQL may lose updates that clients have received"
            yield warning(_STORE, f"{name} is off, so {lost}: set it to on")
    place = f"{without_password(url)} (PostgreSQL {found.version})"
    if found.revision is None:
        yield ok(_STORE, f"{place} is empty: the first server or worker creates the tables")
    elif found.is_migrated:
        yield ok(_STORE, f"{place} has revision {found.revision}")
    else:
        yield warning(
            _STORE,
            f"{place} has revision {found.revision} and is migrated to {REVISIONS[-1]} by the next"
            " server or worker that starts: back it up first, older versions cannot read it then",
        )
