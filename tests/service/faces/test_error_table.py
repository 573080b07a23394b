"""Every error of the domain has a status code and a unique reason."""

import inspect

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo

from service.faces.error_table import CODES, code_of, status_of
from training import errors
from training.errors import ClearpropError, InvalidFields, NetworkNotFound, Violation

KINDS = set(CODES)
ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ClearpropError) and kind is not ClearpropError and kind not in KINDS
]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_of_exactly_one_kind(error: type[ClearpropError]) -> None:
    assert len([kind for kind in KINDS if issubclass(error, kind)]) == 1


def test_only_the_errors_have_reasons() -> None:
    import service.app  # noqa: F401, PLC0415 - all modules of the server

    waiting: list[type[ClearpropError]] = [ClearpropError]
    with_reason: set[type[ClearpropError]] = set()
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        with_reason |= {kind for kind in kinds if "reason" in vars(kind)}
    assert with_reason == set(ERRORS)


def test_reasons_are_unique() -> None:
    assert len(ERRORS) >= 20
    reasons = [error.reason for error in ERRORS]
    assert len(set(reasons)) == len(reasons)
    assert all(reason.isupper() for reason in reasons)


def test_no_kind_of_error_is_unknown_or_internal() -> None:
    assert not {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL} & set(CODES.values())


def test_a_status_has_the_reason_the_metadata_and_all_invalid_fields() -> None:
    status = status_of(NetworkNotFound("there is no network x", network="x"))
    info = ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (status.code, info.reason, dict(info.metadata)) == (
        code_of(NetworkNotFound("")).value[0],
        "NETWORK_NOT_FOUND",
        {"network": "x"},
    )
    status = status_of(InvalidFields([Violation("a", "is bad"), Violation("b", "is worse")]))
    bad = BadRequest()
    assert status.details[1].Unpack(bad)
    assert [violation.field for violation in bad.field_violations] == ["a", "b"]


def test_an_error_of_a_whole_request_has_no_field() -> None:
    error = InvalidFields([Violation("", "it is no message"), Violation("epochs", "must be 1")])
    assert status_of(error).message == "it is no message; epochs: must be 1"


def test_a_status_fits_in_trailers_whatever_the_caller_sent() -> None:
    many = [Violation(f"field[{index}]" * 100, "x" * 1000) for index in range(10_000)]
    assert status_of(InvalidFields(many)).ByteSize() < 7_000
    assert status_of(NetworkNotFound("é" * 100_000, network="é" * 100_000)).ByteSize() < 7_000


def test_a_status_contains_no_control_characters() -> None:
    text = "a\0b\r\nc\x1b[31m\u202ed − é"
    status = status_of(NetworkNotFound(text, network=text))
    info = ErrorInfo()
    assert status.details[0].Unpack(info)
    assert status.message == info.metadata["network"] == r"a\x00b\r\nc\x1b[31m\u202ed − é"
    assert len(status_of(NetworkNotFound("\0" * 10_000)).message) <= 501
