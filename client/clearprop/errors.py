"""The exception of the client, for calls that the service refused or that failed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar, cast

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

MessageT = TypeVar("MessageT", bound=Message)

_DETAILS_KEY = "grpc-status-details-bin"

_NOT_GRPC = (
    "this is not a port for gRPC: connect to the port that the server uses for gRPC, such as 50051,"
    " and not for HTTP"
)

#: What to say if a connection cannot be used, by what gRPC says. A retry cannot help.
_UNUSABLE = {
    "Hostname Verification Check failed": "the certificate of the server is for other names:"
    " connect by one of them",
    "CERTIFICATE_VERIFY_FAILED: certificate has expired": "the certificate of the server has ended",
    "CERTIFICATE_VERIFY_FAILED": "the certificate of the server is of an unknown authority: pass"
    " a file with that authority as ca (--ca)",
    "WRONG_VERSION_NUMBER": "the server does not use TLS: connect to HOST:PORT, without grpcs://",
    "Trying to connect an http1.x server": _NOT_GRPC,
    "missing selected ALPN property": _NOT_GRPC,
}
_ARE_UNUSABLE = frozenset(_UNUSABLE.values())

#: What to say if a server accepts a connection and closes it before it says anything. It may also
#: be starting or stopping, so a retry can help.
CLOSED = (
    "the server has closed the connection: if it uses TLS, connect to grpcs://HOST:PORT; it may"
    " also require a certificate (cert and key)"
)
_CLOSED = "failed to connect", "Socket closed"


@dataclass(frozen=True, slots=True)
class Violation:
    """One invalid field of a request: its path, such as `settings.batch_size`, and the problem."""

    field: str
    description: str


class ClearpropError(Exception):
    """A call that was refused or failed.

    - `code`: the gRPC status code.
    - `reason`: a stable word for programs, such as NETWORK_NOT_FOUND; empty if the error comes from
      the connection and not from the service.
    - `message`: a sentence for people.
    - `metadata`: the resources concerned, by name.
    - `violations`: every invalid field of the request, if the code is INVALID_ARGUMENT.
    - `retry_after`: the seconds after which the service suggests a retry, or None.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: tuple[Violation, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.metadata = dict(metadata or {})
        self.violations = violations
        self.retry_after = retry_after

    @classmethod
    def from_rpc(cls, error: grpc.RpcError) -> Self:
        """Return the error for an exception of gRPC, of either form."""
        status = _status(error)
        info = next(_details(status, ErrorInfo), ErrorInfo())
        retry = next(_details(status, RetryInfo), None)
        return cls(
            error.code(),
            _message(error),
            reason=info.reason,
            metadata=info.metadata,
            violations=tuple(
                Violation(bad.field, bad.description)
                for request in _details(status, BadRequest)
                for bad in request.field_violations
            ),
            retry_after=None if retry is None else retry.retry_delay.ToTimedelta().total_seconds(),
        )

    @property
    def is_transient(self) -> bool:
        """Whether a retry of the same call can help.

        It can if the service suggests it or is UNAVAILABLE, and if the connection was lost before
        the service answered.
        """
        return (
            self.retry_after is not None
            or (self.code is grpc.StatusCode.UNAVAILABLE and self.message not in _ARE_UNUSABLE)
            or (not self.reason and self.code is grpc.StatusCode.CANCELLED)
            or (not self.reason and "RST_STREAM" in self.message)
        )


def _message(error: grpc.RpcError) -> str:
    message = error.details() or "the call failed without a message"
    if error.code() is not grpc.StatusCode.UNAVAILABLE:
        return message
    if all(words in message for words in _CLOSED):
        return CLOSED
    return next((words for found, words in _UNUSABLE.items() if found in message), message)


def _status(error: grpc.RpcError) -> Status:
    metadata = cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ())
    for key, value in metadata:
        if key == _DETAILS_KEY:
            try:
                return Status.FromString(value)
            except DecodeError:
                break
    return Status()


def _details(status: Status, kind: type[MessageT]) -> Iterator[MessageT]:
    for detail in status.details:
        message = kind()
        if detail.Unpack(message):
            yield message
