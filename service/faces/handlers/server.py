"""The server itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.server import server_info
from training.limits import Limits


@dataclass(frozen=True, slots=True)
class ServerHandlers:
    """The RPC that describes the server."""

    _version: str
    _store_kind: str
    _limits: Limits
    _used: Callable[[], Mapping[str, int]]

    def get_server_info(self, _: pb.GetServerInfoRequest) -> pb.GetServerInfoResponse:
        """Return the properties of the server."""
        return server_info(self._version, self._store_kind, self._limits, self._used())
