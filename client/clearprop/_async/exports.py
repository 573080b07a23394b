"""A file that the service sends, for asyncio."""

from collections.abc import AsyncIterator
from typing import Self

from clearprop.exports import ExportInfo
from clearprop.v1.training_service_pb2 import ExportNetworkResponse


class AsyncExport(ExportInfo):
    """A file as it comes: `read` it, or iterate over its pieces, once.

    Both raise ClearpropError when it does not come to its end; what came before is of no use then.
    """

    def __init__(
        self, first: ExportNetworkResponse, pieces: AsyncIterator[ExportNetworkResponse]
    ) -> None:
        self._first = first
        self._pieces = pieces
        self._content = self._contents()

    @classmethod
    async def begun(cls, pieces: AsyncIterator[ExportNetworkResponse]) -> Self:
        """Return the file when its first piece has come."""
        return cls(await anext(pieces, ExportNetworkResponse()), pieces)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._content

    async def read(self) -> bytes:
        """Return all of the file that has not been read."""
        return b"".join([piece async for piece in self])

    async def _contents(self) -> AsyncIterator[bytes]:
        yield self._first.content
        async for piece in self._pieces:
            yield piece.content
