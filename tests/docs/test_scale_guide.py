"""The guide about several servers and workers names what exists."""

import re
import shlex

from console import invoke
from documents import ROOT

from service.access.stream_tickets import LIFETIME
from service.execution.lease import MARGIN_SECONDS, SECONDS

GUIDE = (ROOT / "docs" / "scale.md").read_text()


def test_the_times_are_those_of_the_code() -> None:
    assert f"Its lease in the database ends after {SECONDS:.0f} s." in GUIDE
    assert MARGIN_SECONDS == 1.0
    assert "It stops its runs a second before its lease ends" in GUIDE
    assert f"which last for {LIFETIME.seconds} s" in GUIDE


def test_the_commands_and_options_exist() -> None:
    lines = re.findall(r"^ *(?:\(umask 077 && )?clearprop ([a-z].*?)\)?$", GUIDE, re.MULTILINE)
    used = [shlex.split(line.partition(">")[0]) for line in lines]
    assert {command for command, *_ in used} == {"serve", "work", "admin-token", "copy"}
    for command, *arguments in used:
        help_text = invoke(command, "--help").stdout
        for option in arguments:
            assert not option.startswith("--") or option in help_text, option


def test_files_and_settings_that_are_named_exist() -> None:
    for path in re.findall(r"docker/[\w./-]+", GUIDE):
        assert (ROOT / path.rstrip(".")).exists(), path
    assert "clearprop_runs_waiting" in (ROOT / "docs" / "operate.md").read_text()
    assert "demo-cluster:" in (ROOT / "Makefile").read_text()
