"""The calls at each path, by HTTP method."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, aclosing
from http import HTTPStatus

import grpc
from google.protobuf.message import Message
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.faces.failures import note_status
from service.faces.messages.update_lists import UpdatesResponse
from service.faces.received_bytes import HeldBytes
from service.faces.response_stream import Response as Encodable
from service.faces.rest.array_files import ARRAY_FILES
from service.faces.rest.bodies import Bodies
from service.faces.rest.credentials import can_have_ticket, credentials_of
from service.faces.rest.errors import HttpError, error_response
from service.faces.rest.large_responses import LargeResponse
from service.faces.rest.negotiation import chosen, names
from service.faces.rest.requests import JSON, has_ended, message_of, messages_of
from service.faces.rest.routes import Route
from service.faces.rest.streams import EVENTS, LINES, WHEN_LOST, Streams, attachment
from service.faces.rest.to_json import large_to_json, to_json
from service.faces.rest.update_json import list_to_json
from service.faces.rpcs import Rpc
from service.use_cases.caller import CALLER

_FORMS = {form.media_type: form for form in (EVENTS, LINES)}

# Larger messages are converted to JSON in a thread, so that other calls do not wait.
_SMALL_BYTES = 16 * 2**10

_MOST_HELD_BYTES = 16 * 2**20


class Resource:
    """Handles the requests for one path."""

    def __init__(self, routes: Mapping[str, Route], streams: Streams, bodies: Bodies) -> None:
        self._routes = routes
        self._streams = streams
        self._bodies = bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; send any error to the client."""
        request = Request(scope, receive)
        route = self._route(request)
        if route is None:
            await self._handle(request, send)
            return
        address = request.client.host if request.client else ""
        with route.rpc.observed("http")(address, lambda name: request.headers.get(name, "")):
            await self._handle(request, send)

    async def _handle(self, request: Request, send: Send) -> None:
        scope, receive = request.scope, request.receive
        task, when_lost = asyncio.current_task(), scope["extensions"][WHEN_LOST]
        assert task is not None
        with ExitStack() as opened:
            when_lost(task.cancel)
            try:
                response = await self._answer(request, opened)
            except (ClientDisconnect, asyncio.CancelledError):
                note_status("CANCELLED", "")
                return
            except Exception as error:  # noqa: BLE001 (sent to the client, and logged)
                has_if_match = "If-Match" in request.headers
                response = error_response(error, has_if_match=has_if_match).response
            finally:
                when_lost(None)
            await response(scope, receive, send)

    async def _answer(self, request: Request, opened: ExitStack) -> ASGIApp:
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Allow": self._allowed})
        route = self._route(request)
        if route is None:
            raise HttpError(
                HTTPStatus.METHOD_NOT_ALLOWED,
                grpc.StatusCode.UNIMPLEMENTED,
                "METHOD_NOT_ALLOWED",
                f"method {request.method} is not allowed for this path: use {self._allowed}",
                {"Allow": self._allowed},
            )
        _admit(route, request)
        held = opened.enter_context(self._bodies.received.hold(CALLER.get()))
        if route.rpc.method.client_streaming:
            return await self._collect(route, request, held)
        if route.rpc.method.server_streaming:
            return await self._stream(route, request, held)
        return await self._answer_once(route, request, held)

    def _route(self, request: Request) -> Route | None:
        return self._routes.get("GET" if request.method == "HEAD" else request.method)

    @property
    def _allowed(self) -> str:
        head = ["HEAD"] if "GET" in self._routes else []
        return ", ".join([*self._routes, *head, "OPTIONS"])

    async def _answer_once(self, route: Route, request: Request, held: HeldBytes) -> Response:
        rpc = route.rpc
        files = ARRAY_FILES.get(rpc.method.output_type.name, {})
        media_type = _check_accepted(request, JSON, *files)
        message = await message_of(route, request, self._bodies, held)
        if media_type == JSON:
            response = await _json(rpc, await rpc.answer(message, _answered), held)
        else:
            file = await rpc.answer(message, files[media_type])
            headers = {"Content-Disposition": attachment(file.name)}
            response = _written(file.parts, headers, media_type, held)
        if files:
            response.headers.add_vary_header("Accept")
        return response

    async def _collect(self, route: Route, request: Request, held: HeldBytes) -> Response:
        _check_accepted(request, JSON)
        async with aclosing(messages_of(route, request, self._bodies, held)) as messages:
            return await _json(route.rpc, await route.rpc.collect(messages), held)

    async def _stream(self, route: Route, request: Request, held: HeldBytes) -> ASGIApp:
        accept = request.headers.get("Accept", "")
        is_file = _is_file(route) and not any(names(accept, form) for form in _FORMS)
        form = _FORMS[EVENTS.media_type if is_file else _check_accepted(request, *_FORMS)]
        if has_ended(request):
            return Response(status_code=HTTPStatus.NO_CONTENT)
        message = await message_of(route, request, self._bodies, held)
        if is_file:
            return await self._streams.file(route.rpc, message)
        return await self._streams.begin(route.rpc, message, form)


def _admit(route: Route, request: Request) -> None:
    """Begin a call. Raises Unauthenticated and ScopeRequired."""
    address = request.client.host if request.client else ""
    has_ticket = can_have_ticket(route)
    route.rpc.admit(address, lambda: credentials_of(request, has_ticket=has_ticket))


def _is_file(route: Route) -> bool:
    """Return whether the messages of a stream are the chunks of a file."""
    return {"file_name", "media_type", "content"} <= {
        *route.rpc.response_type.DESCRIPTOR.fields_by_name
    }


def _check_accepted(request: Request, *offered: str) -> str:
    media_type = chosen(request.headers.get("Accept", ""), offered)
    if media_type is None:
        raise HttpError(
            HTTPStatus.NOT_ACCEPTABLE,
            grpc.StatusCode.INVALID_ARGUMENT,
            "NOT_ACCEPTABLE",
            f"the Accept header must allow {' or '.join(offered)}",
        )
    return media_type


def _answered(response: Encodable) -> Message | Sequence[bytes]:
    """Return the parts of the JSON of a response if it needs no message, else the message."""
    if isinstance(response, UpdatesResponse):
        return list_to_json(response)
    return response.message()


async def _json(rpc: Rpc, answered: Message | Sequence[bytes], held: HeldBytes) -> Response:
    headers, parts = {}, answered
    if isinstance(parts, Message):
        etag = _etag(parts)
        headers = {"ETag": f'"{etag}"'} if etag else {}
        is_small = parts.ByteSize() <= _SMALL_BYTES
        parts = [to_json(parts) if is_small else await rpc.convert(large_to_json, parts)]
    # The newline makes the response readable in a terminal.
    return _written([*parts, b"\n"], headers, JSON, held)


def _written(
    parts: Sequence[bytes | memoryview],
    headers: Mapping[str, str],
    media_type: str,
    held: HeldBytes,
) -> Response:
    if sum(map(len, parts)) <= _SMALL_BYTES:
        return Response(b"".join(parts), headers=headers, media_type=media_type)
    response = LargeResponse(parts, headers, media_type)
    # It is in memory until the client has read it: it counts, at most like the largest request.
    held.set(min(response.nbytes, _MOST_HELD_BYTES))
    return response


def _etag(message: Message) -> str:
    """Return the etag of a response or of its network; empty if there is none."""
    fields = message.DESCRIPTOR.fields_by_name
    owner = message.network if "etag" not in fields and "network" in fields else message  # type: ignore[attr-defined]
    return getattr(owner, "etag", "")
