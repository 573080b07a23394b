"""Use case: back up the store while it is used."""

import hashlib
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import BinaryIO
from weakref import finalize

from training.cancellation import check_cancelled
from training.errors import TooManyCalls
from training.ports import Clock, Store

#: The maximum size of a chunk of a backup, in bytes.
CHUNK_BYTES = 2**20

MEDIA_TYPE = "application/vnd.sqlite3"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the store: a suitable name, its size, its SHA-256, and its content.

    Close the chunks at the end of the call.
    """

    file_name: str
    size_bytes: int
    sha256: str
    chunks: "Chunks"


class Backups:
    """Backs up the store, once at a time: each copy takes room on the disk until it is sent."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._only = Lock()

    def back_up(self) -> Backup:
        """Copy the store, and return the copy.

        Raises NoFileToCopy, TooManyCalls, StoreFull, StoreUnavailable.
        """
        if not self._only.acquire(blocking=False):
            raise TooManyCalls("another backup is being copied or sent: try again later")
        try:
            file = self._store.copy(partial(copy_context().run, check_cancelled)).result()
        except BaseException:
            self._only.release()
            raise
        chunks = Chunks(file, self._only.release)
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in _chunks(file):
                digest.update(chunk)
                size += len(chunk)
        except BaseException:
            chunks.close()
            raise
        name = f"clearprop-{self._clock.now():%Y%m%dT%H%M%SZ}.db"
        return Backup(name, size, digest.hexdigest(), chunks)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a file from its beginning."""
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        check_cancelled()
        yield chunk


class Chunks(Iterator[bytes]):
    """The content of a file in chunks; `close` removes the file."""

    def __init__(self, file: BinaryIO, release: Callable[[], None]) -> None:
        self._content = _chunks(file)
        # At the latest when nothing refers to this any more.
        self.close = finalize(self, _close, file, release)

    def __next__(self) -> bytes:
        try:
            return next(self._content)
        except BaseException:
            self.close()
            raise


def _close(file: BinaryIO, release: Callable[[], None]) -> None:
    file.close()
    release()
