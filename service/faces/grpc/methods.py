"""The gRPC face: serves the methods of the contract and converts errors."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Never
from urllib.parse import unquote

import grpc
from google.protobuf.message import DecodeError, Message

from service.faces.error_table import INTERNAL_ERROR, code_of, status_of
from service.faces.response_stream import Response
from service.faces.rpcs import SERVICE, Rpc
from service.faces.shared_encodings import SharedEncodings
from service.faces.timeouts import read_timeout, write_timeout
from service.use_cases.caller import CALLER
from training.errors import ClearpropError, InvalidFields, Violation

logger = logging.getLogger(__name__)

#: The size of the cache of serialized responses, in bytes.
_SHARED_BYTES = 32 * 2**20

Context = grpc.aio.ServicerContext[Any, Any]


def rpc_handlers(rpcs: Iterable[Rpc]) -> grpc.GenericRpcHandler:
    """Return the service for a gRPC server."""
    serialized = SharedEncodings(_serialized, _SHARED_BYTES)
    return grpc.method_handlers_generic_handler(
        SERVICE.full_name, {rpc.method.name: _handler(rpc, serialized) for rpc in rpcs}
    )


def _handler(
    rpc: Rpc, serialized: "SharedEncodings[_Serialized]"
) -> "grpc.RpcMethodHandler[Any, Any]":
    request = _Request(rpc.request_type).deserialize
    respond = rpc.response_type.SerializeToString
    if rpc.method.client_streaming:
        return grpc.stream_unary_rpc_method_handler(_collecting(rpc), request, respond)
    if rpc.method.server_streaming:
        # Its responses are already serialized, because many callers receive the same ones.
        return grpc.unary_stream_rpc_method_handler(_streaming(rpc, serialized), request)
    return grpc.unary_unary_rpc_method_handler(_answering(rpc), request, respond)


class _Request:
    """Parses requests of one type. gRPC itself would answer invalid bytes with INTERNAL."""

    def __init__(self, kind: type[Message]) -> None:
        self._kind = kind

    def deserialize(self, content: bytes) -> Message | InvalidFields:
        try:
            return self._kind.FromString(content)
        except DecodeError:
            name = self._kind.DESCRIPTOR.full_name
            return InvalidFields([Violation("", f"the request is not a valid {name}")])


def _answering(rpc: Rpc) -> Callable[[Message | InvalidFields, Context], Awaitable[Message]]:
    async def answer(request: Message | InvalidFields, context: Context) -> Message:
        try:
            response = await rpc.answer(_read(request))
        except Exception as error:  # noqa: BLE001 (sent to the caller, and logged)
            await _refuse(error, context)
        return response

    return answer


def _collecting(
    rpc: Rpc,
) -> Callable[[AsyncIterator[Message | InvalidFields], Context], Awaitable[Message]]:
    async def collect(
        requests: AsyncIterator[Message | InvalidFields], context: Context
    ) -> Message:
        try:
            async with aclosing(_messages(requests, context)) as messages:
                response = await rpc.collect(messages)
        except Exception as error:  # noqa: BLE001 (sent to the caller, and logged)
            await _refuse(error, context)
        return response

    return collect


async def _messages(
    requests: AsyncIterator[Message | InvalidFields], context: Context
) -> AsyncGenerator[Message, None]:
    while (request := await read_timeout(anext(requests, None))) is not None:
        yield _read(request)
    # In gRPC, the requests of a caller that has disconnected end like those of one that has sent
    # everything; the call is cancelled a little later. Sending waits for that or returns at once.
    await context.send_initial_metadata(())


@dataclass(frozen=True, slots=True)
class _Serialized:
    """A serialized response."""

    content: bytes

    @property
    def nbytes(self) -> int:
        return len(self.content)


def _serialized(response: Response) -> _Serialized:
    return _Serialized(response.serialized())


def _streaming(
    rpc: Rpc, serialized: SharedEncodings[_Serialized]
) -> Callable[[Message | InvalidFields, Context], Awaitable[None]]:
    async def stream(request: Message | InvalidFields, context: Context) -> None:
        CALLER.set(_address(context.peer()))
        try:
            async with aclosing(await rpc.open_stream(_read(request))) as responses:
                await context.send_initial_metadata(())
                async for group in responses:
                    for each in await serialized.of(group):
                        await write_timeout(context.write(each.content))
        except Exception as error:  # noqa: BLE001 (sent to the caller, and logged)
            await _refuse(error, context)

    return stream


def _address(peer: str) -> str:
    """Return a peer's address without the port, which differs between connections.

    Examples of peers are ipv4:10.0.0.1:54321, ipv6:%5B::1%5D:54321 and unix:.
    """
    kind, _, address = peer.partition(":")
    return unquote(address).rpartition(":")[0].strip("[]") if kind.startswith("ip") else kind


def _read(request: Message | InvalidFields) -> Message:
    if isinstance(request, InvalidFields):
        raise request
    return request


async def _refuse(error: Exception, context: Context) -> Never:
    """End a call with the status of an error; log it if it is an internal one."""
    if isinstance(error, ClearpropError):
        status = status_of(error)
        details = (("grpc-status-details-bin", status.SerializeToString()),)
        await _abort(context, code_of(error), status.message, details)
    if not isinstance(error, grpc.aio.InternalError):  # raised by writing to a lost connection
        logger.error("internal error while handling a call", exc_info=error)
    await _abort(context, grpc.StatusCode.INTERNAL, INTERNAL_ERROR, ())
    raise AssertionError("abort does not return")


async def _abort(
    context: Context, code: grpc.StatusCode, message: str, details: tuple[tuple[str, bytes], ...]
) -> None:
    try:
        await context.abort(code, message, details)
    except grpc.aio.InternalError:
        # The connection is lost, so nobody can receive the status.
        raise asyncio.CancelledError from None
