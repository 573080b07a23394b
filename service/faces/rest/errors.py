"""Errors as HTTP responses: a status code, and google.rpc.Status as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import grpc
import msgspec
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from starlette.responses import Response

from service.faces.error_table import INTERNAL_ERROR, code_of, status_of, status_with
from service.faces.failures import note_failure, note_status
from training.error_kinds import ClearpropError, StaleError
from training.errors import LimitExceeded, ScopeRequired, Unauthenticated

#: The HTTP status of each gRPC code, as in the comments of google.rpc.Code.
HTTP_CODES = {
    grpc.StatusCode.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.OUT_OF_RANGE: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    grpc.StatusCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    grpc.StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS: HTTPStatus.CONFLICT,
    grpc.StatusCode.ABORTED: HTTPStatus.CONFLICT,
    grpc.StatusCode.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    grpc.StatusCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    grpc.StatusCode.DATA_LOSS: HTTPStatus.INTERNAL_SERVER_ERROR,
    grpc.StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED: HTTPStatus.GATEWAY_TIMEOUT,
    grpc.StatusCode.CANCELLED: HTTPStatus.REQUEST_TIMEOUT,  # nobody reads it
}

_CHALLENGE = 'Bearer realm="clearprop"'


class HttpError(Exception):
    """An error of HTTP itself, raised before a method is called, such as an unknown path."""

    def __init__(
        self,
        http_code: HTTPStatus,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.http_code = http_code
        self.code = code
        self.reason = reason
        self.message = message
        self.headers = headers or {}


class BodyTooLarge(LimitExceeded):
    """A body exceeds the size limit of requests."""


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An error in the form in which it is sent."""

    http_code: HTTPStatus
    document: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def response(self) -> Response:
        """The response of Starlette."""
        return Response(self.document + b"\n", self.http_code, self.headers, "application/json")


def error_response(error: Exception, *, has_if_match: bool = False) -> ErrorResponse:
    """Return an error as a response, and note that the current call ends with it.

    With `has_if_match`, a stale etag comes from the If-Match header and gets the status 412.
    """
    if isinstance(error, HttpError):
        note_status(error.code.name, error.reason)
        status = status_with(error.code, error.reason, error.message)
        document = _document(error.http_code, error.code, status)
        return ErrorResponse(error.http_code, document, error.headers)
    note_failure(error)
    if isinstance(error, ClearpropError):
        code = code_of(error)
        http_code = HTTP_CODES[code]
        if isinstance(error, BodyTooLarge):
            http_code = HTTPStatus(413)  # its name depends on the version of Python
        elif isinstance(error, StaleError) and has_if_match:
            http_code = HTTPStatus.PRECONDITION_FAILED
        retry = error.retry_after
        headers = {} if retry is None else {"Retry-After": str(max(1, round(retry)))}
        if isinstance(error, Unauthenticated):
            headers["WWW-Authenticate"] = _CHALLENGE
        elif isinstance(error, ScopeRequired):
            needed = f'error="insufficient_scope", scope="{error.metadata["scope"]}"'
            headers["WWW-Authenticate"] = f"{_CHALLENGE}, {needed}"
        return ErrorResponse(http_code, _document(http_code, code, status_of(error)), headers)
    code = grpc.StatusCode.INTERNAL
    status = status_with(code, "INTERNAL", INTERNAL_ERROR)
    return ErrorResponse(HTTP_CODES[code], _document(HTTP_CODES[code], code, status))


def _document(http_code: HTTPStatus, code: grpc.StatusCode, status: Status) -> bytes:
    details: dict[str, Any] = json_format.MessageToDict(status)
    error = {
        "code": int(http_code),
        "status": code.name,
        "message": status.message,
        "details": details.get("details", []),
    }
    return msgspec.json.encode({"error": error})
