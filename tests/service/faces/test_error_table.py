"""Every error of the domain has a status code and a unique reason."""

import inspect

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo

from service.faces.error_table import CODES, code_of, status_of
from training import errors
from training.error_kinds import ClearpropError
from training.errors import InvalidFields, NetworkNotFound, Violation

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


def test_a_message_names_all_invalid_fields_by_shortening_long_descriptions() -> None:
    kinds = ", ".join(f"ACTIVATION_{letter * 8}" for letter in "ABCDEFGHIJKLMNOP")
    long = [Violation(f"activations[{layer}]", f"must be one of {kinds}") for layer in range(5)]
    error = InvalidFields([*long, Violation("epochs", "must be at least 1, not 0")])
    message = status_of(error).message
    assert message.startswith("activations[0]: must be one of ACTIVATION_AAAAAAAA, ACTIVATION_")
    assert message.endswith("; epochs: must be at least 1, not 0")
    assert message.count(", …; ") == message.count("activations[") == 5
    assert len(message) <= 500


def test_many_invalid_fields_are_named_and_those_that_do_not_fit_are_counted() -> None:
    many = InvalidFields([Violation(f"weights[{index}]", "must be finite") for index in range(90)])
    message = status_of(many).message
    assert message.startswith("90 invalid fields: weights[0], weights[1], ")
    assert message.endswith(" more")
    assert len(message) <= 500
    named, _, more = message.removesuffix(" more").rpartition(" and ")
    assert named.count("weights[") + int(more) == 90
    bad = BadRequest()
    assert status_of(many).details[1].Unpack(bad)
    assert len(bad.field_violations) == 90


def test_if_the_names_of_all_invalid_fields_fit_no_others_are_counted() -> None:
    many = [Violation(f"columns[{row}]", "must be a known category " * 9) for row in range(20)]
    message = status_of(InvalidFields(many)).message
    assert message.startswith("20 invalid fields: columns[0], ")
    assert message.endswith(", columns[19]")


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
