"""Backups of the store as files."""

from collections.abc import Iterator

from clearprop.v1 import training_service_pb2 as pb

from service.use_cases.backups import MEDIA_TYPE, Backup


def backup(source: Backup) -> Iterator[pb.BackUpStoreResponse]:
    """Convert a backup chunk by chunk; the first response describes the file."""
    first = pb.BackUpStoreResponse(
        file_name=source.file_name,
        media_type=MEDIA_TYPE,
        size_bytes=source.size_bytes,
        sha256=source.sha256,
    )
    for chunk in source.chunks:
        response, first = first, pb.BackUpStoreResponse()
        response.content = chunk
        yield response
