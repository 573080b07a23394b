"""Watches."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.watches import watch, watched
from service.faces.response_stream import ResponseStream
from service.use_cases.watches import Watches


@dataclass(frozen=True, slots=True)
class WatchHandlers:
    """The RPC that watches a network."""

    _watches: Watches

    async def watch_updates(self, request: pb.WatchUpdatesRequest) -> ResponseStream:
        """Stream the history from an update on."""
        opened = await self._watches.open(watch(request))
        return ResponseStream(watched(opened, request.encoding), opened.aclose)
