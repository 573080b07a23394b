"""A real browser for tests: the Chromium of the machine. Without one they are skipped.

Tests take three quarters of the processor time in the headless shell, which is Chromium without
its windows: Debian has it as chromium-headless-shell.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import which

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

# Longer than a busy machine takes to show anything, in milliseconds.
expect.set_options(timeout=30_000)

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@contextmanager
def new_browser() -> Iterator[Browser]:
    """A browser without a window."""
    path = next(filter(None, map(which, _NAMES)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(_NAMES)} is installed")
    with sync_playwright() as playwright:
        # Its sandbox needs rights that containers do not have.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def new_page() -> Iterator[Page]:
    """A page of a browser of its own."""
    with new_browser() as browser:
        yield browser.new_page()


@dataclass
class SharedBrowser:
    """A browser of several files of tests, between which others may run: it is slow to start.

    While it is in use, Playwright's event loop is that of the thread, where others start theirs.
    """

    browser: Browser
    tab: Page
    loop: asyncio.AbstractEventLoop

    @contextmanager
    def in_use(self) -> Iterator[None]:
        asyncio._set_running_loop(self.loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)


@contextmanager
def new_shared_browser() -> Iterator[SharedBrowser]:
    """A browser that is in use when it starts, and when it ends."""
    with new_browser() as browser:
        shared = SharedBrowser(browser, browser.new_page(), asyncio.get_running_loop())
        yield shared
        asyncio._set_running_loop(shared.loop)
