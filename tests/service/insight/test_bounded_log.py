"""Callers cannot fill the log."""

import asyncio
import logging

import pytest

from service.insight import bounded_log
from service.insight.bounded_log import MOST_LINES, BoundedLog

logger = logging.getLogger("service.insight")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> BoundedLog:
    caplog.set_level(logging.INFO)
    return BoundedLog(logger)


async def test_the_first_lines_of_each_kind_are_written(
    log: BoundedLog, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1_000):
        log.write(logging.INFO, "A", "refused", {"code": "X"})
        log.write(logging.WARNING, "B", "failed", {})
    assert [record.message for record in caplog.records].count("refused") == MOST_LINES
    assert [record.message for record in caplog.records].count("failed") == MOST_LINES
    log.close()


async def test_the_others_are_counted_at_the_end_of_the_period(
    log: BoundedLog, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(MOST_LINES + 7):
        log.write(logging.INFO, "A", "refused", {})
    log._end(logging.INFO, "A")
    assert caplog.records[-1].__dict__["count"] == 7
    log.write(logging.INFO, "A", "refused", {})
    assert caplog.records[-1].message == "refused"
    log.close()


async def test_a_closed_log_has_errors_only(
    log: BoundedLog, caplog: pytest.LogCaptureFixture
) -> None:
    log.close()
    log.write(logging.WARNING, "A", "refused", {})
    log.write(logging.ERROR, "B", "broken", {})
    assert [record.message for record in caplog.records] == ["broken"]


async def test_the_period_ends_by_itself(
    log: BoundedLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_log, "PERIOD_SECONDS", 0.0)
    for _ in range(MOST_LINES + 1):
        log.write(logging.INFO, "A", "refused", {})
    await asyncio.sleep(0.01)  # timers of the past are called in the next turns
    assert caplog.records[-1].__dict__["count"] == 1
