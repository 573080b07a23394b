"""How the page writes a number in full, for tests that compare it with the service's."""

import re
from decimal import Decimal


def exact(value: float) -> re.Pattern[str]:
    """What stands in `data-exact`: the shortest decimal of the same float64, with a real minus."""
    text = repr(value).removesuffix(".0")
    # JavaScript writes exponents from a millionth on, Python from a tenth of a thousandth.
    if 1e-6 <= abs(value) < 1e-4:
        text = format(Decimal(text), "f")
    text = re.escape(text.replace("e-0", "e-"))
    return re.compile("^" + text.replace("\\-", "[−-]") + "$")
