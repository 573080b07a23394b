"""A file that the service sends: a network, or its history."""

from collections.abc import Iterator

from clearprop.v1.training_service_pb2 import ExportNetworkResponse


class ExportInfo:
    """What a file is that the service sends."""

    _first: ExportNetworkResponse

    @property
    def file_name(self) -> str:
        """What to call the file, such as `first-update-500.json`."""
        return self._first.file_name

    @property
    def media_type(self) -> str:
        """The type of the file, such as `application/json`."""
        return self._first.media_type

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.file_name}>"


class Export(ExportInfo):
    """A file as it comes: `read` it, or iterate over its pieces, once.

    Both raise ClearpropError when it does not come to its end; what came before is of no use then.
    """

    def __init__(self, pieces: Iterator[ExportNetworkResponse]) -> None:
        self._first = next(pieces, ExportNetworkResponse())
        self._pieces = pieces
        self._content = self._contents()

    def __iter__(self) -> Iterator[bytes]:
        return self._content

    def read(self) -> bytes:
        """Return all of the file that has not been read."""
        return b"".join(self)

    def _contents(self) -> Iterator[bytes]:
        yield self._first.content
        for piece in self._pieces:
            yield piece.content
