"""Checks of the database and its disk."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from service.doctor.finding import Finding, ok, warning, wrong
from service.doctor.postgres import check_postgres
from storage.errors import CannotOpenStore, DamagedDatabase, DatabaseInUse
from storage.migrations import REVISIONS
from storage.urls import database_path, is_postgres
from storage.verifying import verify_stopped
from training.limits import Limits

_STORE, _DISK = "store", "disk"

#: A disk has room for this many days or so if a run trains all the time.
_LITTLE_BYTES = 2 * 2**30


def check_store(url: str, limits: Limits) -> Iterator[Finding]:
    """Check the database of these settings, and its disk."""
    if is_postgres(url):
        yield from check_postgres(url)
        return
    try:
        path = database_path(url)
    except ValueError as error:
        yield wrong(_STORE, f"{error}")
        return
    if path is None:
        yield warning(_STORE, "all data is only in memory: it is lost when the server stops")
        return
    folder = _existing(path.resolve().parent)
    if not os.access(folder, os.W_OK):
        yield wrong(_STORE, f"the folder {folder} is not writable: change its owner, or --database")
    elif not path.exists():
        yield ok(_STORE, f"{path} does not exist and is created when the server starts")
    else:
        yield from _check_database(path)
    yield _check_disk(folder, limits)


def _check_database(path: Path) -> Iterator[Finding]:
    try:
        found = verify_stopped(path)
    except DatabaseInUse:
        yield ok(_STORE, f"{path} is used by a server: `clearprop backup` verifies a copy of it")
    except (CannotOpenStore, DamagedDatabase) as error:
        yield wrong(_STORE, f"{error}")
    except OSError as error:
        yield wrong(_STORE, f"{path} cannot be read: {error.strerror}")
    else:
        if found.updates is None:
            yield warning(
                _STORE,
                f"{path} has revision {found.revision} and is migrated to {REVISIONS[-1]} when the"
                " server starts: back it up first, older versions cannot read it afterwards",
            )
        else:
            yield ok(
                _STORE,
                f"{path} has {found.networks:,} networks and {found.updates:,} updates, verified;"
                f" revision {found.revision}",
            )
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield warning(_STORE, f"other users of this machine can read {path}: chmod 600 {path}*")


def _check_disk(folder: Path, limits: Limits) -> Finding:
    disk = shutil.disk_usage(folder)
    kept = min(limits.free_bytes, disk.total // 10)
    text = f"{disk.free / 2**30:,.1f} GiB of the disk of {folder} are free"
    if disk.free <= kept:
        return wrong(_DISK, f"{text}, and {kept / 2**30:,.1f} GiB must stay free: free space on it")
    if disk.free - kept < _LITTLE_BYTES:
        return warning(_DISK, f"{text}: free space on it, or set the limit store_bytes")
    return ok(_DISK, text)


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())
