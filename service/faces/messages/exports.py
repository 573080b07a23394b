"""Exports of networks as files."""

from collections.abc import Iterator

from clearprop.v1 import training_service_pb2

from service.faces.messages.enums import EnumTable, one_of
from service.use_cases.exports import Export, ExportFormat
from training.errors import validating

_FORMATS = EnumTable(
    training_service_pb2.ExportFormat, ExportFormat, ExportFormat.JSON, one_of(ExportFormat)
)


def export_format(request: training_service_pb2.ExportNetworkRequest) -> ExportFormat:
    """Convert the format of a file. Raises InvalidFields if it is unknown."""
    with validating() as violations:
        return _FORMATS.read(violations, "format", request.format)


def export(source: Export) -> Iterator[training_service_pb2.ExportNetworkResponse]:
    """Convert a file chunk by chunk; the first response has its name and type."""
    file_name, media_type = source.file_name, source.media_type
    for chunk in source.chunks:
        yield training_service_pb2.ExportNetworkResponse(
            file_name=file_name, media_type=media_type, content=chunk
        )
        file_name = media_type = ""
