"""The methods of the contract with their handlers, which every face serves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

from clearprop.v1 import training_service_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from service.faces.handlers.handlers import Handlers
from service.faces.response_stream import ResponseStream
from service.faces.responses import Responses
from service.use_cases.requests import AnsweredBefore

SERVICE: ServiceDescriptor = training_service_pb2.DESCRIPTOR.services_by_name["TrainingService"]


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method of the contract. Every call raises Draining if the server is shutting down."""

    method: MethodDescriptor
    request_type: type[Message]
    response_type: type[Message]
    _handle: Callable[..., Any]
    _check: Callable[[], None]
    _repeated: Callable[[AnsweredBefore, type[Message]], Awaitable[Message]]

    async def answer(self, request: Message) -> Message:
        """Handle a call with one request and one response."""
        self._check()
        try:
            if iscoroutinefunction(self._handle):
                response: Message = await self._handle(request)
            else:
                response = await asyncio.to_thread(self._handle, request)
        except AnsweredBefore as before:
            response = await self._repeated(before, self.response_type)
        return response

    async def collect(self, requests: AsyncIterator[Message]) -> Message:
        """Handle a call with many requests and one response."""
        try:
            response: Message = await self._handle(self._checked(requests))
        except AnsweredBefore as before:
            response = await self._repeated(before, self.response_type)
        return response

    async def open_stream(self, request: Message) -> ResponseStream:
        """Start a call with one request and many responses; return them once it is accepted.

        Raises the error with which the call is rejected.
        """
        self._check()
        responses: ResponseStream = await self._handle(request)
        return responses

    async def _checked(self, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
        async for request in requests:
            self._check()
            yield request


def rpcs(handlers: Handlers, responses: Responses, check: Callable[[], None]) -> list[Rpc]:
    """Return every method of the contract with its handler.

    `check` raises Draining if the server is shutting down.
    """
    by_rpc = handlers.by_rpc()
    return [
        Rpc(
            method,
            GetMessageClass(method.input_type),
            GetMessageClass(method.output_type),
            by_rpc[method.name],
            check,
            responses.repeated,
        )
        for method in SERVICE.methods
    ]
