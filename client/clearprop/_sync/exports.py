# Generated from clearprop/_async/exports.py by `make client`: change that file.
"""A file that the service sends."""

from collections.abc import Iterator
from typing import Self

from clearprop.exports import ExportInfo
from clearprop.v1.training_service_pb2 import ExportNetworkResponse


class Export(ExportInfo):
    """A file as it comes: `read` it, or iterate over its pieces, once.

    Both raise ClearpropError when it does not come to its end; what came before is of no use then.
    """

    def __init__(
        self, first: ExportNetworkResponse, pieces: Iterator[ExportNetworkResponse]
    ) -> None:
        self._first = first
        self._pieces = pieces
        self._content = self._contents()

    @classmethod
    def begun(cls, pieces: Iterator[ExportNetworkResponse]) -> Self:
        """Return the file when its first piece has come."""
        return cls(next(pieces, ExportNetworkResponse()), pieces)

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def read(self) -> bytes:
        """Return all of the file that has not been read."""
        return b"".join([piece for piece in self])

    def _contents(self) -> Iterator[bytes]:
        yield self._first.content
        for piece in self._pieces:
            yield piece.content
