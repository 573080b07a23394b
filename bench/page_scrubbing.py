"""The page with networks of five sizes: opened, played as a film, scrubbed and stepped through."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import which

import clearprop
from playwright.sync_api import Browser, Page

from bench.browser_trace import traced
from bench.browsing import browsing
from bench.page_networks import NETWORKS, train
from bench.plain_browser import plain_tab
from bench.report import Row
from bench.serving import Server

_SECONDS = 4.0
_STEPS = 40
_PAUSE = 60  # ms between two steps
_WAIT = 30.0  # s
_MOST_OPENING, _LEAST_FRAMES, _MOST_STEP = 1000.0, 30.0, 8.0  # ms, per second, ms
_MOST_MEMORY = 200e6 / 2**20  # MiB

_WORK = "the page with 2-5-1, 13-8-3, 64-32-10, 784-100-10 and 1000-900-100: {}"

#: The address of each view, and what it shows once it is open.
_VIEWS = {
    "Look inside": ("/?network={}&update={}", ".cells canvas, .picture svg .unit"),
    "Train": ("/?mode=train&network={}&update={}", ".weight-map canvas, .moving svg .unit"),
    "Compare": ("/?mode=compare&network={}&base=0&update={}", ".cells canvas, .picture svg .unit"),
}

#: Notes when a view is there: milliseconds since its last answer from the service.
_OPENING = """(selector) => new Promise((resolve) => {
    const look = () => {
        if (!document.querySelector(selector)) return requestAnimationFrame(look);
        const now = performance.now();
        const answers = performance.getEntriesByType("resource")
            .filter(({ name, responseEnd }) => name.includes("/v1/") && responseEnd <= now);
        requestAnimationFrame(() => resolve(
            performance.now() - Math.max(...answers.map(({ responseEnd }) => responseEnd))));
    };
    look();
})"""

#: Counts the updates whose weights are drawn.
_COUNT = """() => {
    const seen = (window.seen = new Set());
    const look = () => {
        if (window.seen !== seen) return;
        seen.add(document.querySelector(".weights h3").textContent);
        requestAnimationFrame(look);
    };
    look();
}"""

#: Drags the slider of updates from one place to another.
_SCRUB = """async ([first, last, time]) => {
    const slider = document.querySelector(".time input[type=range]");
    const began = performance.now();
    for (let part = 0; part < 1; part = (performance.now() - began) / time) {
        slider.value = Math.round(first + (last - first) * part);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
    }
}"""


@dataclass(frozen=True, slots=True)
class Moving:
    """A page that shows one update after the other: per second, and milliseconds for each."""

    updates: float
    frames: float
    work: float

    def __str__(self) -> str:
        """Return all of it."""
        return f"{self.updates:.0f} updates and {self.frames:.0f} frames/s, {self.work:.0f} ms each"


@dataclass(frozen=True, slots=True)
class Found:
    """What a network took: by view, and by what was done."""

    opening: dict[str, float]
    memory: dict[str, float]
    film: Moving
    scrubbing: Moving
    step: float


def rows() -> list[Row]:
    """Measure each network in each view."""
    path = which("chromium")
    if path is None:
        return []  # what opens the page says so
    found = [measure(path, name) for name in NETWORKS]
    views = [row for view in _VIEWS for row in _of_view(found, view)]
    return [*views, *_of_movement(found), _of_steps(found)]


def measure(chromium: str, name: str) -> Found:
    """Measure one network, with a browser and a server of its own."""
    with browsing(chromium) as (browser, server):
        with clearprop.connect(server.target) as client:
            latest = train(client, name)
        opening = {}
        for view in _VIEWS:
            with _opened(browser, server, view, name, latest // 2) as (_, milliseconds):
                opening[view] = milliseconds
        memory = {view: _memory(chromium, server, view, name, latest // 2) for view in _VIEWS}
        with _opened(browser, server, "Train", name, 0) as (page, _):
            play = page.get_by_role("button", name="Play", exact=False).first
            film = _moved(browser, page, lambda: _play(page, play.click))
        with _opened(browser, server, "Train", name, latest // 4) as (page, _):
            way = [latest // 4, 3 * latest // 4, 1000 * _SECONDS]
            scrubbing = _moved(browser, page, lambda: page.evaluate(_SCRUB, way))
        with _opened(browser, server, "Look inside", name, latest // 2) as (page, _):
            page.keyboard.press("ArrowUp")
            page.wait_for_timeout(500)
            work = traced(browser, page, lambda: _step(page)).work
        return Found(opening, memory, film, scrubbing, work / _STEPS)


@contextmanager
def _opened(
    browser: Browser, server: Server, view: str, name: str, update: int
) -> Iterator[tuple[Page, float]]:
    """Open a view; yield the page and the milliseconds from its data to its drawing."""
    address, selector = _VIEWS[view]
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"http://{server.http}{address.format(name, update)}")
        milliseconds = float(page.evaluate(_OPENING, selector))
        page.wait_for_load_state("networkidle")
        yield page, milliseconds


def _moved(browser: Browser, page: Page, use: Callable[[], None]) -> Moving:
    counted: list[float] = []

    def use_and_count() -> None:
        page.evaluate(_COUNT)
        began = time.perf_counter()
        use()
        counted.append(float(page.evaluate("window.seen.size")))
        counted.append(time.perf_counter() - began)

    trace = traced(browser, page, use_and_count)
    updates, seconds = counted
    return Moving(updates / seconds, trace.frames / trace.seconds, trace.work / updates)


def _play(page: Page, begin: Callable[[], None]) -> None:
    """Play a film, with the curve at the top as after training."""
    begin()
    page.locator(".history > .curve").evaluate("(curve) => curve.scrollIntoView()")
    page.wait_for_timeout(1000 * _SECONDS)


def _step(page: Page) -> None:
    for _ in range(_STEPS):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(_PAUSE)


def _memory(chromium: str, server: Server, view: str, name: str, update: int) -> float:
    """Return the MiB of the process that draws a view, in a browser of its own."""
    address, selector = _VIEWS[view]
    with plain_tab(chromium) as tab:
        tab.open(f"http://{server.http}{address.format(name, update)}")
        end = time.monotonic() + _WAIT
        while not tab.evaluate(f"document.querySelectorAll({selector!r}).length"):
            assert time.monotonic() < end, "the page does not open"
            time.sleep(0.1)
        time.sleep(2)
        return tab.resident_memory()


def _of_view(found: list[Found], view: str) -> list[Row]:
    opening = [each.opening[view] for each in found]
    memory = [each.memory[view] for each in found]
    return [
        _row(f"{view} is drawn after its data is there", opening, "ms", _MOST_OPENING),
        _row(f"memory of the process that draws {view}", memory, "MiB", _MOST_MEMORY),
    ]


def _of_steps(found: list[Found]) -> Row:
    steps = [each.step for each in found]
    return _row("main thread in a step of Look inside", steps, "ms", _MOST_STEP)


def _row(what: str, values: list[float], unit: str, most: float) -> Row:
    text = ", ".join(f"{each:.0f}" for each in values)
    worst = max(values)
    return Row(
        _WORK.format(what),
        f"{text} {unit}",
        "",
        f"{worst:.0f} {unit}",
        f"≤ {most:.0f} {unit}",
        worst <= most,
    )


def _of_movement(found: list[Found]) -> list[Row]:
    movements = {
        "a film in Train": [each.film for each in found],
        "the slider of Train": [each.scrubbing for each in found],
    }
    return [
        Row(
            _WORK.format(what),
            "; ".join(map(str, moved)),
            "",
            f"{min(each.frames for each in moved):.0f} frames/s",
            f"≥ {_LEAST_FRAMES:.0f} frames/s",
            min(each.frames for each in moved) >= _LEAST_FRAMES,
        )
        for what, moved in movements.items()
    ]
