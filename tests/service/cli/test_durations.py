"""Durations on the command line."""

import pytest
import typer

from service.cli.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"), [("30s", 30), ("2m", 120), ("6h", 21_600), ("7d", 604_800)]
)
def test_a_duration_has_a_unit(text: str, expected: int) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "7", "0h", "-1h", "1.5h", "1w", "1h30m", "\uff11h", "9" * 50 + "s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not a duration: use 30s"):
        seconds(text)
