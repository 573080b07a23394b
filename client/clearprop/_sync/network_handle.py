# Generated from clearprop/_async/network_handle.py by `make client`: change that file.
"""What every part of a network's handle is made of."""

from clearprop._sync.connection import Connection
from clearprop.infos import NetworkInfo
from clearprop.v1.network_pb2 import Network as NetworkMessage


class NetworkHandle(NetworkInfo):
    """A network as it was last read, and the connection over which it was."""

    def __init__(self, connection: Connection, message: NetworkMessage) -> None:
        self._connection = connection
        self.message = message
