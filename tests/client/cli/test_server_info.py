"""`clearprop info` shows what the server is."""

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


def test_the_functions_that_there_are_with_the_defaults_of_the_server(clearprop: Clearprop) -> None:
    shown = clearprop("info").stdout
    assert "leaky-relu" in shown
    assert "categorical-cross-entropy" in shown
    assert "(default: beta1 0.9, beta2 0.999, epsilon 1e-08)" in shown
    assert "(default: low -0.12, high 0.12)" in shown
