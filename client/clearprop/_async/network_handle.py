"""The base of the parts of a network's handle, for asyncio."""

from clearprop._async.connection import AsyncConnection
from clearprop.infos import NetworkInfo
from clearprop.v1.network_pb2 import Network as NetworkMessage


class AsyncNetworkHandle(NetworkInfo):
    """A network as it was last read, and the connection to its server."""

    def __init__(self, connection: AsyncConnection, message: NetworkMessage) -> None:
        self._connection = connection
        self.message = message
