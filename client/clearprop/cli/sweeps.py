"""`clearprop sweep`: trains a network for each combination of settings, and compares them."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from clearprop import Client, SweepResult, SweepRow, SweepTrial
from clearprop.cli.connection import connected
from clearprop.cli.console import err, say, say_plain, show_advice, show_failure
from clearprop.cli.number_format import counted, number
from clearprop.cli.options import Json, TrainingSetId
from clearprop.cli.output import show_table
from clearprop.cli.parsers import one_of
from clearprop.cli.run_options import takes
from clearprop.cli.server_options import Server
from clearprop.cli.sweep_options import SWEEP
from clearprop.cli.sweep_values import varied
from clearprop.cli.watches import RETRY_TIMEOUT
from clearprop.sweeps.results import Mean
from clearprop.sweeps.setting_texts import text_of


@takes("arguments", SWEEP)
def sweep(  # noqa: PLR0913 - an argument for each option of the command
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The name of the sweep: its networks begin with it."),
    ],
    *,
    on: TrainingSetId,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="SETTING=VALUES",
            help="A setting that varies, such as learning-rate=0.01,0.1 or hidden-layers=8,16-8."
            " With --samples, also a range: learning-rate=log:0.001..0.1. Can be repeated.",
        ),
    ],
    arguments: dict[str, Any],
    sort: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            parser=one_of("measure", ["cost", "accuracy"]),
            help="Sort by cost or accuracy.",
        ),
    ] = "cost",
    as_json: Json = False,
    server: Server,
) -> None:
    """Train a network for each combination of settings, and compare them.

    Press Ctrl-C to stop; the same command again continues the sweep and trains no network twice.
    """
    choices = varied(vary)
    with connected(server, retry_timeout=RETRY_TIMEOUT) as client:
        result = _swept(client, name, on, vary=choices, **arguments)
    rows = result.rows("accuracy" if sort == "accuracy" else "cost")
    if as_json:
        for row in rows:
            say_plain(json.dumps(_as_json(row)))
    else:
        _show(result, rows)


def _swept(client: Client, name: str, training_set: str, **arguments: Any) -> SweepResult:  # noqa: ANN401 - as of the client
    try:
        with _progress() as report:
            return client.sweep(name, training_set, report=report, **arguments)
    except KeyboardInterrupt:
        show_failure("Interrupted. Networks that are being trained continue on the server.")
        show_advice(f"networks --where sweep={name}", "lists the networks of the sweep")
        raise typer.Exit(1) from None


@contextmanager
def _progress() -> Iterator[Callable[[SweepTrial, int, int], None]]:
    """Show a bar on a terminal; nothing in a pipe."""
    columns = [TextColumn("trials"), BarColumn(bar_width=None), MofNCompleteColumn()]
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda _, done, total: progress.update(task, completed=done, total=total)


def _show(result: SweepResult, rows: Sequence[SweepRow]) -> None:
    is_validated = any(trial.run.validation_examples for trial in result.trials)
    has_accuracy = any(row.accuracy for row in rows)
    failed = any(row.failed_count for row in rows)
    columns = [*result.varied, "validation cost" if is_validated else "cost of last batch"]
    columns += ["accuracy"] * has_accuracy + ["failed"] * failed + ["trials"]
    show_table(
        ["rank", *columns],
        (
            [
                f"{rank}",
                *(text_of(name, row.settings[name]) for name in result.varied),
                _measure(row.cost, number),
                *[_measure(row.accuracy, "{:.2%}".format)] * has_accuracy,
                *[str(row.failed_count or "")] * failed,
                _numbers(row),
            ]
            for rank, row in enumerate(rows, start=1)
        ),
    )
    say(
        f"Sweep [cyan]{escape(result.name)}[/]: {counted(len(rows), 'combination')},"
        f" {counted(len(result.trials), 'trial')}, {result.trained_count:,} trained now."
    )
    if len(result.trials) > len(rows):
        say("[dim]± is the standard deviation over the seeds and folds.[/]")
    if not is_validated:
        say(
            "[dim]Without held-out examples, settings that overfit look best. Add --folds 5 or"
            " --validation-share 0.2.[/]"
        )
    best = escape(rows[0].networks[0])
    say(f"[dim]Try:[/] clearprop history {best}")


def _measure(found: Mean | None, form: Callable[[float], str]) -> str:
    if found is None:
        return ""
    deviation = "" if found.deviation is None else f" ± {form(found.deviation)}"
    return f"{form(found.mean)}{deviation}"


def _numbers(row: SweepRow) -> str:
    """Return the numbers of the trials of a combination, which follow one another."""
    first, last = row.trials[0].number, row.trials[-1].number
    return f"{first}" if first == last else f"{first}-{last}"


def _as_json(row: SweepRow) -> dict[str, Any]:
    return {
        "settings": {name: text_of(name, value) for name, value in row.settings.items()},
        "cost": row.cost._asdict() if row.cost else None,
        "accuracy": row.accuracy._asdict() if row.accuracy else None,
        "failedCount": row.failed_count,
        "trials": [
            {
                "trial": trial.number,
                "network": trial.network,
                "seed": trial.seed,
                "fold": trial.fold,
                "state": trial.run.state,
                "cost": trial.cost,
                "accuracy": trial.accuracy,
            }
            for trial in row.trials
        ],
    }
