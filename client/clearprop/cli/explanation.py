"""`clearprop explain`: why one weight changed, as arithmetic and in words."""

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated

import typer
from rich.markup import escape

from clearprop import Explanation
from clearprop.cli.connection import connected
from clearprop.cli.console import say, say_plain
from clearprop.cli.number_format import number
from clearprop.cli.options import FirstPosition, Json, NetworkId
from clearprop.cli.output import bars, say_json, whole_batch
from clearprop.cli.parsers import one_of, whole_number
from clearprop.cli.run_options import ONE_UPDATE, OneUpdate, takes
from clearprop.cli.server_options import Server
from clearprop.cli.weight_arguments import LayerNumber, SourceNumber, UnitNumber, weight_place
from clearprop.v1.explanation_pb2 import SOURCE_KIND_DELTA, CostProfile, ExplainedLine

_NOTATIONS = ["text", "latex", "mathml"]
_MOST_LINKS = 3


@takes("which", ONE_UPDATE)
def explain(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    layer: LayerNumber,
    unit: UnitNumber,
    source: SourceNumber,
    *,
    which: OneUpdate,
    place: FirstPosition = 1,
    examples: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole_number(),
            help="Show the lines of N examples.",
            show_default="automatic",
        ),
    ] = 0,
    notation: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            parser=one_of("notation", _NOTATIONS),
            help=f"The notation of the lines: {', '.join(_NOTATIONS)}.",
        ),
    ] = "text",
    as_json: Json = False,
    server: Server,
) -> None:
    """Explain why one weight changed.

    Shows every operation of the update on this weight, and explains it in words.

    With --next, the next update is computed but not applied: that of the active run or, with --on,
    --learning-rate, --batch-size, --epochs and other options of `train`, the first update of a new
    run.
    """
    with connected(server) as client:
        read = client.network(network)
        found = read.explain(
            *weight_place(read, layer, unit, source),
            **which,
            first_position=place - 1,
            position_count=examples,
        )
    if as_json:
        say_json(found.message)
    elif notation == "text":
        _show(network, found)
    else:
        for line in found.lines:
            say_plain(line.latex if notation == "latex" else line.mathml)


def _show(network: str, found: Explanation) -> None:
    say(
        f"[bold]{escape(found.name)}[/] in update {found.update:,} of [cyan]{escape(network)}[/],"
        f" run {found.run}"
    )
    for sentence in found.sentences:
        say(escape(sentence))
    names = iter(found.examples)
    for position, lines in groupby(found.lines, _position):
        say()
        if position is None:
            say(whole_batch(found.message.explanation.example_count))
        else:
            say(
                f"[bold]Example {next(names) + 1}[/] [dim](position {position + 1} in the batch)[/]"
            )
        for line in lines:
            say_plain(f"  {line.text}")
    _show_profile(
        found.profile, "weight" if found.message.explanation.HasField("input") else "bias"
    )
    _show_links(network, found)


def _position(line: ExplainedLine) -> int | None:
    return line.position if line.HasField("position") else None


def _show_profile(profile: CostProfile | None, what: str) -> None:
    if profile is None:
        return
    low, high = profile.values[0], profile.values[-1]
    say(f"\n[bold]Cost of the batch along this {what}[/], with all other weights unchanged")
    line = bars(profile.costs)
    say(f"  {number(profile.costs[0])} {line} {number(profile.costs[-1])}")
    indent = " " * (3 + len(number(profile.costs[0])))
    say(f"{indent}{'▲':>{len(line) // 2 + 1}}")
    middle = profile.values[len(profile.values) // 2]
    say(
        f"  {what.capitalize()} from {number(low)} to {number(high)}; ▲ is {number(middle)}, the"
        f" {what} before the update, where the slope is {number(profile.slope)}."
    )
    middle_cost = profile.costs[len(profile.costs) // 2]
    say(
        f"  The step of this {what} alone changes the cost from {number(middle_cost)} to"
        f" {number(profile.cost_after)}."
    )


def _show_links(network: str, found: Explanation) -> None:
    links = sorted(set(_links(found)))
    if links:
        say("\n[dim]The deltas from the layer above are explained by:[/]")
    for layer, unit, source in links[:_MOST_LINKS]:
        say_plain(
            f"  clearprop explain {network} {layer} {unit + 1} {source + 1} --update {found.update}"
        )
    if len(links) > _MOST_LINKS:
        say(f"[dim]  and {len(links) - _MOST_LINKS:,} more.[/]")
    if found.next_position is not None:
        say(f"[dim]More examples: --from-position {found.next_position + 1}[/]")


def _links(found: Explanation) -> Iterator[tuple[int, int, int]]:
    for line in found.lines:
        for operand in line.operands:
            source = operand.source
            if source.kind == SOURCE_KIND_DELTA:
                yield source.layer, source.unit, source.input
