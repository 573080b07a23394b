"""Converts HTTP requests to messages of the contract."""

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from http import HTTPStatus

import grpc
from clearprop.v1.training_service_pb2 import WatchUpdatesRequest
from google.protobuf.message import Message
from starlette.requests import Request

from service.faces.received_bytes import HeldBytes
from service.faces.rest.bodies import Bodies
from service.faces.rest.credentials import TICKET, can_have_ticket
from service.faces.rest.errors import HttpError
from service.faces.rest.from_json import BadValue, fields_of, fill, note, parse, scalar, unknown
from service.faces.rest.parameters import set_also, set_bound, set_query
from service.faces.rest.routes import Route
from service.faces.rest.streams import END, LINES
from training.errors import InvalidFields, Violation, Violations

JSON = "application/json"

# Larger bodies are parsed in a thread, so that other calls do not wait.
_SMALL_BYTES = 64 * 2**10

_QUOTED = re.compile(r'"([^"]*)"')


async def message_of(route: Route, request: Request, bodies: Bodies, held: HeldBytes) -> Message:
    """Return the message of a request.

    Raises InvalidFields with all invalid fields, HttpError, and what receiving the body raises.
    """
    content = await bodies.whole(request, held)
    if content and not route.takes_body:
        raise InvalidFields(
            [Violation("", f"{request.method} requests have no body: send the fields in the query")]
        )
    if content or (route.takes_body and "Content-Type" in request.headers):
        _check_type(request, JSON)
    if len(content) <= _SMALL_BYTES:
        return _message(route, request, content)
    return await route.rpc.convert(_message, route, request, content)


async def messages_of(
    route: Route, request: Request, bodies: Bodies, held: HeldBytes
) -> AsyncGenerator[Message, None]:
    """Yield the messages of a request: one per line, or a single one.

    Raises the same as `message_of`.
    """
    if _check_type(request, LINES.media_type, JSON) == JSON:
        yield await message_of(route, request, bodies, held)
        return
    number = 0
    read: Callable[[Route, Request, bytes], Message] = _message
    async for line in bodies.lines(request, held):
        number += 1
        if line.strip():
            yield await route.rpc.convert(_numbered, number, read, route, request, line)
            read = _message_alone  # headers apply to the first message only


def has_ended(request: Request) -> bool:
    """Return whether a client has already read the end of an event stream."""
    return request.headers.get("Last-Event-ID") == END


def _message(route: Route, request: Request, content: bytes) -> Message:
    message = route.rpc.request_type()
    violations = Violations()
    if content:
        fill(violations, message, parse(content))
    if route.takes_body:
        for name in request.query_params:
            is_known = name.partition(".")[0] in fields_of(message.DESCRIPTOR)
            description = "must be sent in the body, not in the query"
            note(violations, name, description if is_known else unknown(name, message))
    else:
        fields = request.query_params.multi_items()
        if can_have_ticket(route):
            fields = [(name, value) for name, value in fields if name != TICKET]
        set_query(violations, message, fields)
    _set_headers(violations, message, request)
    if route.rpc.method.server_streaming:
        _resume(violations, message, request)
    set_bound(violations, message, request.path_params)
    violations.refuse()
    return message


def _message_alone(route: Route, _: Request, content: bytes) -> Message:
    message = route.rpc.request_type()
    violations = Violations()
    fill(violations, message, parse(content))
    violations.refuse()
    return message


def _numbered(
    number: int,
    read: Callable[[Route, Request, bytes], Message],
    route: Route,
    request: Request,
    line: bytes,
) -> Message:
    """Parse a line; add its number to errors."""
    try:
        return read(route, request, line)
    except InvalidFields as error:
        where = f"line {number}: "
        found = [replace(bad, description=where + bad.description) for bad in error.violations]
        raise InvalidFields(found) from None


def _set_headers(violations: Violations, message: Message, request: Request) -> None:
    """Set the fields that have HTTP headers."""
    fields = message.DESCRIPTOR.fields_by_name
    etag = request.headers.get("If-Match")
    if etag is not None and etag != "*" and "etag" in fields:
        match = _QUOTED.fullmatch(etag)
        if match is None:
            violations.add(
                "etag", "must be a single etag in quotation marks in the header If-Match"
            )
        else:
            set_also(violations, message, "etag", match[1], "the header If-Match")
    key = request.headers.get("Idempotency-Key")
    if key is not None and "request_id" in fields:
        # Quoted as in the draft of the standard, or unquoted as in most clients.
        match = _QUOTED.fullmatch(key)
        text = key if match is None else match[1]
        set_also(violations, message, "request_id", text, "the header Idempotency-Key")


def _resume(violations: Violations, message: Message, request: Request) -> None:
    """Resume a watch after the last update that its client has read; this overrides the query."""
    last = request.headers.get("Last-Event-ID")
    if not last or not isinstance(message, WatchUpdatesRequest):
        return
    field = message.DESCRIPTOR.fields_by_name["start_update"]
    try:
        message.start_update = scalar(field)(last) + 1
        message.received.update = message.start_update - 1
    except (BadValue, ValueError):
        violations.add(
            field.name, "must be an event id from the server in the header Last-Event-ID"
        )


def _check_type(request: Request, *known: str) -> str:
    """Return the media type of a body. Raises HttpError if it is not supported."""
    name = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if name in known and encoding == "identity":
        return name
    raise HttpError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        grpc.StatusCode.INVALID_ARGUMENT,
        "UNSUPPORTED_MEDIA_TYPE",
        f"unsupported media type: send a body with Content-Type: {' or '.join(known)} and without"
        " Content-Encoding (curl: --json or --header)",
        {"Accept-Post": ", ".join(known)},
    )
