"""Finds any update, past or next, with all that it is computed from, so that it can be opened."""

from collections.abc import Callable
from dataclasses import dataclass

from service.execution.run_opening import RunOpening
from service.reading.examples_cache import ExamplesCache
from service.reading.state_reader import StateReader
from service.reading.update_numbers import check_kept, chosen_update
from training.batch_update import BatchUpdate, batch_update
from training.engine import activations, cost_and_gradient
from training.errors import NoNextUpdate, NotGradient, Violation, Violations, validating
from training.network import Array, Network
from training.ports import Reader, Store
from training.run import Run
from training.settings import TrainingSettings
from training.snapshots import Snapshots
from training.trace import Trace, trace
from training.training_set import Examples
from training.update import Head, Segment, UpdateKind

#: The examples of an opened update take about so many bytes, and at most so many where a caller
#: asks for more.
_USUAL_BYTES = 2**20
_MOST_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Which:
    """Which update of a network is meant: a past one, None for the latest, or the next one.

    With `next` it is that of the run that is not over or, with `settings`, the first one of a run
    that would begin now. `unknown` are the fields whose values the service does not know.
    """

    network_id: str
    update: int | None = None
    next: bool = False
    settings: TrainingSettings | None = None
    unknown: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class FullState:
    """A network at one update, with what the batch that made it found; None where none made it.

    `gradient` (parameters) is G/n; `activations` (units of all layers after the inputs) are those
    of the last example of the batch. Both are computed with the parameters before the update.
    """

    network: Network
    snapshot: Snapshots
    gradient: Array | None = None
    activations: Array | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What one consistent read says of an update; `index` is its place in its run, from 0."""

    network: Network
    update: int
    run: Run
    index: int
    examples: Examples


@dataclass(frozen=True, slots=True)
class Traced:
    """An opened update, and the places in its batch of the examples that are shown."""

    trace: Trace
    positions: range


class Inspection:
    """Looks inside updates."""

    def __init__(
        self, store: Store, examples: ExamplesCache, states: StateReader, opening: RunOpening
    ) -> None:
        self._store = store
        self._examples = examples
        self._states = states
        self._opening = opening

    def state(self, network_id: str, update: int | None) -> FullState:
        """Return a network at one update, None for the latest, with what made it.

        Raises NetworkNotFound, UpdateOutOfRange, HistoryCompacted (of a batch also for the earliest
        kept update, as what is before it is gone), DamagedHistory.
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
        _, gradient = cost_and_gradient(network, parameters, made.examples)
        (last,) = activations(network, parameters, made.examples.inputs[-1:])
        return FullState(network, snapshot, gradient, last)

    def batch(self, which: Which, check: Callable[[Violations, Network], object]) -> BatchUpdate:
        """Return an update with its batch and the state before it; nothing is changed.

        `check` reports other invalid fields of the request, together with those found here.

        Raises NetworkNotFound, UpdateOutOfRange, HistoryCompacted (also for the earliest kept
        update: what is before it is gone), InvalidFields, NotGradient for an update that no
        batch made, DamagedHistory; for the next update NoNextUpdate where there is no run to go on,
        and with settings TrainingSetNotFound, LimitExceeded, RunNotOver.
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

    def trace(self, which: Which, first_position: int, position_count: int) -> Traced:
        """Return everything inside an update, with examples of its batch.

        They are those from `first_position`, as many as `position_count` says, or fewer where they
        would be too large for one answer; 0 stands for as many as make about a megabyte. Raises
        what `batch` raises, and InvalidFields.
        """
        update = self.batch(
            which, lambda violations, _: check_counts(violations, first_position, position_count)
        )
        check_in_batch(update, first_position)
        positions = _shown_at_once(update, first_position, position_count)
        return Traced(trace(update, positions), positions)

    def _past(self, reader: Reader, network: Network, head: Head, update: int) -> _Found | Segment:
        """Return what made an update; its segment where that was no batch.

        Raises HistoryCompacted where the state before it, from which a batch made it, is gone.
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
            return self._found(reader, network, update, opening.run, 0)
        violations.refuse()
        if not head.active_run:
            raise NoNextUpdate(
                f"network {network.id} has no run that goes on: send the settings of one that"
                " would begin now",
                network=network.id,
            )
        run = reader.run(network.uid, head.active_run)
        return self._found(reader, network, update, run, run.updates_done)

    def _opened(self, found: _Found) -> BatchUpdate:
        before = self._states.read(found.network, found.update - 1)
        return batch_update(found.network, found.run, found.index, before, found.examples)

    def _found(self, reader: Reader, network: Network, update: int, run: Run, index: int) -> _Found:
        examples = self._examples.read(reader, run.training_set_uid)
        return _Found(network, update, run, index, examples)


def check_counts(violations: Violations, first: int, count: int) -> None:
    """Report a negative position of the first example, or a negative number of examples."""
    violations.require(first >= 0, "first_position", f"must be at least 0, is {first}")
    violations.require(count >= 0, "position_count", f"must be at least 0, is {count}")


def check_in_batch(update: BatchUpdate, first: int) -> None:
    """Raise InvalidFields if the position of the first example is not in the batch."""
    examples = len(update.numbers)
    with validating() as violations:
        violations.require(
            first < examples,
            "first_position",
            f"must be 0 to {examples - 1}, because the batch has {examples} examples, is {first}",
        )


def _shown_at_once(update: BatchUpdate, first: int, wanted: int) -> range:
    """Return the places of as many examples as are wanted, or fit in an answer; at least one."""
    network = update.network
    size = 8 * (network.parameter_count + 3 * network.unit_count + network.layer_sizes[-1])
    count = min(wanted, _MOST_BYTES // size) if wanted else _USUAL_BYTES // size
    return range(first, min(len(update.numbers), first + max(count, 1)))


def _check(violations: Violations, which: Which) -> None:
    if not which.next:
        violations.require(
            which.settings is None,
            "settings",
            "must be absent without next: a past update has its run's settings",
        )
        return
    violations.require(
        which.update is None, "update", "must be absent with next: the next update has its number"
    )


def _not_gradient(network: Network, segment: Segment) -> NotGradient:
    return NotGradient(
        f"update {segment.first_update} of network {network.id} is of kind {segment.kind}: no batch"
        " made it, so there is nothing to look into; choose an update of a run",
        network=network.id,
        update=segment.first_update,
        kind=segment.kind,
    )
