"""`clearprop walk`: the code of one update, line by line."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop import NetworkInfo, WalkedLine, WalkedPhase, WalkedUpdate
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import exact
from clearprop.cli.options import Json, NetworkId
from clearprop.cli.output import say_json
from clearprop.cli.parsers import whole_number
from clearprop.cli.run_options import ONE_UPDATE, OneUpdate, takes
from clearprop.cli.server_options import Server

_USUAL_LINES = 40
_COLUMNS_OF_CODE = 52

_DONE = {
    "zero": "gradient sums set to zero",
    "forward": "forward",
    "drop-activations": "dropout of activations",
    "cost": "cost",
    "deltas": "deltas",
    "drop-deltas": "dropout of deltas",
    "add": "gradients added to their sums",
    "divide": "sums divided by the number of examples",
    "update": "parameter update",
}


@takes("which", ONE_UPDATE)
def walk(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    which: OneUpdate,
    first: Annotated[
        int,
        typer.Option(
            "--from-line",
            metavar="N",
            parser=whole_number(least=1),
            help="Start at the Nth executed line.",
        ),
    ] = 1,
    lines: Annotated[
        int,
        typer.Option(
            metavar="N", parser=whole_number(1, 10_000), help="Show N lines, up to 10,000."
        ),
    ] = _USUAL_LINES,
    phases_only: Annotated[
        bool,
        typer.Option("--phases", help="Show only the phases, with those of the first example."),
    ] = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Show the code of one update, line by line.

    The readable loops are executed again, and every line is shown with the values that it sets.
    For an update with too many lines, --phases shows the order of the computation.

    With --next, the next update is computed but not applied: that of the active run or, with --on,
    --learning-rate, --batch-size, --epochs and other options of `train`, the first update of a new
    run.
    """
    with connected(server) as client:
        read = client.network(network)
        found = read.walk(
            **which,
            first_step=first - 1,
            step_count=lines,
            phases_only=phases_only,
        )
    if as_json:
        say_json(found.message)
    elif phases_only:
        _show_phases(read, found)
    else:
        _show(read, found)


def _show(network: NetworkInfo, found: WalkedUpdate) -> None:
    say(
        f"[bold]Update {found.number:,}[/] of [cyan]{escape(network.id)}[/]: run {found.run},"
        f" {found.step_count:,} lines in {len(found.phases)} phases"
    )
    shown = None
    for line in found.lines:
        if line.phase.first_step != shown:
            shown = line.phase.first_step
            say(f"\n[bold]{_phase_name(line.phase)}[/]")
        say(_line(line))
    if found.next_step is not None:
        say(f"\n[dim]More lines: --from-line {found.next_step + 1}[/]")


def _show_phases(network: NetworkInfo, found: WalkedUpdate) -> None:
    say(
        f"[bold]Update {found.number:,}[/] of [cyan]{escape(network.id)}[/]: run {found.run},"
        " its phases with the first example; every example has the same phases"
    )
    for phase in found.phases:
        say(_phase_name(phase))


def _phase_name(phase: WalkedPhase) -> str:
    layer = "" if phase.layer is None else f", layer {phase.layer}"
    of = "" if phase.position is None else f", example {phase.position + 1} of the batch"
    return f"{_DONE.get(phase.kind, phase.kind).capitalize()}{layer}{of}"


def _line(line: WalkedLine) -> str:
    code = line.text.split("  #")[0].rstrip()
    changed = "  ".join(f"{name} = {exact(value)}" for name, value in line.changed.items())
    if changed:
        code = f"{code:<{_COLUMNS_OF_CODE}}"
    return f"[dim]{line.number:>4}[/]  {escape(code)}  [green]{escape(changed)}[/]"
