"""Tables, JSON and lines about what the service answers."""

import math
from collections.abc import Iterable, Sequence

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from rich import box
from rich.markup import escape
from rich.table import Table

from clearprop import RunInfo, Snapshot, TrainingWarning
from clearprop.cli.console import console, say, say_plain
from clearprop.cli.number_format import counted, number, weight
from clearprop.validations import Validation
from clearprop.values import Matrix, Vector

_ANY_WIDTH = 10_000

_MOST_ROWS = 16
_MOST_COLUMNS = 8

_BARS = "▁▂▃▄▅▆▇█"

_COLOURS = {"SUCCEEDED": "green", "FAILED": "red", "CANCELLED": "yellow", "PAUSED": "yellow"}


def say_json(message: Message, name: str = "") -> None:
    """Print a message as one line of JSON, in an object under `name` if that is given."""
    text = MessageToJson(message, indent=None, always_print_fields_with_no_presence=True)
    say_plain(f'{{"{name}": {text}}}' if name else text)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table of plain text: the first column left-aligned, the others right-aligned.

    On a terminal that is too narrow, lines are broken instead of columns.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    whole = console(width=_ANY_WIDTH).measure(table).maximum
    console(width=whole).print(table)


def show_layer(weights: Matrix, biases: Vector) -> None:
    """Print the parameters of a layer, one unit per line; of a large layer, only the first ones."""
    columns = min(_MOST_COLUMNS, len(weights[0]))
    cut = len(weights[0]) > columns
    biased = len(biases) > 0
    show_table(
        [
            "unit",
            *(f"input {number}" for number in range(1, columns + 1)),
            *["…"] * cut,
            *["bias"] * biased,
        ],
        (
            [
                str(unit + 1),
                *(weight(value) for value in row[:columns]),
                *["…"] * cut,
                *([weight(biases[unit])] if biased else []),
            ]
            for unit, row in enumerate(weights[:_MOST_ROWS])
        ),
    )
    if len(weights) > _MOST_ROWS:
        say(f"[dim]{len(weights) - _MOST_ROWS:,} more units are not shown. --json prints all.[/]")


def whole_batch(examples: int) -> str:
    """Return the heading of what happens once for the batch, as markup."""
    return f"[bold]Whole batch[/] [dim]({counted(examples, 'example')})[/]"


def state_of(run: RunInfo) -> str:
    """Return a run's state in its colour, as markup."""
    colour = _COLOURS.get(run.state, "cyan")
    return f"[{colour}]{run.state}[/]"


def sparkline(costs: Sequence[float], width: int = 40) -> str:
    """Return a cost curve on a logarithmic scale as a line of small bars."""
    logs = [math.log(max(cost, 1e-12)) for cost in costs]
    return bars([logs[place * (len(logs) - 1) // (width - 1)] for place in range(width)])


def bars(values: Sequence[float]) -> str:
    """Return a small bar for each value, from the lowest to the highest; · if it is not finite."""
    finite = [value for value in values if math.isfinite(value)]
    lowest, highest = min(finite, default=0.0), max(finite, default=0.0)
    scale = (len(_BARS) - 1) / (highest - lowest or 1.0)
    return "".join(
        _BARS[round((value - lowest) * scale)] if math.isfinite(value) else "·" for value in values
    )


def show_warnings(warnings: Iterable[TrainingWarning]) -> None:
    """Print warnings, and what to do."""
    for each in warnings:
        say(f"[yellow]Warning:[/] {escape(each.message)} [dim]{escape(each.action)}[/]")


def update_line(snapshot: Snapshot) -> str:
    """Return an update as a line of plain text."""
    if snapshot.run is None:
        return f"update {snapshot.number:>8}  {snapshot.kind}"
    if snapshot.kind == "RESTORE":
        return f"update {snapshot.number:>8}  run {snapshot.run}  {snapshot.kind}"
    line = (
        f"update {snapshot.number:>8}  run {snapshot.run}  epoch {snapshot.epoch:>6}"
        f"  cost {number(snapshot.cost)}"
    )
    return f"{line}{validation_words(snapshot.validation)}"


def validation_words(found: Validation | None) -> str:
    """Return the results of a validation as plain text; empty if there is none."""
    if found is None:
        return ""
    accuracy = "" if found.accuracy is None else f" ({found.accuracy:.2%} correct)"
    return f"  held out {number(found.cost)}{accuracy}"


def run_line(run: RunInfo) -> str:
    """Return the progress of a run as a line of markup."""
    line = (
        f"Run {run.number} of [cyan]{escape(run.network)}[/] is {state_of(run)}:"
        f" {run.updates_done:,} of {run.total_updates:,} updates"
    )
    if run.latest_cost is not None:
        line += f", cost {number(run.latest_cost)}"
    if run.non_finite_cost is not None:
        line += f" (first [yellow]non-finite[/] at update {run.non_finite_cost:,})"
    if run.latest_validation is not None:
        line += f",{validation_words(run.latest_validation)}".replace(",  ", ", ")
    return line


def show_end(run: RunInfo, name: str = "It") -> None:
    """Print why a run ended early, and its best validation."""
    stop = run.settings.stop
    if run.end_reason == "COST_REACHED":
        say(f"{name} ended early: the mean cost of an epoch was below {stop.cost_below:g}.")
    elif run.end_reason == "PATIENCE":
        epochs = "1 epoch" if stop.patience == 1 else f"{stop.patience:,} epochs"
        say(f"{name} ended early: no validation was better for {epochs}.")
    if run.best is not None:
        is_restored = stop.restore_best and run.best.update < run.latest_update
        restored = ", whose weights were restored" if is_restored else ""
        say(
            f"The best validation is that of update {run.best.update:,}{restored}:"
            f"{validation_words(run.best).replace('  ', ' ')}."
        )
