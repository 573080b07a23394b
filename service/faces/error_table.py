"""Maps errors of the domain to status codes and details, for every face."""

from collections.abc import Mapping

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from training import errors

#: The status code of each kind of error.
CODES: dict[type[errors.ClearpropError], grpc.StatusCode] = {
    errors.InvalidError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExistsError: grpc.StatusCode.ALREADY_EXISTS,
    errors.WrongStateError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.StaleError: grpc.StatusCode.ABORTED,
    errors.OutOfRangeError: grpc.StatusCode.OUT_OF_RANGE,
    errors.ExhaustedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.UnavailableError: grpc.StatusCode.UNAVAILABLE,
    errors.DataLossError: grpc.StatusCode.DATA_LOSS,
    errors.CancelledCallError: grpc.StatusCode.CANCELLED,
    errors.UnauthenticatedError: grpc.StatusCode.UNAUTHENTICATED,
    errors.DeniedError: grpc.StatusCode.PERMISSION_DENIED,
    errors.DeadlineError: grpc.StatusCode.DEADLINE_EXCEEDED,
}

DOMAIN = "clearprop"

#: The message of errors that are not the caller's: details are only in the log.
INTERNAL_ERROR = "internal error: see the log of the server"

# A gRPC status is sent in trailers, which are usually limited to 8 KiB.
_MOST_VIOLATIONS_BYTES = 4_000
_LONGEST_TEXT = 500


def code_of(error: errors.ClearpropError) -> grpc.StatusCode:
    """Return the status code of an error."""
    return next(code for kind, code in CODES.items() if isinstance(error, kind))


def status_of(error: errors.ClearpropError) -> Status:
    """Return an error as a google.rpc.Status with details, limited in size."""
    status = status_with(code_of(error), error.reason, error.message, error.metadata)
    if isinstance(error, errors.InvalidFields):
        status.details.append(_packed(_bad_request(error.violations)))
    if error.retry_after is not None:
        retry = RetryInfo()
        retry.retry_delay.FromMilliseconds(int(error.retry_after * 1000))
        status.details.append(_packed(retry))
    return status


def status_with(
    code: grpc.StatusCode, reason: str, message: str, metadata: Mapping[str, str] | None = None
) -> Status:
    """Return a google.rpc.Status with a reason for programs."""
    number, _ = code.value
    status = Status(code=number, message=_sendable(message))
    info = ErrorInfo(reason=reason, domain=DOMAIN)
    info.metadata.update({name: _sendable(value) for name, value in (metadata or {}).items()})
    status.details.append(_packed(info))
    return status


def _bad_request(violations: list[errors.Violation]) -> BadRequest:
    """Return all violations, or the first ones and the number of the others if they do not fit."""
    named: list[BadRequest.FieldViolation] = []
    size = 0
    for bad in violations:
        violation = BadRequest.FieldViolation(
            field=_sendable(bad.field), description=_sendable(bad.description)
        )
        size += violation.ByteSize()
        if size > _MOST_VIOLATIONS_BYTES:
            more = len(violations) - len(named)
            named.append(
                BadRequest.FieldViolation(field="", description=f"and {more} more invalid fields")
            )
            break
        named.append(violation)
    return BadRequest(field_violations=named)


def _sendable(text: str) -> str:
    """Return a text, which can contain data from the request, as a status can contain it.

    It is shortened to what a status allows, and control characters are escaped, which could change
    what a terminal or a log shows.
    """
    short = text[: _LONGEST_TEXT + 1]
    if not short.isprintable():
        short = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in short)
    return short if len(short) <= _LONGEST_TEXT else f"{short[:_LONGEST_TEXT]}…"


def _packed(detail: BadRequest | ErrorInfo | RetryInfo) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed
