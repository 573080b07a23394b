"""The progress of a run: a bar on a terminal, a few lines in a pipe."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn

from clearprop import Run, RunEvent, RunInfo, Snapshot
from clearprop.cli.console import out, say, say_plain, sentence
from clearprop.cli.number_format import number
from clearprop.cli.output import run_line, validation_words
from clearprop.validations import Validation

#: The number of looks at a run, so that looking never slows it down.
_LOOKS = 1000

#: In seconds: the live rate is that of the last one, and of a tenth of it at least.
_WINDOW = 1.0
_SHORTEST_WINDOW = 0.1

#: How often the latest validation is read, in seconds.
_LOOK_SECONDS = 0.5

#: A terminal with fewer columns is too narrow for a bar.
_NARROW = 60


@dataclass(frozen=True, slots=True)
class Look:
    """The progress of a run at one look."""

    done: int
    cost: float | None
    updates_per_second: float | None
    state: str
    validation: Validation | None = None


class LiveRate:
    """Updates per second over the last second, from looks at how many there are."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._looks: deque[tuple[float, int]] = deque()

    def look(self, done: int) -> float | None:
        """Return the rate when `done` updates are done; None until there is enough to measure."""
        now = self._now()
        self._looks.append((now, done))
        while len(self._looks) > 2 and now - self._looks[1][0] >= _WINDOW:
            self._looks.popleft()
        since, done_then = self._looks[0]
        return (done - done_then) / (now - since) if now - since >= _SHORTEST_WINDOW else None


def show_waiting(run: RunInfo) -> None:
    """Print why a run does not train now, if it waits."""
    if run.waiting_for:
        say(f"[yellow]Run {run.number} waits: {escape(sentence(run.waiting_for))}[/]")


def follow(run: Run, *, lines: int = 10) -> None:
    """Show the progress of a run until it ends. In a pipe, the whole run is shown in `lines`."""
    rate = LiveRate()
    stride = max(1, run.total_updates // _LOOKS)
    done, cost = 0, None  # of the updates from the first one on, also if the run is over
    validation, looked = run.latest_validation, time.monotonic()
    with _bar(run) if out.is_terminal else _lines(run, lines) as show:
        for item in run.watch(stride=stride, detail="cost"):
            if isinstance(item, Snapshot) and item.cost is not None:
                done, cost = item.number - run.first_update + 1, item.cost
                if run.validation_examples and time.monotonic() - looked >= _LOOK_SECONDS:
                    # The stride skips most updates with a validation.
                    validation, looked = run.refresh().latest_validation, time.monotonic()
            elif isinstance(item, RunEvent):
                validation = item.run.latest_validation
            show(Look(done, cost, rate.look(done), run.state, validation))


@contextmanager
def _bar(run: Run) -> Iterator[Callable[[Look], None]]:
    columns: list[ProgressColumn] = [
        TextColumn("run {task.fields[run]} {task.fields[state]}"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TextColumn("cost {task.fields[cost]:<11}{task.fields[held_out]}"),
        TextColumn("{task.fields[rate]}"),
    ]
    if out.width < _NARROW:
        columns = columns[2:4]
    with Progress(*columns, console=out, expand=True) as progress:
        task = progress.add_task(
            "", total=run.total_updates, run=run.number, state="", cost="", rate="", held_out=""
        )

        def show(look: Look) -> None:
            progress.update(
                task,
                completed=look.done,
                cost=number(look.cost),
                held_out=validation_words(look.validation),
                rate=_per_second(look),
                state="" if look.state == "RUNNING" else look.state,
            )

        yield show


@contextmanager
def _lines(run: Run, lines: int) -> Iterator[Callable[[Look], None]]:
    say(run_line(run))
    shown = 0

    def show(look: Look) -> None:
        nonlocal shown
        reached = lines * look.done // run.total_updates
        if reached > shown:
            shown = reached
            say_plain(
                f"{look.done:>12,} of {run.total_updates:,} updates"
                f"  cost {number(look.cost):<11}{validation_words(look.validation)}"
                f"  {_per_second(look):>12}".rstrip()
            )

    yield show


def _per_second(look: Look) -> str:
    rate = look.updates_per_second
    return "" if rate is None else f"{rate:,.0f}/s"
