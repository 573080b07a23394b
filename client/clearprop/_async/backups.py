"""A copy of the store, for asyncio."""

import hashlib
from collections.abc import AsyncIterator
from typing import Self

from clearprop.backups import BackupInfo, check_complete
from clearprop.v1.training_service_pb2 import BackUpStoreResponse


class AsyncBackup(BackupInfo):
    """A copy of the store: iterate over its chunks, once.

    This raises ClearpropError if the transfer fails, or if the file does not have its size and
    SHA-256 at the end; discard the chunks received until then.
    """

    def __init__(
        self, first: BackUpStoreResponse, chunks: AsyncIterator[BackUpStoreResponse]
    ) -> None:
        self._first = first
        self._chunks = chunks
        self._content = self._contents()

    @classmethod
    async def begun(cls, chunks: AsyncIterator[BackUpStoreResponse]) -> Self:
        """Return the copy after its first chunk has arrived."""
        return cls(await anext(chunks, BackUpStoreResponse()), chunks)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._content

    async def _contents(self) -> AsyncIterator[bytes]:
        content = self._first.content
        digest, size = hashlib.sha256(content), len(content)
        yield content
        async for chunk in self._chunks:
            digest.update(chunk.content)
            size += len(chunk.content)
            yield chunk.content
        check_complete(self._first, size, digest.hexdigest())
