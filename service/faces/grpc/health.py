"""The standard gRPC health checking protocol."""

import asyncio
from collections.abc import Iterable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2

#: The name of the protocol's service, which reflection lists.
SERVICE_NAME: str = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name

#: How long a server that shuts down waits for health watches that do not read, in seconds.
_NOTIFY_SECONDS = 1.0

Context = grpc.aio.ServicerContext[Any, Any]
Response = health_pb2.HealthCheckResponse


class Health:
    """The health of a server. All of its services have the same health.

    Unlike the servicer of grpcio-health-checking, it knows when all watches have been notified
    that the server is shutting down, and then ends their streams, for which the server would
    otherwise wait.
    """

    def __init__(self, services: Iterable[str]) -> None:
        self._services = {"", *services}
        self._status = Response.NOT_SERVING
        self._stopping = False
        self._changed = asyncio.Event()
        self._watches: set[asyncio.Task[None]] = set()

    def set(self, *, is_serving: bool) -> None:
        """Set the health. A server that is shutting down remains NOT_SERVING."""
        self._status = (
            Response.SERVING if is_serving and not self._stopping else Response.NOT_SERVING
        )
        self._changed.set()
        self._changed = asyncio.Event()

    async def stop(self) -> None:
        """Set the health to NOT_SERVING permanently; return when all watches have been notified."""
        self._stopping = True
        self.set(is_serving=False)
        if self._watches:
            await asyncio.wait(self._watches, timeout=_NOTIFY_SECONDS)

    def rpc_handlers(self) -> grpc.GenericRpcHandler:
        """Return the handlers of the protocol's methods."""
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
            await context.abort(
                grpc.StatusCode.NOT_FOUND,
                f"unknown service: use one of {', '.join(map(repr, sorted(self._services)))}",
            )
        return Response(status=self._status)

    async def _watch(self, request: health_pb2.HealthCheckRequest, context: Context) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._watches.add(task)
        try:
            await self._notify(request.service in self._services, context)
        finally:
            self._watches.discard(task)

    async def _notify(self, is_known: bool, context: Context) -> None:
        """Send the health and each change of it until the server shuts down."""
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
