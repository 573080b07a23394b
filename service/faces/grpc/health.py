"""Says whether the server serves, by gRPC's protocol of health checks."""

import asyncio
from collections.abc import Iterable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2

#: The protocol's name, by which reflection lists it.
SERVICE_NAME: str = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name

#: How long a server that stops waits, in seconds, for watchers of its health that do not read.
_TELL_SECONDS = 1.0

Context = grpc.aio.ServicerContext[Any, Any]
Response = health_pb2.HealthCheckResponse


class Health:
    """The health of a server, which is that of all its services.

    Unlike the servicer of grpcio-health-checking it knows when everyone has been told that the
    server stops, and ends their streams then, for which the server would have to wait.
    """

    def __init__(self, services: Iterable[str]) -> None:
        self._services = {"", *services}
        self._status = Response.NOT_SERVING
        self._stopping = False
        self._changed = asyncio.Event()
        self._watches: set[asyncio.Task[None]] = set()

    def set(self, *, is_serving: bool) -> None:
        """Say whether the server serves; one that stops does not, whatever is said later."""
        self._status = (
            Response.SERVING if is_serving and not self._stopping else Response.NOT_SERVING
        )
        self._changed.set()
        self._changed = asyncio.Event()

    async def stop(self) -> None:
        """Say that the server serves no more, and return when all who watch have been told."""
        self._stopping = True
        self.set(is_serving=False)
        if self._watches:
            await asyncio.wait(self._watches, timeout=_TELL_SECONDS)

    def rpc_handlers(self) -> grpc.GenericRpcHandler:
        """Return the protocol's methods."""
        forms: Any = {
            "request_deserializer": health_pb2.HealthCheckRequest.FromString,
            "response_serializer": Response.SerializeToString,
        }
        return grpc.method_handlers_generic_handler(
            SERVICE_NAME,
            {
                "Check": grpc.unary_unary_rpc_method_handler(self._check, **forms),
                "Watch": grpc.unary_stream_rpc_method_handler(self._watch, **forms),
            },
        )

    async def _check(
        self, request: health_pb2.HealthCheckRequest, context: Context
    ) -> health_pb2.HealthCheckResponse:
        if request.service not in self._services:
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such service")
        return Response(status=self._status)

    async def _watch(self, request: health_pb2.HealthCheckRequest, context: Context) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._watches.add(task)
        try:
            await self._tell(request.service in self._services, context)
        finally:
            self._watches.discard(task)

    async def _tell(self, is_known: bool, context: Context) -> None:
        """Tell of the health, and of each change of it, until the server stops."""
        last = None
        while True:
            changed, stopping = self._changed, self._stopping
            status = self._status if is_known else Response.SERVICE_UNKNOWN
            if status != last:
                await context.write(Response(status=status))
                last = status
            if stopping:
                return
            await changed.wait()
