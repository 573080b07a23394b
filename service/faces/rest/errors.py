"""How errors look over HTTP: a status code, and google.rpc.Status as JSON."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import grpc
import msgspec
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from starlette.responses import Response

from service.faces.error_table import code_of, status_of, status_with
from training.errors import ClearpropError, LimitExceeded, StaleError

logger = logging.getLogger(__name__)

#: What google.rpc.Code says that each code is over HTTP.
HTTP_CODES = {
    grpc.StatusCode.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.OUT_OF_RANGE: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    grpc.StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS: HTTPStatus.CONFLICT,
    grpc.StatusCode.ABORTED: HTTPStatus.CONFLICT,
    grpc.StatusCode.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    grpc.StatusCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    grpc.StatusCode.DATA_LOSS: HTTPStatus.INTERNAL_SERVER_ERROR,
    grpc.StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


class HttpRefusal(Exception):
    """What HTTP itself refuses, before there is a call: no such path, no such form, too large."""

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
    """A body has more bytes than requests may have."""


@dataclass(frozen=True, slots=True)
class Told:
    """An error as a client is told of it."""

    http_code: HTTPStatus
    document: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def response(self) -> Response:
        """Return it as a response."""
        return Response(self.document + b"\n", self.http_code, self.headers, "application/json")


def told(error: Exception, *, has_if_match: bool = False) -> Told:
    """Return what a client is told of an error; what is not the client's is logged.

    `has_if_match`: what is stale is so by the If-Match header, for which HTTP has a code.
    """
    if isinstance(error, HttpRefusal):
        status = status_with(error.code, error.reason, error.message)
        document = _document(error.http_code, error.code, status)
        return Told(error.http_code, document, error.headers)
    if isinstance(error, ClearpropError):
        code = code_of(error)
        http_code = HTTP_CODES[code]
        if isinstance(error, BodyTooLarge):
            http_code = HTTPStatus(413)  # its name depends on the version of Python
        elif isinstance(error, StaleError) and has_if_match:
            http_code = HTTPStatus.PRECONDITION_FAILED
        retry = error.retry_after
        headers = {} if retry is None else {"Retry-After": str(max(1, round(retry)))}
        return Told(http_code, _document(http_code, code, status_of(error)), headers)
    logger.error("a call failed by a mistake of the service", exc_info=error)
    code = grpc.StatusCode.INTERNAL
    status = status_with(code, "INTERNAL", "the service made a mistake; its log says more")
    return Told(HTTP_CODES[code], _document(HTTP_CODES[code], code, status))


def _document(http_code: HTTPStatus, code: grpc.StatusCode, status: Status) -> bytes:
    details: dict[str, Any] = json_format.MessageToDict(status)
    error = {
        "code": int(http_code),
        "status": code.name,
        "message": status.message,
        "details": details.get("details", []),
    }
    return msgspec.json.encode({"error": error})
