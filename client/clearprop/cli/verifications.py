"""`clearprop verify`: recomputes a history and compares it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

from clearprop import Difference, Verification
from clearprop.cli.connection import connected
from clearprop.cli.console import err, say
from clearprop.cli.number_format import counted, number
from clearprop.cli.options import Json, NetworkId
from clearprop.cli.output import say_json
from clearprop.cli.server_options import Server


def verify(network: NetworkId, *, as_json: Json = False, server: Server) -> None:
    """Recompute a network's history and compare every bit.

    The exit code is 1 if anything differs.
    """
    last: Verification | None = None
    with connected(server) as client, _bar() as show:
        for last in client.network(network).verify():
            if as_json:
                say_json(last.message)
            show(last)
    if last is None or not last.done:
        if not as_json:
            _show_difference(network, last)
        raise typer.Exit(1)
    if not as_json:
        _show_success(network, last)


@contextmanager
def _bar() -> Iterator[Callable[[Verification], None]]:
    """Show a progress bar on a terminal, and nothing in a pipe."""
    columns = [
        TextColumn("verifying"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TextColumn("{task.fields[speed]:,.0f}/s"),
    ]
    begin = time.monotonic()
    silent = not err.is_terminal
    with Progress(*columns, console=err, expand=True, transient=True, disable=silent) as progress:
        task = progress.add_task("", total=0.0, speed=0.0)

        def show(look: Verification) -> None:
            done = look.verified_update - look.earliest_update
            progress.update(
                task,
                completed=done,
                total=look.latest_update - look.earliest_update,
                speed=done / (time.monotonic() - begin),
            )

        yield show


def _show_success(network: str, found: Verification) -> None:
    start = "" if found.earliest_update == 0 else f" from update {found.earliest_update:,}"
    updates = found.latest_update - found.earliest_update
    say(
        f"[green]✓[/] [cyan]{escape(network)}[/]{start}: {counted(updates, 'update')} recomputed,"
        f" {counted(found.keyframes, 'keyframe')} compared: every bit is equal."
    )


def _show_difference(network: str, found: Verification | None) -> None:
    difference = None if found is None else found.difference
    if found is None or difference is None:
        say(f"[red]✗[/] The verification of {escape(network)} ended early. Run it again.")
        return
    say(f"[red]✗[/] [cyan]{escape(network)}[/]: {escape(difference.text)}")
    _show_numbers(difference)
    if found.verified_update > found.earliest_update:
        say(f"Up to update {found.verified_update:,}, every bit is equal.")
    say("Restore the database from a backup, or fork from an earlier update: clearprop fork")


def _show_numbers(difference: Difference) -> None:
    if difference.stored is not None and difference.recomputed is not None:
        apart = abs(difference.stored - difference.recomputed)
        say(f"[dim]The numbers differ by {number(apart)}.[/]")
