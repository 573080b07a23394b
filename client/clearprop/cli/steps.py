"""`clearprop step`: takes single training steps."""

from typing import Annotated

import typer

from clearprop import Network, Run, StepOptions, StepResult
from clearprop.cli.changes import show_changes
from clearprop.cli.connection import connected
from clearprop.cli.console import say, say_plain
from clearprop.cli.options import Json, NetworkId, TrainingSetId
from clearprop.cli.output import run_line, say_json, show_warnings, update_line
from clearprop.cli.parsers import whole_number
from clearprop.cli.run_options import MAYBE_NEW_RUN, takes
from clearprop.cli.server_options import Server
from clearprop.unit_names import UnitNames

#: The last updates of a step are listed, up to this many.
_MOST_UPDATES = 10

_MOST_CHANGES = 10


@takes("settings", MAYBE_NEW_RUN)
def step(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    count: Annotated[
        int, typer.Option(metavar="N", parser=whole_number(), help="The number of updates.")
    ] = 1,
    by_epochs: Annotated[
        bool, typer.Option("--by-epochs", help="Count epochs instead of updates.")
    ] = False,
    on: TrainingSetId = "",
    settings: StepOptions,
    as_json: Json = False,
    server: Server,
) -> None:
    """Take single training steps and show what changed.

    Pauses the run afterwards. With --on, --learning-rate, --batch-size and --epochs, and other
    settings of `train`, starts a new run. Without them, resumes the paused run.
    """
    with connected(server) as client:
        found = client.network(network)
        result = found.step(on, count=count, unit="epoch" if by_epochs else "update", **settings)
        if as_json:
            for update in result.updates:
                say_json(update.message)
        else:
            _show(found, result)
            if on or settings:  # a new run
                show_warnings(found.run(result.run.number).warnings)
    if result.run.state == "FAILED":
        raise typer.Exit(1)


def _show(network: Network, result: StepResult[Run]) -> None:
    for update in result.updates[-_MOST_UPDATES:]:
        say_plain(update_line(update))
    if result.updates:
        before = network.state(result.updates[0].number - 1)
        names = UnitNames(network.message)
        show_changes(before, result.updates[-1], names, _MOST_CHANGES)
    say(run_line(result.run))
