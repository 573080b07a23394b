"""The page in a real browser, with a real server."""

from collections.abc import Iterator

import pytest
from browsers import new_browser
from playwright.sync_api import Browser, Page
from servers import ServerProcess, new_server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that the tests of one file share."""
    with new_server(tmp_path_factory.mktemp("site"), http=True) as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that the tests of one file share: it is slow to start."""
    with new_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with a state of its own; anything that it logs fails the test."""
    logged: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: _note(logged, message.text))
    page.on("pageerror", lambda error: logged.append(str(error)))
    yield page
    page.close()
    assert logged == []


def _note(logged: list[str], text: str) -> None:
    # The browser logs every response with an error; what the page shows of it is tested.
    if not text.startswith("Failed to load resource"):
        logged.append(text)
