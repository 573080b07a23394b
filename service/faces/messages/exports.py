"""Files of networks."""

from collections.abc import Iterator

from clearprop.v1 import training_service_pb2

from service.use_cases.exports import Export, ExportFormat

_FORMATS = {
    training_service_pb2.EXPORT_FORMAT_UNSPECIFIED: ExportFormat.JSON,
    training_service_pb2.EXPORT_FORMAT_JSON: ExportFormat.JSON,
    training_service_pb2.EXPORT_FORMAT_NPZ: ExportFormat.NPZ,
    training_service_pb2.EXPORT_FORMAT_ONNX: ExportFormat.ONNX,
    training_service_pb2.EXPORT_FORMAT_CSV: ExportFormat.CSV,
}


def export_format(number: training_service_pb2.ExportFormat.ValueType) -> ExportFormat | None:
    """Translate a format; None for one that is not known."""
    return _FORMATS.get(number)


def export(source: Export) -> Iterator[training_service_pb2.ExportNetworkResponse]:
    """Translate a file, piece by piece as it is made: what it is, then its content."""
    file_name, media_type = source.file_name, source.media_type
    for chunk in source.chunks:
        yield training_service_pb2.ExportNetworkResponse(
            file_name=file_name, media_type=media_type, content=chunk
        )
        file_name = media_type = ""
