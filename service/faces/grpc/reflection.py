"""gRPC server reflection, for callers with the scope `read`."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from service.access.access import Access
from service.faces.grpc.credentials import credentials_of
from service.faces.grpc.statuses import refuse
from training.access import Scope

_METHOD = "ServerReflectionInfo"


def reflection_handlers(services: Iterable[str], access: Access | None) -> grpc.GenericRpcHandler:
    """Return the handlers of reflection for these services and itself.

    `access` is None if no authentication is required.
    """
    servicer: Any = reflection.aio.ReflectionServicer([*services, reflection.SERVICE_NAME])

    async def answer(
        requests: AsyncIterable[reflection_pb2.ServerReflectionRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> AsyncIterator[reflection_pb2.ServerReflectionResponse]:
        if access is not None:
            try:
                metadata = context.invocation_metadata() or ()
                access.admit(credentials_of(metadata, context), Scope.READ)
            except Exception as error:  # noqa: BLE001 (sent to the caller)
                await refuse(error, context)
        async for response in servicer.ServerReflectionInfo(requests, context):
            yield response

    handler = grpc.stream_stream_rpc_method_handler(
        answer,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    return grpc.method_handlers_generic_handler(reflection.SERVICE_NAME, {_METHOD: handler})
