"""Commands about runs: runs, pause, resume, cancel."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop import Network, Run, RunInfo
from clearprop.cli.connection import connected
from clearprop.cli.console import say, show_failure
from clearprop.cli.number_format import number
from clearprop.cli.options import Json, NetworkId
from clearprop.cli.output import run_line, say_json, show_end, show_table, show_warnings
from clearprop.cli.parsers import whole_number
from clearprop.cli.progress import show_waiting
from clearprop.cli.server_options import Server
from clearprop.v1.run_pb2 import ScheduleKind
from clearprop.values import enum_word

RunNumber = Annotated[
    int | None,
    typer.Argument(
        metavar="RUN",
        parser=whole_number(),
        help="The number of the run.",
        show_default="the active run",
    ),
]


def runs(network: NetworkId, *, as_json: Json = False, server: Server) -> None:
    """List a network's runs.

    The latest run comes first; how it ended and warnings about it follow the table.
    """
    with connected(server) as client:
        found = list(client.network(network).runs())
        if found:
            found[0].refresh()  # with its warnings
    if as_json:
        for run in found:
            say_json(run.message)
    elif found:
        show_table(
            [
                "run",
                "state",
                "set",
                "optimizer",
                "rate",
                "batch",
                "epochs",
                "updates",
                "of",
                "cost",
            ],
            (
                [
                    str(run.number),
                    run.state,
                    run.settings.training_set,
                    run.optimizer,
                    _rate(run),
                    str(run.settings.batch_size),
                    f"{run.settings.epochs:,}",
                    f"{run.updates_done:,}",
                    f"{run.total_updates:,}",
                    number(run.latest_cost),
                ]
                for run in found
            ),
        )
        for run in found:
            if run.non_finite_cost is not None:
                say(
                    f"[yellow]The first non-finite cost of run {run.number} is at update"
                    f" {run.non_finite_cost:,}.[/]"
                )
            show_waiting(run)
        show_end(found[0], f"Run {found[0].number}")
        show_warnings(found[0].warnings)
    else:
        say(f"[cyan]{escape(network)}[/] has no runs. [bold]clearprop train[/] starts one.")


def pause(
    network: NetworkId, run: RunNumber = None, *, as_json: Json = False, server: Server
) -> None:
    """Pause a run."""
    with connected(server) as client:
        _show(_find(client.network(network), run).pause(), as_json=as_json)


def resume(
    network: NetworkId, run: RunNumber = None, *, as_json: Json = False, server: Server
) -> None:
    """Resume a paused run."""
    with connected(server) as client:
        _show(_find(client.network(network), run).resume(), as_json=as_json)


def cancel(
    network: NetworkId, run: RunNumber = None, *, as_json: Json = False, server: Server
) -> None:
    """Cancel a run; its updates are kept."""
    with connected(server) as client:
        _show(_find(client.network(network), run).cancel(), as_json=as_json)


def _rate(run: RunInfo) -> str:
    """Return the learning rate, with its schedule if it is not constant."""
    settings = run.settings
    if not settings.HasField("schedule"):
        return number(settings.learning_rate)
    return f"{number(settings.learning_rate)} {enum_word(ScheduleKind, settings.schedule.kind)}"


def _find(network: Network, run: int | None) -> Run:
    number = run or network.active_run
    if number is None:
        show_failure(f"Network {network.id} has no active run. Name another run by its number.")
        raise typer.Exit(1)
    return network.run(number)


def _show(run: Run, *, as_json: bool) -> None:
    if as_json:
        say_json(run.message)
    else:
        say(run_line(run))
