"""How the page writes a number in full, for tests that compare it with the service's."""

import re
import time
from collections.abc import Sequence
from decimal import Decimal

from playwright.sync_api import Locator

_SHOWN_SECONDS = 30.0


def exact(value: float) -> re.Pattern[str]:
    """What stands in `data-exact`: the shortest decimal of the same float64, with a real minus."""
    text = repr(value).removesuffix(".0")
    # JavaScript writes exponents from a millionth on, Python from a tenth of a thousandth.
    if 1e-6 <= abs(value) < 1e-4:
        text = format(Decimal(text), "f")
    text = re.escape(text.replace("e-0", "e-"))
    return re.compile("^" + text.replace("\\-", "[−-]") + "$")


def expect_numbers(elements: Locator, values: Sequence[float]) -> None:
    """Wait until elements show these numbers in full: one look at all takes as long as at one."""
    expected = [exact(value) for value in values]
    give_up = time.monotonic() + _SHOWN_SECONDS
    while True:
        shown = elements.evaluate_all("all => all.map((each) => each.dataset.exact ?? '')")
        if len(shown) == len(expected) and all(map(re.Pattern.match, expected, shown)):
            return
        assert time.monotonic() < give_up, (shown, values)
        elements.page.wait_for_timeout(20)
