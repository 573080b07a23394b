"""`clearprop trace`: every intermediate value of one update."""

from typing import Annotated

import typer
from rich.markup import escape

from clearprop import NetworkInfo, TracedExample, TracedUpdate
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.number_format import counted, listed, number, weight
from clearprop.cli.options import FirstPosition, Json, NetworkId
from clearprop.cli.output import say_json, show_table, whole_batch
from clearprop.cli.parsers import whole_number
from clearprop.cli.run_options import ONE_UPDATE, OneUpdate, takes
from clearprop.cli.server_options import Server
from clearprop.traces import Parameters
from clearprop.unit_names import UnitNames
from clearprop.values import vector_of

_MOST_UNITS = 16
_MOST_PARAMETERS = 16


@takes("which", ONE_UPDATE)
def trace(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    which: OneUpdate,
    place: FirstPosition = 1,
    examples: Annotated[
        int,
        typer.Option(
            metavar="N", parser=whole_number(), help="Show N examples.", show_default="automatic"
        ),
    ] = 0,
    vectors_only: Annotated[
        bool,
        typer.Option("--vectors", help="Leave out what has a number for each parameter."),
    ] = False,
    as_json: Json = False,
    server: Server,
) -> None:
    """Show every intermediate value of one update.

    Lists the values for each example of its batch.

    With --next, the next update is computed but not applied: that of the active run or, with --on,
    --learning-rate, --batch-size, --epochs and other options of `train`, the first update of a new
    run.
    """
    with connected(server) as client:
        read = client.network(network)
        found = read.trace(
            **which,
            first_position=place - 1,
            position_count=examples,
            vectors_only=vectors_only,
        )
    if as_json:
        say_json(found.message)
    else:
        _show(read, found, vectors_only=vectors_only)


def _show(network: NetworkInfo, found: TracedUpdate, *, vectors_only: bool) -> None:
    say(
        f"[bold]Update {found.number:,}[/] of [cyan]{escape(network.id)}[/]: run {found.run}, epoch"
        f" {found.epoch:,}, {counted(found.example_count, 'example')}, cost {number(found.cost)},"
        f" learning rate {number(found.learning_rate)}"
    )
    for example in found.examples:
        _show_example(network, example)
    if not vectors_only:
        _show_whole_batch(network, found)
    if found.next_position is not None:
        say(f"[dim]More examples: --from-position {found.next_position + 1}[/]")


def _show_whole_batch(network: NetworkInfo, found: TracedUpdate) -> None:
    say(f"\n{whole_batch(found.example_count)}")
    _show_step(found, UnitNames(network.message))
    if found.after is None:
        say("[red]It would make a parameter infinite or NaN, so it is never applied.[/]")


def _show_example(network: NetworkInfo, example: TracedExample) -> None:
    say(
        f"\n[bold]Example {example.number + 1}[/] [dim](position {example.position + 1} in the"
        f" batch)[/]: inputs {listed(example.inputs[:_MOST_UNITS])}, targets"
        f" {listed(example.targets[:_MOST_UNITS])}, cost {number(example.cost)}{_weight(example)}"
    )
    names = UnitNames(network.message)
    columns = {
        "logit z": example.logits,
        "activation a": example.activations,
        "delta δ": example.deltas,
    }
    if example.factors:  # outputs are never dropped
        outputs = vector_of([1.0] * network.layer_sizes[-1])
        columns["dropout"] = [*example.factors, outputs]
    show_table(
        ["unit", *columns],
        (
            [names.unit(layer, unit), *(weight(float(each)) for each in numbers)]
            for layer, vectors in enumerate(zip(*columns.values(), strict=True), start=1)
            for unit, numbers in list(enumerate(zip(*vectors, strict=True)))[:_MOST_UNITS]
        ),
    )
    hidden = sum(max(0, size - _MOST_UNITS) for size in network.layer_sizes[1:])
    if hidden:
        say(f"[dim]{hidden:,} more units are not shown. --json prints all.[/]")


def _weight(example: TracedExample) -> str:
    if not example.message.HasField("weight"):
        return ""
    return f" with weight {number(example.weight)}"


def _show_step(found: TracedUpdate, names: UnitNames) -> None:
    columns = {
        "sum G": found.gradient_sum,
        "G/n": found.gradient,
        "used g": found.decayed_gradient,
        "step": found.step,
        "before": found.before,
        "after": found.after,
    }
    shown = {head: _flat(each) for head, each in columns.items() if each is not None}
    sizes = list(map(abs, shown["step"]))
    rows = list(zip(sizes, _names(found.step, names), *shown.values(), strict=True))
    rows.sort(key=lambda row: -row[0])
    show_table(
        ["largest steps first", *shown],
        ([name, *(weight(value) for value in row)] for _, name, *row in rows[:_MOST_PARAMETERS]),
    )
    if len(rows) > _MOST_PARAMETERS:
        say(f"[dim]{len(rows) - _MOST_PARAMETERS:,} more are not shown. --json prints all.[/]")


def _flat(parameters: Parameters) -> list[float]:
    return [value for layer in parameters.layers for value in (*layer.weights, *layer.biases)]


def _names(parameters: Parameters, names: UnitNames) -> list[str]:
    return [
        names.parameter(number_, unit, source)
        for number_, layer in enumerate(parameters.layers, start=1)
        for unit, source in [
            *((unit, source) for unit in range(layer.units) for source in range(layer.inputs)),
            *((unit, None) for unit in range(len(layer.biases))),
        ]
    ]
