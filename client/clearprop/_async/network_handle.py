"""What every part of a network's handle for asyncio is made of."""

from clearprop._async.connection import AsyncConnection
from clearprop.infos import NetworkInfo
from clearprop.v1.network_pb2 import Network as NetworkMessage


class AsyncNetworkHandle(NetworkInfo):
    """A network as it was last read, and the connection over which it was."""

    def __init__(self, connection: AsyncConnection, message: NetworkMessage) -> None:
        self._connection = connection
        self.message = message
