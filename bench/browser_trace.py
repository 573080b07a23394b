"""What the threads of a browser do while a page is used, by its own trace."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

#: What Chromium records: the tasks of its threads, their names, and the frames that it draws.
_TRACED = ["toplevel", "__metadata", "disabled-by-default-devtools.timeline.frame"]


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the main thread of a page.

    `begin` is in seconds; `work` is how long it had the processor, in milliseconds, on which other
    work of the machine has little influence.
    """

    begin: float
    work: float


@dataclass(frozen=True, slots=True)
class Trace:
    """The tasks of the main thread, and the number of frames that were drawn in `seconds`."""

    tasks: list[Task]
    frames: int
    seconds: float

    @property
    def work(self) -> float:
        """Milliseconds of the main thread."""
        return sum(each.work for each in self.tasks)


def traced(browser: Browser, page: Page, use: Callable[[], None]) -> Trace:
    """Use a page, and return its trace."""
    browser.start_tracing(page=page, categories=_TRACED)
    use()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    drawing = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    by_thread: dict[tuple[int, int], list[Task]] = {}
    for each in events:
        thread = each["pid"], each["tid"]
        if each["name"].endswith("RunTask") and thread in drawing:
            by_thread.setdefault(thread, []).append(_task(each))
    # There is another one for a page that the browser has prepared.
    busiest = max(by_thread.values(), key=lambda tasks: sum(each.work for each in tasks))
    begins = [each.begin for each in busiest]
    frames = sum(each["name"] == "DrawFrame" for each in events)
    return Trace(busiest, frames, max(begins) - min(begins))


def _task(event: dict[str, Any]) -> Task:
    return Task(event["ts"] / 1e6, float(event.get("tdur", event.get("dur", 0))) / 1000)
