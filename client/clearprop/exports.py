"""An exported file: a network, or its history."""

from clearprop.v1.training_service_pb2 import ExportNetworkResponse


class ExportInfo:
    """The name and type of an exported file."""

    _first: ExportNetworkResponse

    @property
    def file_name(self) -> str:
        """The suggested name, such as `first-update-500.json`."""
        return self._first.file_name

    @property
    def media_type(self) -> str:
        """The media type, such as `application/json`."""
        return self._first.media_type

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.file_name}>"
