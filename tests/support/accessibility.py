"""What stands in the way of people who do not see the page, or use no mouse."""

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # has no types
from playwright.sync_api import Page


def serious_findings(page: Page) -> list[str]:
    """Return what axe finds that is serious or worse, and where."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{found['id']}: {[node['target'] for node in found['nodes']]}"
        for found in violations
        if found["impact"] in ("serious", "critical")
    ]
