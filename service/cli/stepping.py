"""`clearprop step`: advances a network by a little and shows what changed."""

from typing import Annotated

import typer
from clearprop import Network, Run, StepResult
from clearprop.calls import StepOptions

from service.cli.changes import show_changes
from service.cli.connecting import connected
from service.cli.options import (
    BatchSizeOrNone,
    EpochsOrNone,
    Json,
    LearningRateOrNone,
    NetworkId,
    Server,
    TrainingSetId,
)
from service.cli.printing import run_line, say, say_json, say_plain, update_line

#: The single updates of a step are listed up to this many, the last ones.
_MOST_UPDATES = 10

_MOST_CHANGES = 10


def step(  # noqa: PLR0913 - an argument for each option of the command
    network: NetworkId,
    *,
    count: Annotated[int, typer.Option(metavar="N", help="By how many updates.")] = 1,
    by_epochs: Annotated[
        bool, typer.Option("--by-epochs", help="Count epochs in place of updates.")
    ] = False,
    on: TrainingSetId = "",
    learning_rate: LearningRateOrNone = None,
    batch_size: BatchSizeOrNone = None,
    epochs: EpochsOrNone = None,
    as_json: Json = False,
    server: Server,
) -> None:
    """Advance by single updates and show what they changed; the run is paused then.

    With --on, --learning-rate, --batch-size and --epochs a run is opened; without them the paused
    one is continued.
    """
    settings = _given(learning_rate, batch_size, epochs)
    with connected(server) as client:
        found = client.network(network)
        result = found.step(on, count=count, unit="epoch" if by_epochs else "update", **settings)
        if as_json:
            for update in result.updates:
                say_json(update.message)
        else:
            _show(found, result)
    if result.run.state == "FAILED":
        raise typer.Exit(1)


def _given(learning_rate: float | None, batch_size: int | None, epochs: int | None) -> StepOptions:
    settings = StepOptions()
    if learning_rate is not None:
        settings["learning_rate"] = learning_rate
    if batch_size is not None:
        settings["batch_size"] = batch_size
    if epochs is not None:
        settings["epochs"] = epochs
    return settings


def _show(network: Network, result: StepResult[Run]) -> None:
    for update in result.updates[-_MOST_UPDATES:]:
        say_plain(update_line(update))
    if result.updates:
        before = network.state(result.updates[0].number - 1).parameters
        show_changes(before, result.updates[-1].parameters, _MOST_CHANGES)
    say(run_line(result.run))
