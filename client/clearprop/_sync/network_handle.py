# Generated from clearprop/_async/network_handle.py by `make client`: change that file.
"""The base of the parts of a network's handle."""

from clearprop._sync.connection import Connection
from clearprop.infos import NetworkInfo
from clearprop.v1.network_pb2 import Network as NetworkMessage


class NetworkHandle(NetworkInfo):
    """A network as it was last read, and the connection to its server."""

    def __init__(self, connection: Connection, message: NetworkMessage) -> None:
        self._connection = connection
        self.message = message
