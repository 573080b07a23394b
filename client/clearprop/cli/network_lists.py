"""`clearprop networks`: lists networks, filtered by labels and sorted by their results."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Annotated

import typer
from rich.markup import escape

from clearprop import Network, RunInfo
from clearprop.cli.connection import connected
from clearprop.cli.console import say
from clearprop.cli.networks import Where, activations_of, kept, labels_of_options, matching
from clearprop.cli.number_format import number
from clearprop.cli.options import Json
from clearprop.cli.output import say_json, show_table
from clearprop.cli.parsers import one_of
from clearprop.cli.server_options import Server
from clearprop.validations import Validation

#: How much of the labels a column shows; --json has all of them.
_LONGEST_LABELS = 80


@dataclass(frozen=True, slots=True)
class _Listed:
    """A network, and its latest run if it was read."""

    network: Network
    run: RunInfo | None

    @property
    def validation(self) -> Validation | None:
        """The validation of the parameters that the latest run ended with."""
        if self.run is None:
            return None
        is_restored = self.run.settings.stop.restore_best and self.run.state == "SUCCEEDED"
        return self.run.best if is_restored else self.run.latest_validation

    @property
    def cost(self) -> float | None:
        """The cost of the latest update of the latest run."""
        return None if self.run is None else self.run.latest_cost


#: What the list can be sorted by: the smallest first, networks without a value last.
_SORTS: dict[str, Callable[[_Listed], float | str | None]] = {
    "validation-cost": lambda each: each.validation.cost if each.validation else None,
    "accuracy": lambda each: each.validation.accuracy if each.validation else None,
    "cost": lambda each: each.cost,
    "updates": lambda each: each.network.latest_update,
    "created": lambda each: each.network.create_time.timestamp(),
    "network": lambda each: each.network.id,
}

#: What needs the latest run of each network.
_OF_RUNS = {"validation-cost", "accuracy", "cost"}

Sort = Annotated[
    str,
    typer.Option(
        "--sort",
        metavar="WORD",
        parser=one_of("order", [sign + word for word in _SORTS for sign in ("", "-")]),
        help=f"Sort by {', '.join(_SORTS)}; with - before it, the largest first.",
    ),
]


def networks(
    *, where: Where = None, sort: Sort = "network", as_json: Json = False, server: Server
) -> None:
    """List the networks.

    With --where, or sorted by a cost, the list has the results of each network's latest run.
    """
    labels = labels_of_options(where, "--where")
    with_runs = bool(labels) or sort.removeprefix("-") in _OF_RUNS
    with connected(server) as client:
        listed = [
            _Listed(network, next(iter(network.runs()), None) if with_runs else None)
            for network in matching(client, labels)
        ]
    found = _sorted(listed, sort)
    if as_json:
        for each in found:
            say_json(each.network.message)
    elif found:
        _show(found, with_runs=with_runs)
    elif labels:
        say(f"There are no networks with {escape(', '.join(where or ()))}.")
    else:
        say("There are no networks. [bold]clearprop create first --layers 2-5-1[/] creates one.")


def _sorted(found: Iterable[_Listed], sort: str) -> list[_Listed]:
    value = _SORTS[sort.removeprefix("-")]
    known = [(value(each), each) for each in found]
    sortable = [(_finite(key), each) for key, each in known if key is not None]
    sortable.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [each for _, each in sortable] + [each for key, each in known if key is None]


def _finite(key: float | str) -> float | str:
    return inf if isinstance(key, float) and isnan(key) else key


def _show(found: Sequence[_Listed], *, with_runs: bool) -> None:
    columns = ["network", "layers", "activations", "parameters", "latest update", "run", "created"]
    if with_runs:
        columns[5:] = ["run", "cost", "validation cost", "accuracy", "labels"]
    common = set.intersection(*({*each.network.labels.items()} for each in found))
    show_table(
        columns,
        (
            [
                each.network.id,
                "-".join(map(str, each.network.layer_sizes)),
                activations_of(each.network),
                f"{each.network.parameter_count:,}",
                f"{each.network.latest_update:,}" + kept(each.network),
                *(_results(each, common) if with_runs else _state(each.network)),
            ]
            for each in found
        ),
    )


def _state(network: Network) -> list[str]:
    return [str(network.active_run or ""), f"{network.create_time:%Y-%m-%d %H:%M}"]


def _results(each: _Listed, common: Collection[tuple[str, str]]) -> list[str]:
    """Return the results of a network, and its labels except those that all have in common."""
    validation = each.validation
    accuracy = None if validation is None else validation.accuracy
    others = sorted(set(each.network.labels.items()).difference(common))
    words = ", ".join(f"{key}={text}" for key, text in others)
    return [
        "" if each.run is None else each.run.state,
        number(each.cost),
        number(None if validation is None else validation.cost),
        "" if accuracy is None else f"{accuracy:.2%}",
        escape(words if len(words) <= _LONGEST_LABELS else f"{words[:_LONGEST_LABELS]}…"),
    ]
