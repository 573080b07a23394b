"""The page while it shows a run of a million updates a second: its frames, and its memory."""

import time
from dataclasses import dataclass
from shutil import which

import clearprop
from playwright.sync_api import Browser, Page

from bench.browser_trace import Task, traced
from bench.browsing import browsing
from bench.plain_browser import private
from bench.report import Row
from bench.serving import Server

_SECONDS = 20.0
_FRAME = 1 / 60  # s
_MOST_WORK = 8.0  # ms of the main thread in a frame: half of it, so that no frame is missed
_MOST_MEMORY = 150.0  # MiB of the process that draws the page

_WORK = "the page follows a run of 2-5-1 on XOR: {}"
_EPOCHS = 10**12  # the run is cancelled


@dataclass(frozen=True, slots=True)
class Watching:
    """What a page did while it followed a run."""

    updates: float
    """Updates of the run per second."""
    frames: list[float]
    """Milliseconds of the main thread in each frame of 1/60 s."""
    memory: float
    """MiB of the process that draws the page, at the end."""

    @property
    def work(self) -> float:
        """Milliseconds of the main thread in a frame, on average."""
        return sum(self.frames) / len(self.frames)

    @property
    def busy(self) -> float:
        """The share of frames that need more than their time."""
        return sum(each > 1000 * _FRAME for each in self.frames) / len(self.frames)


def rows() -> list[Row]:
    """Measure what each frame costs, and the memory of the page."""
    path = which("chromium")
    if path is None:
        return []  # what opens the page says so
    with browsing(path) as (browser, server):
        found = watch(browser, server, _SECONDS)
    return [_frames(found), _memory(found)]


def watch(browser: Browser, server: Server, seconds: float) -> Watching:
    """Train, follow the run on the page, and say what that took."""
    with clearprop.connect(server.target) as client:
        network = client.create_network("xor", layer_sizes=[2, 5, 1])
        run = network.train("xor", learning_rate=5.0, batch_size=4, epochs=_EPOCHS)
        page = browser.new_page()
        page.goto(f"http://{server.http}/?mode=train&network=xor")
        page.get_by_label("Weights", exact=True).get_by_role("group").first.wait_for()
        before, began = run.refresh().updates_done, time.perf_counter()
        trace = traced(browser, page, lambda: page.wait_for_timeout(1000 * seconds))
        frames = _by_frame(trace.tasks, seconds)
        speed = (run.refresh().updates_done - before) / (time.perf_counter() - began)
        memory = _memory_of(browser, page)
        run.cancel()
        page.close()
    return Watching(speed, frames, memory)


def _by_frame(tasks: list[Task], seconds: float) -> list[float]:
    """Return the milliseconds of tasks by the frame in which they begin."""
    work = [0.0] * int(seconds / _FRAME)
    first = min(each.begin for each in tasks)
    for each in tasks:
        frame = int((each.begin - first) / _FRAME)
        if frame < len(work):
            work[frame] += each.work
    return work


def _memory_of(browser: Browser, page: Page) -> float:
    """Return the MiB that only the process that draws the page has."""
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    drawing = [each["id"] for each in processes if each["type"] == "renderer"]
    return max(map(private, drawing))


def _frames(found: Watching) -> Row:
    return Row(
        _WORK.format("its main thread in a frame of 1/60 s"),
        f"{found.work:.1f} ms; {100 * found.busy:.1f} % of frames are late",
        f"the run makes {found.updates:,.0f} updates/s",
        f"{found.work:.1f} ms",
        f"≤ {_MOST_WORK:.0f} ms",
        found.work <= _MOST_WORK,
    )


def _memory(found: Watching) -> Row:
    return Row(
        _WORK.format("memory of the process that draws it"),
        f"{found.memory:.0f} MiB",
        "",
        f"{found.memory:.0f} MiB",
        f"≤ {_MOST_MEMORY:.0f} MiB",
        found.memory <= _MOST_MEMORY,
    )
