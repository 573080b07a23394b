"""Maps errors of the domain to status codes and details, for every face."""

from collections.abc import Mapping

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from training import error_kinds, errors

#: The status code of each kind of error.
CODES: dict[type[error_kinds.ClearpropError], grpc.StatusCode] = {
    error_kinds.InvalidError: grpc.StatusCode.INVALID_ARGUMENT,
    error_kinds.NotFoundError: grpc.StatusCode.NOT_FOUND,
    error_kinds.AlreadyExistsError: grpc.StatusCode.ALREADY_EXISTS,
    error_kinds.WrongStateError: grpc.StatusCode.FAILED_PRECONDITION,
    error_kinds.StaleError: grpc.StatusCode.ABORTED,
    error_kinds.OutOfRangeError: grpc.StatusCode.OUT_OF_RANGE,
    error_kinds.ExhaustedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    error_kinds.UnavailableError: grpc.StatusCode.UNAVAILABLE,
    error_kinds.DataLossError: grpc.StatusCode.DATA_LOSS,
    error_kinds.CancelledCallError: grpc.StatusCode.CANCELLED,
    error_kinds.UnauthenticatedError: grpc.StatusCode.UNAUTHENTICATED,
    error_kinds.DeniedError: grpc.StatusCode.PERMISSION_DENIED,
    error_kinds.DeadlineError: grpc.StatusCode.DEADLINE_EXCEEDED,
}

DOMAIN = "clearprop"

#: The message of errors that are not the caller's: details are only in the log.
INTERNAL_ERROR = "internal error: see the log of the server"

# A gRPC status is sent in trailers, which are usually limited to 8 KiB.
_MOST_VIOLATIONS_BYTES = 4_000
_LONGEST_TEXT = 500

# Descriptions are shortened to one of these lengths, so that all invalid fields have space.
_DESCRIPTION_LENGTHS = (_LONGEST_TEXT, 240, 160, 120, 80, 60, 40)


def code_of(error: error_kinds.ClearpropError) -> grpc.StatusCode:
    """Return the status code of an error."""
    return next(code for kind, code in CODES.items() if isinstance(error, kind))


def status_of(error: error_kinds.ClearpropError) -> Status:
    """Return an error as a google.rpc.Status with details, limited in size."""
    invalid = error.violations if isinstance(error, errors.InvalidFields) else []
    message = _summary(invalid) if invalid else error.message
    status = status_with(code_of(error), error.reason, message, error.metadata)
    if invalid:
        status.details.append(_packed(_bad_request(invalid)))
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


def _summary(violations: list[errors.Violation]) -> str:
    """Return a message that names all invalid fields, or the first ones and how many there are."""
    for most in _DESCRIPTION_LENGTHS:
        message = ""
        for bad in violations:
            message += f"{'; ' if message else ''}{_shortened(bad, most)}"
            if len(message) > _LONGEST_TEXT:
                break
        else:
            return message
    message, named = f"{len(violations):,} invalid fields: ", 0
    for bad in violations:
        name = f"{', ' if named else ''}{bad.field}"
        if len(message) + len(name) > _LONGEST_TEXT - len(f" and {len(violations):,} more"):
            break
        message, named = message + name, named + 1
    if not named:
        return str(violations[0])
    more = len(violations) - named
    return f"{message} and {more:,} more" if more else message


def _bad_request(violations: list[errors.Violation]) -> BadRequest:
    """Return all violations, or the first ones and the number of the others if they do not fit."""
    named: list[BadRequest.FieldViolation] = []
    for most in _DESCRIPTION_LENGTHS:
        named = _fitting(violations, most)
        if len(named) == len(violations):
            return BadRequest(field_violations=named)
    more = len(violations) - len(named)
    counted = BadRequest.FieldViolation(field="", description=f"and {more} more invalid fields")
    return BadRequest(field_violations=[*named, counted])


def _fitting(violations: list[errors.Violation], most: int) -> list[BadRequest.FieldViolation]:
    """Return the first violations, as many as fit with descriptions of up to `most` characters."""
    named: list[BadRequest.FieldViolation] = []
    size = 0
    for bad in violations:
        violation = BadRequest.FieldViolation(
            field=_sendable(bad.field), description=_sendable(_shortened(bad, most).description)
        )
        size += violation.ByteSize()
        if size > _MOST_VIOLATIONS_BYTES:
            break
        named.append(violation)
    return named


def _shortened(bad: errors.Violation, most: int) -> errors.Violation:
    """Return a violation with a description of up to `most` characters, cut between words."""
    if len(bad.description) <= most:
        return bad
    words, _, _ = bad.description[: most - 1].rpartition(" ")
    return errors.Violation(bad.field, f"{words or bad.description[: most - 2]} …")


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
