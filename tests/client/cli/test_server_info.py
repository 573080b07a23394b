"""`clearprop info`: limits and functions of the server."""

import json
import re

from console import Clearprop

from training.limits import Limits, described


def test_info_shows_limits(clearprop: Clearprop) -> None:
    shown = clearprop("info").stdout
    assert "store: sqlite" in shown
    for limit in described(Limits()):
        row = rf"^  {limit.name} +{limit.value:,}  {re.escape(limit.description)}( \(.+ used\))?$"
        assert re.search(row, shown, re.MULTILINE), limit.name
    assert re.search(r"store_bytes .* \([0-9,]{5,} used\)$", shown, re.MULTILINE)
    output = json.loads(clearprop("info", "--json").stdout)
    assert output["limits"]["responseBytes"] == str(64 * 2**20)
    assert output["limits"]["batchNumbers"] == str(2**24)
    assert output["limits"]["uploads"] == "4"


def test_info_shows_functions_with_their_defaults(clearprop: Clearprop) -> None:
    shown = clearprop("info").stdout
    assert "leaky-relu" in shown
    assert "categorical-cross-entropy" in shown
    assert "(default: beta1 0.9, beta2 0.999, epsilon 1e-08)" in shown
    assert "(default: low -0.12, high 0.12)" in shown
