# Generated from clearprop/_async/exports.py by `make client`: change that file.
"""An exported file."""

from collections.abc import Iterator
from typing import Self

from clearprop.exports import ExportInfo
from clearprop.v1.training_service_pb2 import ExportNetworkResponse


class Export(ExportInfo):
    """An exported file: `read` it, or iterate over its chunks, once.

    Both raise ClearpropError if the transfer fails; discard the chunks received until then.
    """

    def __init__(
        self, first: ExportNetworkResponse, chunks: Iterator[ExportNetworkResponse]
    ) -> None:
        self._first = first
        self._chunks = chunks
        self._content = self._contents()

    @classmethod
    def begun(cls, chunks: Iterator[ExportNetworkResponse]) -> Self:
        """Return the file after its first chunk has arrived."""
        return cls(next(chunks, ExportNetworkResponse()), chunks)

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def read(self) -> bytes:
        """Return the rest of the file."""
        return b"".join([chunk for chunk in self])

    def _contents(self) -> Iterator[bytes]:
        yield self._first.content
        for chunk in self._chunks:
            yield chunk.content
