"""The methods of the contract with their handlers, which every face serves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar

from clearprop.v1 import training_service_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from service.access.access import Access, Credentials
from service.access.grant import GRANT
from service.admission.admission import Admission
from service.admission.call import Call
from service.admission.call_kinds import CALL_KINDS, CallKind
from service.faces.handlers.handlers import Handlers
from service.faces.messages.name_lengths import check_name_lengths
from service.faces.messages.scopes import required_scope
from service.faces.response_stream import Response, ResponseStream, SingleResponse
from service.faces.responses import Responses
from service.insight.calls import (
    DESCRIBING,
    Header,
    ObservedCall,
    ObservedCalls,
    ObservedMethod,
    describe,
)
from service.use_cases.caller import CALLER, PRINCIPAL
from service.use_cases.requests import AnsweredBefore
from training.access import Scope

T = TypeVar("T")
P = ParamSpec("P")

_NO_LIMIT: AbstractAsyncContextManager[None] = nullcontext()

SERVICE: ServiceDescriptor = training_service_pb2.DESCRIPTOR.services_by_name["TrainingService"]


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method of the contract.

    Every call raises Draining if the server is shutting down, Unauthenticated if the grant of its
    caller has ended, and TooManyCalls or DeadlineExceeded as its kind says.
    """

    method: MethodDescriptor
    scope: Scope
    request_type: type[Message]
    response_type: type[Message]
    kind: CallKind
    _handle: Callable[..., Any]
    _is_asynchronous: bool  # the handler
    _access: Access | None
    _admission: Admission
    _calls: ObservedCalls
    _check: Callable[[], None]
    _repeated: Callable[[AnsweredBefore, type[Message]], Awaitable[Message]]
    _describing: Sequence[str]  # the fields that say what a request is about

    def observed(self, face: str) -> Callable[[str, Header], ObservedCall]:
        """Return what begins each call of a face, from the address and the headers of its caller.

        A call lasts from the arrival of its request to the last byte sent.
        """
        is_change = self.scope is not Scope.READ
        return partial(self._calls.begin, ObservedMethod(face, self.method.name, is_change))

    def admit(self, address: str, credentials: Callable[[], Credentials]) -> None:
        """Begin a call of a client, before its request is received.

        Raises Unauthenticated and ScopeRequired.
        """
        CALLER.set(address)
        if self._access is not None:
            grant = self._access.admit(credentials(), self.scope)
            GRANT.set(grant)
            PRINCIPAL.set(grant.principal)
            CALLER.set(grant.principal.name)

    async def answer(self, request: Message, encode: Callable[[Response], T]) -> T:
        """Handle a call with one request and one response; return what `encode` makes of that.

        A handler that computes in a thread encodes there too: large responses take long.
        """
        self._receive(request)
        async with self._limit():
            if self.kind.pool is None:
                return encode(_response(self._handle(request)))
            with self._begun() as call:
                try:
                    if self._is_asynchronous:
                        return encode(_response(await self._handle(request)))
                    return await call.run(lambda: encode(_response(self._handle(request))))
                except AnsweredBefore as before:
                    return encode(_response(await self._repeated(before, self.response_type)))

    async def collect(self, requests: AsyncIterator[Message]) -> Message:
        """Handle a call with many requests and one response."""
        with self._begun():
            try:
                response: Message = await self._handle(self._checked(requests))
            except AnsweredBefore as before:
                response = await self._repeated(before, self.response_type)
        return response

    async def open_stream(self, request: Message) -> ResponseStream:
        """Start a call with one request and many responses; return them once it is accepted.

        Raises the error with which the call is rejected.
        """
        self._receive(request)
        with ExitStack() as opened:
            if self.kind.pool is not None:
                opened.enter_context(self._begun())
            async with self._limit():
                responses: ResponseStream = await self._handle(request)
            responses.also_close(opened.pop_all())
        grant = GRANT.get()
        if grant is not None:
            responses.limit(grant)
        return responses

    async def convert(self, convert: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Convert a large request or response in a thread, without a call.

        Raises TooManyCalls.
        """
        return await self._admission.convert(CALLER.get(), partial(convert, *args, **kwargs))

    def _receive(self, request: Message) -> None:
        """Check a request before anything of it is repeated, and note what it is about."""
        check_name_lengths(request)
        describe(request, self._describing)
        self._check()

    def _limit(self) -> AbstractAsyncContextManager[None]:
        """Return a block that a call does not enter, and a long one leaves, without its grant."""
        grant = GRANT.get()
        if grant is None:
            return _NO_LIMIT
        if self.kind.is_quick and not self.method.server_streaming:
            grant.check()
            return _NO_LIMIT
        return grant.limit()

    def _begun(self) -> Call:
        return self._admission.begin(CALLER.get(), self.kind)

    async def _checked(self, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
        grant = GRANT.get()
        async for request in requests if grant is None else grant.during(requests):
            self._receive(request)
            yield request


def _response(found: Message | Response) -> Response:
    return SingleResponse(found) if isinstance(found, Message) else found


def rpcs(
    handlers: Handlers,
    responses: Responses,
    access: Access | None,
    admission: Admission,
    calls: ObservedCalls,
    check: Callable[[], None],
) -> list[Rpc]:
    """Return every method of the contract with its handler.

    `access` is None if no authentication is required. `check` raises Draining if the
    server is shutting down.
    """
    by_rpc = handlers.by_rpc()
    return [
        Rpc(
            method,
            required_scope(method),
            GetMessageClass(method.input_type),
            GetMessageClass(method.output_type),
            CALL_KINDS[method.name],
            by_rpc[method.name],
            iscoroutinefunction(by_rpc[method.name]),
            access,
            admission,
            calls,
            check,
            responses.repeated,
            [name for name in DESCRIBING if name in method.input_type.fields_by_name],
        )
        for method in SERVICE.methods
    ]
