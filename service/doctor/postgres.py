"""Checks of a database in PostgreSQL."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from service.doctor.finding import Finding, ok, warning, wrong
from storage.errors import CannotOpenStore
from storage.migrations import REVISIONS
from storage.urls import without_password

if TYPE_CHECKING:
    from storage.postgres_inspection import InspectedPostgres

_STORE: Final = "store"
_LOST: Final = "updates that clients have received"


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
    yield from _check_durability(found)
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


def _check_durability(found: "InspectedPostgres") -> Iterator[Finding]:
    for name, value in found.durability.items():
        if value == "off":
            yield warning(_STORE, f"{name} is off, so PostgreSQL may lose {_LOST}: set it to on")
    waits = found.durability["synchronous_commit"] not in ("off", "local")
    if found.synchronous_standbys and not waits:
        yield warning(
            _STORE,
            "synchronous_commit is off or local, so commits do not wait for the standbys in"
            f" synchronous_standby_names, and a failover may lose {_LOST}: set it to on",
        )
    elif found.standbys and not found.synchronous_standbys:
        has = "a standby is" if found.standbys == 1 else f"{found.standbys} standbys are"
        yield warning(
            _STORE,
            f"{has} connected, and commits wait for none, so a failover may lose {_LOST}: set"
            " synchronous_standby_names, for example to ANY 1 (*)",
        )
