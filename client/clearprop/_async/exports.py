"""An exported file, for asyncio."""

from collections.abc import AsyncIterator
from typing import Self

from clearprop.exports import ExportInfo
from clearprop.v1.training_service_pb2 import ExportNetworkResponse


class AsyncExport(ExportInfo):
    """An exported file: `read` it, or iterate over its chunks, once.

    Both raise ClearpropError if the transfer fails; discard the chunks received until then.
    """

    def __init__(
        self, first: ExportNetworkResponse, chunks: AsyncIterator[ExportNetworkResponse]
    ) -> None:
        self._first = first
        self._chunks = chunks
        self._content = self._contents()

    @classmethod
    async def begun(cls, chunks: AsyncIterator[ExportNetworkResponse]) -> Self:
        """Return the file after its first chunk has arrived."""
        return cls(await anext(chunks, ExportNetworkResponse()), chunks)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._content

    async def read(self) -> bytes:
        """Return the rest of the file."""
        return b"".join([chunk async for chunk in self])

    async def _contents(self) -> AsyncIterator[bytes]:
        yield self._first.content
        async for chunk in self._chunks:
            yield chunk.content
