"""The page, as a browser opens it."""

import time
from shutil import which

from playwright.sync_api import Browser

from bench.browsing import browsing
from bench.measuring import Times
from bench.report import Row

_REPETITIONS = 7
_MOST = 0.3

_WORK = "the page is opened by a browser that {}, until its views can be chosen"


def rows() -> list[Row]:
    """Measure how long a visitor waits for the page: the first time, and again."""
    path = which("chromium")
    if path is None:
        return [Row(_WORK.format("is not installed"), "no chromium", "", "", f"≤ {_MOST} s", None)]
    with browsing(path) as (browser, server):
        visits = [_visits(browser, f"http://{server.http}") for _ in range(_REPETITIONS)]
    first, again = zip(*visits[1:], strict=True)  # before the first one, the browser starts
    return [_row("has no file of it", first), _row("has its files", again)]


def _visits(browser: Browser, address: str) -> tuple[float, float]:
    """Return the seconds of a first and of a second visit."""
    context = browser.new_context()
    page = context.new_page()
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        page.goto(address)
        page.get_by_role("link", name="Look inside").wait_for()
        seconds.append(time.perf_counter() - began)
    context.close()
    first, again = seconds
    return first, again


def _row(browser: str, seconds: tuple[float, ...]) -> Row:
    times = Times(list(seconds))
    return Row(
        _WORK.format(browser),
        times.text(1.0, "s"),
        "",
        f"{times.median:.2f} s",
        f"≤ {_MOST} s",
        times.median <= _MOST,
    )
