"""Durations on the command line."""

from datetime import timedelta

import pytest
import typer
from clearprop.cli.parsers import duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("2m", timedelta(minutes=2)),
        ("6h", timedelta(hours=6)),
        ("7d", timedelta(days=7)),
    ],
)
def test_a_duration_has_a_unit(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "7", "0h", "-1h", "1.5h", "1w", "1h30m", "\uff11h", "9" * 50 + "s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"is not a duration\. Write it as 30s"):
        duration(text)
