"""A browser and a server whose page it opens."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.peers.compiling import BUILD
from bench.serving import Server, serving


@contextmanager
def browsing(chromium: str) -> Iterator[tuple[Browser, Server]]:
    """Start a server with an empty store, and the browser at a path."""
    BUILD.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=BUILD) as name,
        serving(Path(name), "page", http=True) as server,
        sync_playwright() as playwright,
    ):
        # Its sandbox needs rights that containers do not have.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser, server
        browser.close()
