"""The server itself."""

from collections.abc import Callable, Mapping

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.server import server_info
from training.limits import Limits


class ServerHandlers:
    """The RPC that describes the server."""

    def __init__(
        self, version: str, store_kind: str, limits: Limits, used: Callable[[], Mapping[str, int]]
    ) -> None:
        self._info = server_info(version, store_kind, limits)
        self._used = used

    def get_server_info(self, _: pb.GetServerInfoRequest) -> pb.GetServerInfoResponse:
        """Return the properties of the server, and how much of its limits is used."""
        response = pb.GetServerInfoResponse(used=self._used())
        response.MergeFrom(self._info)
        return response
