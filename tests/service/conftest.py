"""A browser for the tests of the faces that have pages."""

from collections.abc import Iterator

import pytest
from browsers import SharedBrowser, new_shared_browser
from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def shared_browser() -> Iterator[SharedBrowser]:
    """The browser of this process, and whether it is in use."""
    with new_shared_browser() as shared:
        yield shared


@pytest.fixture(scope="module")
def browser(shared_browser: SharedBrowser) -> Iterator[Browser]:
    """The browser that all tests share: open tabs of your own, and close them."""
    with shared_browser.in_use():
        yield shared_browser.browser


@pytest.fixture(scope="module")
def tab(shared_browser: SharedBrowser, browser: Browser) -> Page:
    """The tab that tests share in turn: a new one compiles the modules of the page."""
    return shared_browser.tab
