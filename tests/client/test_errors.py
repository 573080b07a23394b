"""Callers receive all details of an error."""

from typing import Any

import clearprop
import grpc
import pytest
from clearprop import ClearpropError, Violation
from scripted import Refusal, ScriptedServer


def refused(scripted: ScriptedServer, refusal: Refusal) -> ClearpropError:
    scripted.answers("GetNetwork", refusal)
    with (
        clearprop.connect(scripted.target, retry_timeout=0) as client,
        pytest.raises(ClearpropError) as caught,
    ):
        client.network("n")
    return caught.value


def test_all_details_are_read(scripted: ScriptedServer) -> None:
    error = refused(
        scripted,
        Refusal(
            grpc.StatusCode.INVALID_ARGUMENT,
            "two fields are bad",
            "INVALID_FIELDS",
            retry_after=1.5,
            violations=[("settings.epochs", "must be at least 1"), ("network", "bad")],
            metadata=(("network", "n"),),
        ),
    )
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert error.message == "two fields are bad"
    assert str(error) == "INVALID_ARGUMENT: two fields are bad"
    assert error.reason == "INVALID_FIELDS"
    assert error.metadata == {"network": "n"}
    assert error.retry_after == 1.5
    assert error.violations == (
        Violation("settings.epochs", "must be at least 1"),
        Violation("network", "bad"),
    )


def test_an_error_without_details_is_an_error(scripted: ScriptedServer) -> None:
    error = refused(scripted, Refusal(grpc.StatusCode.INTERNAL, "oh"))
    assert (error.code, error.message) == (grpc.StatusCode.INTERNAL, "oh")
    assert (error.reason, error.metadata, error.violations) == ("", {}, ())
    assert error.retry_after is None


class BrokenError(grpc.RpcError):
    """An error whose details cannot be read."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.ABORTED

    def details(self) -> str | None:
        return None

    def trailing_metadata(self) -> Any:
        return (("other", b""), ("grpc-status-details-bin", b"\xff\xff"))


def test_details_that_cannot_be_read_do_not_hide_the_error() -> None:
    error = ClearpropError.from_rpc(BrokenError())
    assert error.code is grpc.StatusCode.ABORTED
    assert error.message


@pytest.mark.parametrize(
    ("code", "reason", "message", "retry_after", "transient"),
    [
        (grpc.StatusCode.UNAVAILABLE, "", "", None, True),
        (grpc.StatusCode.UNAVAILABLE, "DRAINING", "", 1.0, True),
        (grpc.StatusCode.ABORTED, "HEAD_MOVED", "", 0.1, True),
        (grpc.StatusCode.ABORTED, "STALE_ETAG", "", None, False),
        (grpc.StatusCode.CANCELLED, "", "", None, True),
        (grpc.StatusCode.INTERNAL, "", "Received RST_STREAM with error code 2", None, True),
        (grpc.StatusCode.INTERNAL, "", "Exception deserializing response!", None, False),
        (grpc.StatusCode.DATA_LOSS, "DAMAGED_HISTORY", "", None, False),
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELDS", "", None, False),
    ],
)
def test_transient_errors(
    code: grpc.StatusCode, reason: str, message: str, retry_after: float | None, transient: bool
) -> None:
    error = ClearpropError(code, message, reason=reason, retry_after=retry_after)
    assert error.is_transient is transient
