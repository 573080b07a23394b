# Generated from clearprop/_async/backups.py by `make client`: change that file.
"""A copy of the store."""

import hashlib
from collections.abc import Iterator
from typing import Self

from clearprop.backups import BackupInfo, check_complete
from clearprop.v1.training_service_pb2 import BackUpStoreResponse


class Backup(BackupInfo):
    """A copy of the store: iterate over its chunks, once.

    This raises ClearpropError if the transfer fails, or if the file does not have its size and
    SHA-256 at the end; discard the chunks received until then.
    """

    def __init__(self, first: BackUpStoreResponse, chunks: Iterator[BackUpStoreResponse]) -> None:
        self._first = first
        self._chunks = chunks
        self._content = self._contents()

    @classmethod
    def begun(cls, chunks: Iterator[BackUpStoreResponse]) -> Self:
        """Return the copy after its first chunk has arrived."""
        return cls(next(chunks, BackUpStoreResponse()), chunks)

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def _contents(self) -> Iterator[bytes]:
        content = self._first.content
        digest, size = hashlib.sha256(content), len(content)
        yield content
        for chunk in self._chunks:
            digest.update(chunk.content)
            size += len(chunk.content)
            yield chunk.content
        check_complete(self._first, size, digest.hexdigest())
