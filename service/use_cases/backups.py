"""Use case: back up the store while it is used."""

import hashlib
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from training.cancellation import check_cancelled
from training.ports import Clock, Store

#: The maximum size of a chunk of a backup, in bytes.
CHUNK_BYTES = 2**20

MEDIA_TYPE = "application/vnd.sqlite3"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the store: a suitable name, its size, its SHA-256, and its content in chunks."""

    file_name: str
    size_bytes: int
    sha256: str
    chunks: Iterator[bytes]


class Backups:
    """Backs up the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def back_up(self) -> Backup:
        """Copy the store, and return the copy.

        Raises NoFileToCopy, TooManyCalls, StoreFull, StoreUnavailable.
        """
        check = partial(copy_context().run, check_cancelled)
        file = self._store.copy(check).result()
        try:
            time = self._clock.now()
            digest, size = hashlib.sha256(), 0
            for chunk in _chunks(file):
                digest.update(chunk)
                size += len(chunk)
        except BaseException:
            file.close()
            raise
        name = f"clearprop-{time:%Y%m%dT%H%M%SZ}.db"
        return Backup(name, size, digest.hexdigest(), _read_once(file))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a file from its beginning."""
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        check_cancelled()
        yield chunk


def _read_once(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from _chunks(file)
