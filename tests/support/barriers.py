"""What axe finds on a page that keeps people with impaired vision or without a mouse from using it.

See https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md for its rules.
"""

from typing import Literal, TypeAlias

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

#: Only what is serious leaves the browser: all that axe looked at can be megabytes.
_FIND = """async (options) => {
    const { violations } = await axe.run({ resultTypes: ["violations"], ...options });
    return violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""

Rules: TypeAlias = Literal["all", "contrast", "not contrast"]

_OPTIONS: dict[Rules, object] = {
    "all": {},
    "contrast": {"runOnly": ["color-contrast"]},
    "not contrast": {"rules": {"color-contrast": {"enabled": False}}},
}


def serious_barriers(page: Page, rules: Rules = "all") -> list[str]:
    """Return what is wrong where; a theme changes contrasts alone, which are slow to measure."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_FIND, _OPTIONS[rules])
    return found
