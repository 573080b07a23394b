"""Shows a run while it goes on: a progress bar on a terminal, a line now and then in a pipe."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn

from clearprop import Run, Snapshot
from clearprop.cli.number_format import number
from clearprop.cli.output import out, run_line, say, say_plain

#: A run is looked at this often in all, so that looking never slows it down.
_LOOKS = 1000

#: A terminal of fewer columns has no room for a bar.
_NARROW = 60


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a run shows."""

    done: int
    cost: float | None
    updates_per_second: float
    state: str


def follow(run: Run, *, lines: int = 10) -> None:
    """Show a run until it is over; it goes on whether or not anyone looks.

    In a pipe, `lines` tell of the whole run.
    """
    begin, done_before = time.monotonic(), run.updates_done
    stride = max(1, run.total_updates // _LOOKS)
    done, cost = done_before, run.latest_cost
    with _bar(run) if out.is_terminal else _lines(run, lines) as show:
        for item in run.watch(stride=stride, detail="cost"):
            if isinstance(item, Snapshot):
                done, cost = item.number - run.first_update + 1, item.cost
            speed = max(done - done_before, 0) / (time.monotonic() - begin)
            show(Look(done, cost, speed, run.state))


@contextmanager
def _bar(run: Run) -> Iterator[Callable[[Look], None]]:
    columns: list[ProgressColumn] = [
        TextColumn("run {task.fields[run]} {task.fields[state]}"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TextColumn("cost {task.fields[cost]:<11}"),
        TextColumn("{task.fields[speed]:,.0f}/s"),
    ]
    if out.width < _NARROW:
        columns = columns[2:4]
    with Progress(*columns, console=out, expand=True) as progress:
        task = progress.add_task(
            "", total=run.total_updates, run=run.number, state="", cost="", speed=0.0
        )

        def show(look: Look) -> None:
            progress.update(
                task,
                completed=look.done,
                cost=number(look.cost),
                speed=look.updates_per_second,
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
                f"  cost {number(look.cost):<11}  {look.updates_per_second:>10,.0f}/s"
            )

    yield show
