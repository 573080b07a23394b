"""Use cases that look at a network's history and change nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from service.reading.selecting import ALL, COSTS, Detail, Selecting, Selection
from service.reading.snapshots import SnapshotReader
from service.reading.thinning import thin
from service.reading.update_numbers import check_start, chosen_update
from training.comparison import Comparison, compare
from training.engine import activations
from training.errors import LimitExceeded, Violations, validating
from training.evaluation import Evaluation, evaluate
from training.gradient_check import GradientCheck, check_gradients
from training.limits import Limits
from training.network import Array, Network
from training.network_rules import check_comparable, check_finite
from training.ports import Store
from training.settings import check_batch
from training.snapshots import Snapshots
from training.training_set import Examples, check_fits
from training.update import Head

#: Responses that carry a list of updates end at this many bytes of parameters, or after one update.
_RESPONSE_BYTES = 2**20

#: How many examples and parameters gradients are checked with where the caller leaves it open.
_USUAL_EXAMPLES = 32
_USUAL_PARAMETERS = 1_000

#: What a check of gradients costs at most: it takes every example through the whole network twice
#: for each parameter that it looks at.
_MOST_CHECK_WORK = 2**33


@dataclass(frozen=True, slots=True)
class Span:
    """Updates of a network in order, and the last that there is of those that were asked for.

    They follow each other without a gap, unless they are `thinned`.
    """

    network: Network
    snapshots: tuple[Snapshots, ...]
    end: int
    thinned: bool = False
    selection: Selection = ALL


@dataclass(frozen=True, slots=True)
class Predictions:
    """The activations of all layers after the inputs, side by side: (inputs, units)."""

    network: Network
    update: int
    activations: Array


@dataclass(frozen=True, slots=True)
class ComparedUpdates:
    """Two updates, the first of `base_network`, and how their parameters differ."""

    base_network: Network
    network: Network
    base: Snapshots
    update: Snapshots
    comparison: Comparison


class History:
    """What a client can ask of the past and the present."""

    def __init__(self, store: Store, snapshots: SnapshotReader, limits: Limits) -> None:
        self._store = store
        self._snapshots = snapshots
        self._selecting = Selecting(snapshots)
        self._limits = limits

    def state(self, network_id: str, update: int | None) -> tuple[Network, Snapshots]:
        """Return a network at one update, None for the latest.

        Raises NetworkNotFound, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        network, number = self._locate(network_id, update)
        return network, self._snapshots.snapshot(network, number)

    def updates(
        self,
        network_id: str,
        first: int | None,
        most: int,
        *,
        end: int | None = None,
        detail: Detail = Detail.PARAMETERS,
    ) -> Span:
        """Return updates from `first` to `end`, None for the latest, up to `most` and 1 MiB.

        They begin at the earliest kept one where `first` is None.

        Raises NetworkNotFound, InvalidFields, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            first, last = _bounds(network, reader.head(network.uid), first, end)
        selection = Selection(detail)
        if detail is not Detail.COST:
            most = min(most, _updates_in_response(network) // selection.arrays or 1)
        until = min(first + most - 1, last)
        pages = tuple(self._pages(network, first, until, selection))
        return Span(network, pages, last, selection=selection)

    def thinned(self, network_id: str, first: int | None, end: int | None, most: int) -> Span:
        """Return the updates from `first` to `end`, None for the latest, without parameters.

        They begin at the earliest kept one where `first` is None.
        Where they are more than `most`, at least 2, up to `most` of them: see thinning.thin.

        Raises NetworkNotFound, InvalidFields, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            first, last = _bounds(network, reader.head(network.uid), first, end)
            points = thin(reader, network.uid, first, last, most) if last - first >= most else []
            runs = {
                number: reader.run(network.uid, number)
                for number in {point.run for point in points if point.run}
            }
        if not points:
            outline = self._snapshots.outline(network, first, last)
            return Span(network, outline, last, selection=COSTS)
        snapshots = tuple(
            Snapshots(
                point.kind,
                point.update,
                runs.get(point.run),
                point.run_offset,
                np.array([] if point.cost is None else [point.cost]),
                np.empty((1, 0)),
            )
            for point in points
        )
        return Span(network, snapshots, last, thinned=True, selection=COSTS)

    def last_updates(self, uid: str, last: int, most: int) -> Span:
        """Return those updates that are kept and end with `last`, up to `most` and 1 MiB.

        Raises NetworkNotFound, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network_by_uid(uid)
            earliest = reader.head(uid).earliest_update
        first = max(earliest, last + 1 - min(most, _updates_in_response(network)))
        return Span(network, tuple(self._pages(network, first, last, ALL)), last)

    def compare(
        self, network_id: str, base: int, update: int | None, base_id: str = ""
    ) -> ComparedUpdates:
        """Return how the parameters of two updates differ, None for the latest.

        `base` is one of the network `base_id`; empty: of the same network.

        Raises NetworkNotFound, InvalidFields where the networks have other layers,
        UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            base_network = reader.network(base_id or network_id)
            first = chosen_update(base_network, reader.head(base_network.uid), base)
            second = chosen_update(network, reader.head(network.uid), update)
        with validating() as violations:
            check_comparable(violations, base_network, network)
        before = self._snapshots.snapshot(base_network, first)
        after = self._snapshots.snapshot(network, second)
        return ComparedUpdates(
            base_network,
            network,
            before,
            after,
            compare(before.parameters[0], after.parameters[0]),
        )

    def made(self, uid: str, update: int) -> tuple[Network, Snapshots]:
        """Return an update that a call has made, with its network.

        Raises NetworkNotFound, HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network_by_uid(uid)
        return network, self._snapshots.snapshot(network, update)

    def predict(self, network_id: str, update: int | None, inputs: list[Array]) -> Predictions:
        """Compute the activations for each vector of inputs with the parameters of one update.

        Raises NetworkNotFound, InvalidFields, LimitExceeded, UpdateOutOfRange, HistoryCompacted,
        DamagedHistory.
        """
        network, number = self._locate(network_id, update)
        with validating() as violations:
            _check_inputs(violations, network, inputs)
        check_batch(network, len(inputs), "number of inputs", self._limits)
        parameters = self._snapshots.state(network, number).parameters
        return Predictions(network, number, activations(network, parameters, np.array(inputs)))

    def evaluate(
        self, network_id: str, update: int | None, set_id: str
    ) -> tuple[Network, int, Evaluation]:
        """Compute cost and accuracy on a training set at one update, None for the latest.

        Raises NetworkNotFound, TrainingSetNotFound, InvalidFields, UpdateOutOfRange,
        DamagedHistory.
        """
        network, number = self._locate(network_id, update)
        with validating() as violations:
            examples = self._fitting_examples(violations, network, set_id)
        parameters = self._snapshots.state(network, number).parameters
        return network, number, evaluate(network, parameters, examples)

    def check_gradients(
        self,
        network_id: str,
        update: int | None,
        set_id: str,
        example_count: int = 0,
        parameter_count: int = 0,
    ) -> tuple[Network, int, GradientCheck]:
        """Compare gradients at one update, None for the latest, with what is measured.

        The first `example_count` examples are taken, 0 for up to 32, and `parameter_count`
        parameters, spread evenly over all, 0 for up to 1,000; where 0 leaves it open, no more than
        the limits allow.

        Raises NetworkNotFound, TrainingSetNotFound, InvalidFields, LimitExceeded, UpdateOutOfRange,
        DamagedHistory.
        """
        network, number = self._locate(network_id, update)
        with validating() as violations:
            examples = self._fitting_examples(violations, network, set_id)
            most = {
                "example_count": (example_count, len(examples.inputs), "the training set has"),
                "parameter_count": (parameter_count, network.parameter_count, "the network has"),
            }
            for field, (count, all_of_them, owner) in most.items():
                violations.require(
                    0 <= count <= all_of_them,
                    field,
                    f"must be 0 (for the usual number) to {all_of_them}, as many as {owner},"
                    f" is {count}",
                )
        fitting = max(self._limits.batch_numbers // network.unit_count, 1)
        some = example_count or min(_USUAL_EXAMPLES, len(examples.inputs), fitting)
        check_batch(network, some, "example_count", self._limits)
        places = _places(network.parameter_count, some, parameter_count)
        few = Examples(examples.inputs[:some], examples.targets[:some])
        parameters = self._snapshots.state(network, number).parameters
        return network, number, check_gradients(network, parameters, few, places)

    def _fitting_examples(self, violations: Violations, network: Network, set_id: str) -> Examples:
        """Return the examples of a training set that the network can be asked about.

        Raises TrainingSetNotFound, DamagedHistory.
        """
        violations.require(bool(set_id), "training_set", "must be the id of a training set")
        violations.refuse()
        with self._store.read() as reader:
            training_set = reader.training_set(set_id)
            examples = self._snapshots.examples(reader, training_set.uid)
        check_fits(violations, "training_set", network, training_set, examples)
        return examples

    def _locate(self, network_id: str, update: int | None) -> tuple[Network, int]:
        with self._store.read() as reader:
            network = reader.network(network_id)
            return network, chosen_update(network, reader.head(network.uid), update)

    def _pages(
        self, network: Network, first: int, last: int, selection: Selection
    ) -> Iterator[Snapshots]:
        while first <= last:
            page = self._selecting.read(network, first, last, selection)
            until = page[-1].last_update
            yield from self._selecting.selected(network, page, first, until, selection)
            first = until + 1


def _bounds(network: Network, head: Head, first: int | None, end: int | None) -> tuple[int, int]:
    """Return the first and the last update that are meant and that there are.

    None for the earliest and the latest. Raises UpdateOutOfRange, HistoryCompacted, InvalidFields.
    """
    first = head.earliest_update if first is None else first
    check_start(network, head, "start_update", first)
    with validating() as violations:
        violations.require(
            end is None or end >= first,
            "end_update",
            f"must be at least {first}, where the updates begin, is {end}",
        )
    return first, head.latest_update if end is None else min(end, head.latest_update)


def latest_in_response(network: Network, made: Snapshots) -> Snapshots:
    """Return the last of consecutive updates, as many as fit one answer."""
    return made.rows(slice(max(0, made.count - _updates_in_response(network)), None))


def _updates_in_response(network: Network) -> int:
    return max(1, _RESPONSE_BYTES // (8 * network.parameter_count + 64))


def _places(parameters: int, examples: int, wanted: int) -> list[int]:
    """Return the parameters whose gradients are checked, in order; `wanted` 0 for the usual number.

    Raises LimitExceeded where they take too much work.
    """
    affordable = _MOST_CHECK_WORK // (2 * examples * parameters)
    count = wanted or min(_USUAL_PARAMETERS, parameters, max(affordable, 1))
    if count > affordable:
        raise LimitExceeded(
            f"{count} parameters checked × 2 × {examples} examples × {parameters} parameters are"
            f" more than the limit of {_MOST_CHECK_WORK}: check fewer parameters, or take fewer"
            " examples",
            limit="check_work",
            value=_MOST_CHECK_WORK,
        )
    return [index * parameters // count for index in range(count)]


def _check_inputs(violations: Violations, network: Network, inputs: list[Array]) -> None:
    wanted = network.layer_sizes[0]
    violations.require(bool(inputs), "inputs", "must be at least one vector")
    for index, vector in enumerate(inputs):
        field = f"inputs[{index}].values"
        violations.require(
            len(vector) == wanted,
            field,
            f"must be {wanted} numbers, as many as the network has inputs, are {len(vector)}",
        )
        check_finite(violations, field, vector)
