"""The gRPC face: serves the methods of the contract and converts errors."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar
from urllib.parse import unquote

import grpc
from google.protobuf.message import Message

from service.faces.grpc.credentials import Metadata, credentials_of
from service.faces.grpc.requests import Requests
from service.faces.grpc.statuses import refuse
from service.faces.response_stream import Response
from service.faces.rpcs import SERVICE, Rpc
from service.faces.shared_encodings import SharedEncodings
from service.faces.timeouts import read_timeout, write_timeout
from service.insight.calls import count_sent
from service.threads import Threads
from service.use_cases.caller import CALLER

R = TypeVar("R")

#: The size of the cache of serialized responses, in bytes.
_SHARED_BYTES = 32 * 2**20

#: Peers whose address is remembered: all calls of a connection have the same.
_PEERS = 1_000

Context = grpc.aio.ServicerContext[Any, Any]

#: The metadata of the current call.
_METADATA: ContextVar[Metadata] = ContextVar("metadata")


def rpc_handlers(
    rpcs: Iterable[Rpc], requests: Requests, threads: Threads
) -> grpc.GenericRpcHandler:
    """Return the service for a gRPC server; `threads` encode responses of streams."""
    serialized = SharedEncodings(_serialized, _SHARED_BYTES, threads)
    return _Methods(
        {
            f"/{SERVICE.full_name}/{rpc.method.name}": _handler(rpc, requests, serialized)
            for rpc in rpcs
        }
    )


class _Methods(grpc.GenericRpcHandler):
    """The handlers of all methods by their paths."""

    def __init__(self, handlers: "Mapping[str, grpc.RpcMethodHandler[Any, Any]]") -> None:
        self._handlers = handlers

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Return the handler of a call, whose task this is; None if there is no such method."""
        # A context would convert the metadata again, which takes a hundredth of the smallest call.
        _METADATA.set(handler_call_details.invocation_metadata)
        return self._handlers.get(handler_call_details.method)


def _handler(
    rpc: Rpc, requests: Requests, serialized: "SharedEncodings[_Serialized]"
) -> "grpc.RpcMethodHandler[Any, Any]":
    # All methods are handled as if they had a stream of requests, which has the same form on the
    # wire: so the service decides when it receives a request. It reads from the context, because
    # gRPC's iterator costs another task for each call, which closes it.
    if rpc.method.server_streaming:
        # Its responses are already serialized, because many callers receive the same ones.
        stream = _observed(rpc, _streaming(rpc, requests, serialized))
        return grpc.stream_stream_rpc_method_handler(stream)
    handle = _collecting if rpc.method.client_streaming else _answering
    return grpc.stream_unary_rpc_method_handler(_observed(rpc, handle(rpc, requests)))


def _observed(
    rpc: Rpc, handle: Callable[[Context], Awaitable[R]]
) -> Callable[[AsyncIterator[bytes], Context], Awaitable[R]]:
    call = rpc.observed("grpc")

    async def observed(_: AsyncIterator[bytes], context: Context) -> R:
        address, metadata = _address(context.peer()), _METADATA.get()
        with call(address, partial(_header, metadata)):
            try:
                rpc.admit(address, lambda: credentials_of(metadata, context))
            except Exception as error:  # noqa: BLE001 (sent to the caller, and logged)
                await refuse(error, context)
            return await handle(context)

    return observed


def _header(metadata: Metadata, name: str) -> str:
    """Return the last value of a metadatum, which is all that a client could mean."""
    found = dict(metadata).get(name, "")
    return found if isinstance(found, str) else ""


def _answering(rpc: Rpc, requests: Requests) -> Callable[[Context], Awaitable[bytes]]:
    async def answer(context: Context) -> bytes:
        try:
            with requests.hold(CALLER.get()) as held:
                request = await requests.only(rpc.request_type, context.read, held)
                response = await rpc.answer(request, _bytes)
        except Exception as error:  # noqa: BLE001 (sent to the caller, and logged)
            await refuse(error, context)
        return response

    return answer


def _collecting(rpc: Rpc, requests: Requests) -> Callable[[Context], Awaitable[bytes]]:
    async def collect(context: Context) -> bytes:
        try:
            async with aclosing(_messages(rpc, requests, context)) as messages:
                response = (await rpc.collect(messages)).SerializeToString()
        except Exception as error:  # noqa: BLE001 (sent to the caller, and logged)
            await refuse(error, context)
        return response

    return collect


async def _messages(
    rpc: Rpc, requests: Requests, context: Context
) -> AsyncGenerator[Message, None]:
    while (content := await read_timeout(context.read())) is not grpc.aio.EOF:
        yield await requests.parse(rpc.request_type, content)
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
    return _Serialized(_bytes(response))


def _bytes(response: Response) -> bytes:
    return response.serialized()


def _streaming(
    rpc: Rpc, requests: Requests, serialized: SharedEncodings[_Serialized]
) -> Callable[[Context], Awaitable[None]]:
    async def stream(context: Context) -> None:
        try:
            with requests.hold(CALLER.get()) as held:
                request = await requests.only(rpc.request_type, context.read, held)
            async with aclosing(await rpc.open_stream(request)) as responses:
                await context.send_initial_metadata(())
                async for group in responses:
                    for each in await serialized.of(group):
                        await write_timeout(context.write(each.content))
                        count_sent(each.nbytes)
        except Exception as error:  # noqa: BLE001 (sent to the caller, and logged)
            await refuse(error, context)

    return stream


@lru_cache(_PEERS)
def _address(peer: str) -> str:
    """Return a peer's address without the port, which differs between connections.

    Examples of peers are ipv4:10.0.0.1:54321, ipv6:%5B::1%5D:54321 and unix:.
    """
    kind, _, address = peer.partition(":")
    return unquote(address).rpartition(":")[0].strip("[]") if kind.startswith("ip") else kind
