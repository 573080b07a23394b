"""`clearprop info` and help."""

import json

from console import Clearprop


def test_what_the_server_is(clearprop: Clearprop) -> None:
    shown = clearprop("info").stdout
    assert "store: sqlite" in shown
    assert f"{2**24:,}" in shown
    told = json.loads(clearprop("info", "--json").stdout)
    assert told["limits"]["responseBytes"] == str(64 * 2**20)
    assert told["limits"]["batchNumbers"] == str(2**24)
    assert told["limits"]["uploads"] == "4"


def test_help_names_every_command(clearprop: Clearprop) -> None:
    told = clearprop("--help").stdout
    for command in (
        *("demo", "serve", "info", "create", "networks", "state", "predict", "delete", "import"),
        "delete-updates",
        *("export", "import-network", "fork", "evaluate", "check-gradients"),
        *("train", "step", "watch", "runs", "pause", "resume", "cancel", "training-sets"),
    ):
        assert f" {command} " in told
    assert "Usage: clearprop train" in clearprop("train", "--help").stdout
