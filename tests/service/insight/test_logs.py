"""What a log looks like, and what is never in it."""

import json
import logging
from collections.abc import Iterator

import pytest

from service.insight.logs import configure

logger = logging.getLogger("service.test")


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """Restore the configuration of logging after a test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_has_one_object_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", "info")
    logger.debug("unseen")
    logger.info("call refused", extra={"code": "NOT_FOUND", "latency": 0.5})
    (line,) = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert found.pop("timestamp").endswith("Z")
    assert found == {
        "event": "call refused",
        "level": "info",
        "logger": "service.test",
        "code": "NOT_FOUND",
        "latency": 0.5,
    }


def test_text_has_the_level_and_the_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure("text", "warning")
    logger.info("unseen")
    logger.warning("%d runs wait", 2, extra={"code": "X"})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("Z [WARNING] 2 runs wait [service.test] code=X")


class ExecuteBatchError(Exception):
    """Named like the error of gRPC, which cannot be imported."""


def test_a_client_that_goes_before_its_answer_is_no_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("json", "info")
    for error in (ExecuteBatchError("Failed"), ValueError("Failed")):
        logging.getLogger("grpc._cython.cygrpc").error("raised in core", exc_info=error)
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError" in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_clients_send_does_not_begin_a_line_and_is_cut(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(form, "info")
    logger.info("refused %s", "a\nb", extra={"network": "x\n\x1b[2J" + "y" * 10_000})
    (line,) = capsys.readouterr().err.splitlines()
    assert "\x1b" not in line
    assert len(line) < 1_000


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_does_not_show_the_values_of_variables(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(weights: list[float]) -> None:
        raise ValueError(len(weights))

    configure(form, "info")
    try:
        fail([0.123456789])
    except ValueError:
        logger.exception("internal error")
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "in fail" in said
    assert "0.123456789" not in said.replace("fail([0.123456789])", "")


def test_warnings_of_libraries_are_in_the_same_log(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", "info")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("alembic.runtime.migration").info("Context impl SQLiteImpl.")
    logging.getLogger("grpc").warning("an odd frame")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["logger"] == "grpc"
