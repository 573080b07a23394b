"""The gRPC face: serves the handlers under the contract's names, and gives errors their form."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from inspect import isasyncgenfunction, iscoroutinefunction
from re import sub
from typing import Any, Never

import grpc
from clearprop.v1 import training_service_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from service.callers import CALLER
from service.handlers import Handlers
from service.status import code_of, status_of
from training.errors import (
    ClearpropError,
    InvalidFields,
    UploadStalled,
    Violation,
    WatcherTooSlow,
)

logger = logging.getLogger(__name__)

#: A stream that cannot be written to for this many seconds is cut: its client resumes elsewhere.
WRITE_SECONDS = 10.0

#: An upload of which no message comes for this many seconds is cut: others wait for its place.
READ_SECONDS = 60.0

SERVICE = training_service_pb2.DESCRIPTOR.services_by_name["TrainingService"]

Context = grpc.aio.ServicerContext[Any, Any]


def rpc_handlers(handlers: Handlers) -> grpc.GenericRpcHandler:
    """Return the service: every method of the contract, each with the handler of its name."""
    return grpc.method_handlers_generic_handler(
        SERVICE.full_name,
        {method.name: _rpc(method, handlers) for method in SERVICE.methods},
    )


def _rpc(method: MethodDescriptor, handlers: Handlers) -> "grpc.RpcMethodHandler[Any, Any]":
    name = sub(r"(?<!^)(?=[A-Z])", "_", method.name).lower()
    handle = getattr(handlers, name)
    respond = _serializer(GetMessageClass(method.output_type))
    request = _Request(GetMessageClass(method.input_type))
    if method.client_streaming:
        return grpc.stream_unary_rpc_method_handler(
            _collecting(handle, handlers), request.deserialize, respond
        )
    if isasyncgenfunction(handle):
        return grpc.unary_stream_rpc_method_handler(
            _streaming(handle, handlers), request.deserialize, respond
        )
    return grpc.unary_unary_rpc_method_handler(
        _answering(handle, handlers), request.deserialize, respond
    )


def _serializer(kind: type[Message]) -> Callable[[Message | bytes], bytes]:
    """Return what serialises responses of one type, and leaves those as they are that are bytes."""

    def serialize(response: Message | bytes) -> bytes:
        return response if isinstance(response, bytes) else kind.SerializeToString(response)

    return serialize


class _Request:
    """Reads requests of one type. gRPC itself answers bytes that are none with INTERNAL."""

    def __init__(self, kind: type[Message]) -> None:
        self._kind = kind

    def deserialize(self, content: bytes) -> Message | InvalidFields:
        try:
            return self._kind.FromString(content)
        except DecodeError:
            name = self._kind.DESCRIPTOR.full_name
            return InvalidFields([Violation("", f"the request is no {name}")])


def _answering(
    handle: Callable[[Any], Any], handlers: Handlers
) -> Callable[[Any, Context], Awaitable[Message]]:
    async def answer(request: Message | InvalidFields, context: Context) -> Message:
        try:
            message = _checked(request, handlers)
            if iscoroutinefunction(handle):
                response: Message = await handle(message)
            else:
                response = await asyncio.to_thread(handle, message)
        except Exception as error:  # noqa: BLE001 (told to the caller, and logged)
            await _refuse(error, context)
        return response

    return answer


def _collecting(
    handle: Callable[[Any], Awaitable[Message]], handlers: Handlers
) -> Callable[[AsyncIterator[Message | InvalidFields], Context], Awaitable[Message]]:
    async def collect(
        requests: AsyncIterator[Message | InvalidFields], context: Context
    ) -> Message:
        try:
            async with aclosing(_received(requests, context, handlers)) as received:
                response = await handle(received)
        except Exception as error:  # noqa: BLE001 (told to the caller, and logged)
            await _refuse(error, context)
        return response

    return collect


async def _received(
    requests: AsyncIterator[Message | InvalidFields], context: Context, handlers: Handlers
) -> AsyncGenerator[Message, None]:
    while (request := await _read(requests)) is not None:
        yield _checked(request, handlers)
    # For gRPC the messages of a caller that has gone away end like those of one that has sent all,
    # and the call is cancelled some time later. Sending waits for that, or ends at once.
    await context.send_initial_metadata(())


async def _read(
    requests: AsyncIterator[Message | InvalidFields],
) -> Message | InvalidFields | None:
    """Return the next message, None after the last."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await anext(requests, None)
    except TimeoutError:
        raise UploadStalled(
            f"no message of this upload came for {READ_SECONDS:g} s, and nothing of it is kept:"
            " send all of it again"
        ) from None


def _streaming(
    handle: Callable[[Any], AsyncGenerator[Message, None]], handlers: Handlers
) -> Callable[[Any, Context], Awaitable[None]]:
    async def stream(request: Message | InvalidFields, context: Context) -> None:
        CALLER.set(_address(context.peer()))
        try:
            async with aclosing(handle(_checked(request, handlers))) as responses:
                async for response in responses:
                    await _write(response, context)
        except Exception as error:  # noqa: BLE001 (told to the caller, and logged)
            await _refuse(error, context)

    return stream


def _address(peer: str) -> str:
    """Return a peer's address without its port, which differs between connections.

    Peers look like ipv4:10.0.0.1:54321, ipv6:%5B::1%5D:54321 and unix:.
    """
    return peer.rpartition(":")[0]


def _checked(request: Message | InvalidFields, handlers: Handlers) -> Message:
    if isinstance(request, InvalidFields):
        raise request
    handlers.waking.check()
    return request


async def _write(response: Message, context: Context) -> None:
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await context.write(response)
    except TimeoutError:
        raise WatcherTooSlow(
            f"this stream could not be written to for {WRITE_SECONDS:g} s: call again, and read on"
            " without long breaks; a watch from the update after the last one that you have read"
        ) from None


async def _refuse(error: Exception, context: Context) -> Never:
    """End a call with the status that an error has; what is not the caller's is logged."""
    if isinstance(error, ClearpropError):
        status = status_of(error)
        details = (("grpc-status-details-bin", status.SerializeToString()),)
        await _abort(context, code_of(error), status.message, details)
    if not isinstance(error, grpc.aio.InternalError):  # what writing to a lost connection raises
        logger.error("a call failed by a mistake of the service", exc_info=error)
    await _abort(
        context, grpc.StatusCode.INTERNAL, "the service made a mistake; its log says more", ()
    )
    raise AssertionError  # abort never returns


async def _abort(
    context: Context, code: grpc.StatusCode, message: str, details: tuple[tuple[str, bytes], ...]
) -> None:
    try:
        await context.abort(code, message, details)
    except grpc.aio.InternalError:
        # The connection is lost, so nobody is there to be told.
        raise asyncio.CancelledError from None
