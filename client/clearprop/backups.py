"""A copy of the store: its name, size and checksum."""

import grpc

from clearprop.errors import ClearpropError
from clearprop.v1.training_service_pb2 import BackUpStoreResponse


class BackupInfo:
    """The name, size and checksum of a copy of the store."""

    _first: BackUpStoreResponse

    @property
    def file_name(self) -> str:
        """The suggested name, such as `clearprop-20260102T030405Z.db`."""
        return self._first.file_name

    @property
    def size_bytes(self) -> int:
        """The size in bytes."""
        return self._first.size_bytes

    @property
    def sha256(self) -> str:
        """The SHA-256, as 64 hexadecimal digits."""
        return self._first.sha256

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.file_name}>"


def check_complete(first: BackUpStoreResponse, size: int, sha256: str) -> None:
    """Raise ClearpropError if a file does not have the size and SHA-256 of its first message."""
    if (size, sha256) != (first.size_bytes, first.sha256):
        raise ClearpropError(
            grpc.StatusCode.DATA_LOSS,
            "the backup was damaged on its way: back up again",
        )
