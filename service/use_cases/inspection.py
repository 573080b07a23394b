"""Finds any update, past or next, with everything that it is computed from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from service.execution.run_opening import RunOpening
from service.reading.examples_cache import ExamplesCache
from service.reading.state_reader import StateReader
from service.reading.update_numbers import check_kept, chosen_update
from training.batch_update import BatchUpdate, batch_update
from training.engine import activations, cost_and_gradient
from training.errors import NoNextUpdate, NotGradient, Violation, Violations, validating
from training.limits import Limits
from training.network import Array, Network
from training.ports import Reader, Store
from training.run import Run
from training.run_examples import RunExamples
from training.settings import TrainingSettings
from training.snapshots import Snapshots
from training.trace import Trace, trace
from training.update import Head, Segment, UpdateKind
from training.work import check_work, work_of_gradient

#: The default size of the examples in a trace, in bytes, and the maximum if a caller requests more.
_USUAL_BYTES = 2**20
_MOST_BYTES = 8 * 2**20  # with seven numbers for each of 10⁶ parameters, less than 64 MiB


@dataclass(frozen=True, slots=True)
class Which:
    """The requested update of a network: a past one, None for the latest, or the next one.

    With `next` it is the next update of the run that is not over or, with `settings`, the first one
    of a run that would start now. `unknown` are the fields with unknown values.
    """

    network_id: str
    update: int | None = None
    next: bool = False
    settings: TrainingSettings | None = None
    unknown: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class FullState:
    """A network at one update; with results of its batch if it has one and they are requested.

    `gradient` (parameters) is G/n; `activations` (units of all layers after the inputs) are those
    of the last example in the batch. Both are computed with the parameters before the update.
    """

    network: Network
    snapshot: Snapshots
    gradient: Array | None = None
    activations: Array | None = None

    @property
    def parameters(self) -> Array:
        """The parameters after the update."""
        parameters: Array = self.snapshot.parameters[0]
        return parameters

    @property
    def activations_by_layer(self) -> list[Array]:
        """The activations (units) of each layer after the inputs; none without a batch."""
        if self.activations is None:
            return []
        bounds = np.cumsum(self.network.layer_sizes[1:])[:-1]
        return np.split(self.activations, bounds)


@dataclass(frozen=True, slots=True)
class _Found:
    """The data of an update from one consistent read; `index` is its index in its run, from 0."""

    network: Network
    update: int
    run: Run
    index: int
    examples: RunExamples


@dataclass(frozen=True, slots=True)
class Traced:
    """The trace of an update, and the positions of the included examples in its batch.

    With `vectors_only`, it has nothing with a number for each parameter.
    """

    trace: Trace
    positions: range
    vectors_only: bool


class Inspection:
    """Looks inside updates."""

    def __init__(
        self,
        store: Store,
        examples: ExamplesCache,
        states: StateReader,
        opening: RunOpening,
        limits: Limits,
    ) -> None:
        self._store = store
        self._examples = examples
        self._states = states
        self._opening = opening
        self._limits = limits

    def state(self, network_id: str, update: int | None) -> FullState:
        """Return a network at one update, None for the latest, with results of its batch.

        Raises NetworkNotFound, UpdateOutOfRange, HistoryCompacted (for a GRADIENT update also if it
        is the earliest kept one, as the state before it was deleted), LimitExceeded,
        DamagedHistory.
        """
        with self._store.read() as reader:
            network = reader.network(network_id)
            head = reader.head(network.uid)
            number = chosen_update(network, head, update)
            found = self._past(reader, network, head, number)
        snapshot = self._states.snapshot(network, number)
        if isinstance(found, Segment):
            return FullState(network, snapshot)
        made = self._opened(found)
        parameters = made.before.parameters
        dropout, examples = made.dropout, made.examples
        _, gradient = cost_and_gradient(network, parameters, examples, dropout)
        of_last = dropout.after(len(made.numbers) - 1)
        (last,) = activations(network, parameters, examples.inputs[-1:], of_last)
        return FullState(network, snapshot, gradient, last)

    def batch(self, which: Which, check: Callable[[Violations, Network], object]) -> BatchUpdate:
        """Return an update with its batch and the state before it; nothing is changed.

        `check` reports other invalid fields of the request, together with those found here.

        Raises NetworkNotFound, UpdateOutOfRange, HistoryCompacted (also for the earliest kept
        update, as the state before it was deleted), InvalidFields, NotGradient for an update
        without a batch, LimitExceeded, DamagedHistory; for the next update NoNextUpdate if there is
        no run to continue, and with settings TrainingSetNotFound, RunNotOver.
        """
        violations = Violations(which.unknown)
        _check(violations, which)
        with self._store.read() as reader:
            network = reader.network(which.network_id)
            check(violations, network)
            head = reader.head(network.uid)
            if which.next:
                found = self._next(violations, reader, network, head, which.settings)
            else:
                violations.refuse()
                number = chosen_update(network, head, which.update)
                past = self._past(reader, network, head, number)
                if isinstance(past, Segment):
                    raise _not_gradient(network, past)
                found = past
        return self._opened(found)

    def trace(
        self, which: Which, first_position: int, position_count: int, *, vectors_only: bool
    ) -> Traced:
        """Return the trace of an update, with examples of its batch.

        They are `position_count` examples from `first_position` on, or fewer if they do not fit one
        response; 0 means about a megabyte. Raises what `batch` raises, and InvalidFields.
        """
        update = self.batch(
            which, lambda violations, _: check_counts(violations, first_position, position_count)
        )
        check_in_batch(update, first_position)
        numbers = update.network.layer_sizes[-1] + 3 * update.network.unit_count
        size = 8 * (numbers if vectors_only else numbers + update.network.parameter_count)
        positions = _shown_at_once(update, size, first_position, position_count)
        found = trace(update, positions, vectors_only=vectors_only)
        return Traced(found, positions, vectors_only)

    def _past(self, reader: Reader, network: Network, head: Head, update: int) -> _Found | Segment:
        """Return the data of an update; its segment if it has no batch.

        Raises HistoryCompacted if the state before a GRADIENT update was deleted.
        """
        (segment,) = reader.segments(network.uid, update, update, 1)
        if segment.kind is not UpdateKind.GRADIENT:
            return segment
        check_kept(network, head, update - 1)
        run = reader.run(network.uid, segment.run)
        index = segment.run_offset + update - segment.first_update
        return self._found(reader, network, update, run, index)

    def _next(
        self,
        violations: Violations,
        reader: Reader,
        network: Network,
        head: Head,
        settings: TrainingSettings | None,
    ) -> _Found:
        update = head.latest_update + 1
        if settings is not None:
            opening = self._opening.addition(violations, reader, network, head, settings, "")
            assert opening.run is not None
            return self._found(reader, opening.prepared(network), update, opening.run, 0)
        violations.refuse()
        if not head.active_run:
            raise NoNextUpdate(
                f"network {network.id} has no run to continue: send the settings of a new run",
                network=network.id,
            )
        run = reader.run(network.uid, head.active_run)
        if run.end_reason is not None:
            raise NoNextUpdate(
                f"run {run.number} of network {network.id} has made its last update, and only"
                " returns to its best state: resume it, then send the settings of a new run",
                network=network.id,
            )
        return self._found(reader, network, update, run, run.updates_done)

    def _opened(self, found: _Found) -> BatchUpdate:
        """Compute an update.

        Raises LimitExceeded if it takes too much work; its gradient is computed again later.
        """
        network, batch = found.network, found.run.settings.batch_size
        check_work(
            self._limits,
            2 * work_of_gradient(network, batch),
            f"inspecting an update with {batch} examples × {network.parameter_count} parameters",
            "use an update with a smaller batch",
        )
        before = self._states.read(found.network, found.update - 1)
        return batch_update(found.network, found.run, found.index, before, found.examples)

    def _found(self, reader: Reader, network: Network, update: int, run: Run, index: int) -> _Found:
        examples = self._examples.of_run(reader, network, run)
        return _Found(network, update, run, index, examples)


def check_counts(violations: Violations, first: int, count: int) -> None:
    """Report a negative position of the first example, or a negative number of examples."""
    violations.require(first >= 0, "first_position", f"must be at least 0, not {first}")
    violations.require(count >= 0, "position_count", f"must be at least 0, not {count}")


def check_in_batch(update: BatchUpdate, first: int) -> None:
    """Raise InvalidFields if the position of the first example is not in the batch."""
    examples = len(update.numbers)
    with validating() as violations:
        violations.require(
            first < examples,
            "first_position",
            f"must be within the batch, which has {examples} examples",
        )


def _shown_at_once(update: BatchUpdate, size: int, first: int, wanted: int) -> range:
    """Return the positions of the requested examples that fit one response, at least one.

    `size` is that of an example, in bytes.
    """
    count = min(wanted, _MOST_BYTES // size) if wanted else _USUAL_BYTES // size
    return range(first, min(len(update.numbers), first + max(count, 1)))


def _check(violations: Violations, which: Which) -> None:
    if not which.next:
        violations.require(
            which.settings is None,
            "settings",
            "must be absent without next: a past update uses the settings of its run",
        )
        return
    violations.require(
        which.update is None, "update", "must be absent with next, which selects the update"
    )


def _not_gradient(network: Network, segment: Segment) -> NotGradient:
    return NotGradient(
        f"update {segment.first_update} of network {network.id} has kind {segment.kind} and no"
        " batch: use an update of kind GRADIENT",
        network=network.id,
        update=segment.first_update,
        kind=segment.kind,
    )
