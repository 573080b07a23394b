"""The page as a person sees it: a real browser, and a real server."""

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
    """A browser that the tests of one file share, for it takes long to start."""
    with new_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that shares nothing with those before it, in which every complaint is a failure."""
    complaints: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: _hear(complaints, message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def _hear(complaints: list[str], text: str) -> None:
    # The browser says of every refusal that nothing was loaded: what the page says is tested.
    if not text.startswith("Failed to load resource"):
        complaints.append(text)
