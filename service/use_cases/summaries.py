"""Use case: summarize updates layer by layer."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from service.reading.bounded_cache import BoundedCache
from service.reading.examples_cache import ExamplesCache
from service.reading.one_timeline import on_one_timeline
from service.reading.state_reader import StateReader
from service.reading.summary_points import chosen_updates
from service.reading.update_numbers import existing_range
from service.use_cases.fitting_examples import fitting_examples
from training.batch_update import batch_gradient
from training.cancellation import check_cancelled
from training.errors import validating
from training.layer_summary import LayerSummary, spread_examples, summarize
from training.limits import Limits
from training.network import Array, Network
from training.ports import Reader, Store
from training.run import Run
from training.snapshots import Snapshots
from training.update import State
from training.work import check_work, work_of_gradient, work_of_outputs

_CACHE_BYTES = 16 * 2**20
_OVERHEAD = 2_000  # the approximate size of Python's objects for each update, in bytes
_OVERHEAD_OF_A_LAYER = 1_000

#: The work of a histogram and the norms for each parameter, compared with a multiplication.
_WORK_OF_A_PARAMETER = 64


@dataclass(frozen=True, slots=True)
class UpdateSummary:
    """An update, without its parameters, and a summary of each layer after the inputs."""

    snapshot: Snapshots
    layers: tuple[LayerSummary, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Summaries of updates in order, with the number of examples for their activations."""

    network: Network
    updates: Sequence[UpdateSummary]
    example_count: int
    is_thinned: bool


@dataclass(frozen=True, slots=True)
class _Examples:
    """The examples (n, inputs) for activations, None without any, and what determines them."""

    key: Hashable
    inputs: Array | None = None


class Summaries:
    """Summarizes updates, and caches what does not change: each update for the same examples."""

    def __init__(
        self, store: Store, states: StateReader, examples: ExamplesCache, limits: Limits
    ) -> None:
        self._store = store
        self._states = states
        self._examples = examples
        self._limits = limits
        self._cache: BoundedCache[Hashable, UpdateSummary] = BoundedCache(_CACHE_BYTES, _size)

    def summarize(
        self, network_id: str, first: int | None, end: int | None, most: int, set_id: str
    ) -> Summary:
        """Return up to `most` updates, at least 2, from `first` to `end`, None for all.

        Activations are those for the examples of a training set, or if `set_id` is empty, for those
        of the latest run of these updates.

        Raises NetworkNotFound, TrainingSetNotFound, InvalidFields, UpdateOutOfRange,
        HistoryCompacted, LimitExceeded, DamagedHistory.
        """
        return on_one_timeline(
            self._store, partial(self._summarize, network_id, first, end, most, set_id)
        )

    def _summarize(
        self,
        network_id: str,
        first: int | None,
        end: int | None,
        most: int,
        set_id: str,
        timeline: Hashable,
    ) -> Summary:
        with self._store.read() as reader:
            network = reader.network(network_id)
            head = reader.head(network.uid)
            first, last = existing_range(network, head, first, end)
            numbers = chosen_updates(reader, network.uid, first, last, most)
            examples = None if set_id else self._of_latest_run(reader, network, numbers)
        examples = examples or self._of_set(network, set_id)
        wanted = {
            number: (timeline, network.uid, number, number > head.earliest_update, examples.key)
            for number in numbers
        }
        known = {number: self._cache.get(key) for number, key in wanted.items()}
        missing = [number for number in numbers if known[number] is None]
        self._check(network, missing, examples)
        for summary in self._computed(network, missing, head.earliest_update, examples):
            number = summary.snapshot.first_update
            known[number] = summary
            self._cache.put(wanted[number], summary)
        return Summary(
            network,
            [summary for summary in known.values() if summary is not None],
            0 if examples.inputs is None else len(examples.inputs),
            is_thinned=last - first >= most,
        )

    def _of_latest_run(self, reader: Reader, network: Network, numbers: Sequence[int]) -> _Examples:
        """Return some examples of the latest run that made one of these updates."""
        for number in reversed(numbers):
            (segment,) = reader.segments(network.uid, number, number, 1)
            if segment.run:
                run = reader.run(network.uid, segment.run)
                inputs = self._examples.of_run(reader, network, run).training.inputs
                return _Examples(run.number, inputs[spread_examples(len(inputs))])
        return _Examples(None)

    def _of_set(self, network: Network, set_id: str) -> _Examples:
        """Return some examples of a training set as the network takes them."""
        with self._store.read() as reader:
            uid = reader.training_set(set_id).uid
        with validating() as violations:
            examples = fitting_examples(violations, self._store, self._examples, network, set_id)
        rows = spread_examples(len(examples.inputs))
        return _Examples((uid, network.preparation), examples.inputs[rows])

    def _check(self, network: Network, numbers: Sequence[int], examples: _Examples) -> None:
        """Raise LimitExceeded if it takes too much work to compute the updates again."""
        example_count = 0 if examples.inputs is None else len(examples.inputs)
        of_each = work_of_outputs(network, example_count + _WORK_OF_A_PARAMETER)
        work, known = of_each * len(numbers), -1
        with self._store.read() as reader:
            earliest = reader.head(network.uid).earliest_update
            for number in numbers:
                (segment,) = reader.segments(network.uid, number, number, 1)
                if number > earliest and segment.run:
                    batch_size = reader.run(network.uid, segment.run).settings.batch_size
                    known = max(known, reader.keyframe_update(network.uid, number - 1))
                    # The update itself is computed twice: to apply it, and for its gradient.
                    work += work_of_gradient(network, batch_size) * (number - known + 1)
                known = number
        check_work(
            self._limits,
            work,
            f"summarizing {len(numbers)} updates with {network.parameter_count} parameters",
            "use a smaller number of points, or a shorter range",
        )

    def _computed(
        self, network: Network, numbers: Sequence[int], earliest: int, examples: _Examples
    ) -> Iterator[UpdateSummary]:
        """Compute updates in order, each from the nearest state before it."""
        nearest: State | None = None
        for number in numbers:
            check_cancelled()
            before = None
            if number > earliest:
                before = self._states.snapshot(network, number - 1, nearest).last_state
            snapshot = self._states.snapshot(network, number)
            nearest = snapshot.last_state
            assert nearest is not None  # it was recomputed, up to the update
            before_parameters = None if before is None else before.parameters
            yield UpdateSummary(
                replace(snapshot, parameters=np.empty((1, 0)), last_state=None),
                summarize(
                    network,
                    before_parameters,
                    nearest.parameters,
                    self._gradient(network, snapshot, before_parameters),
                    examples.inputs,
                ),
            )

    def _gradient(
        self, network: Network, snapshot: Snapshots, before: Array | None
    ) -> Array | None:
        """Return G/n (parameters) of an update; None if it has no batch, or no state before it."""
        run: Run | None = snapshot.run_of_batches
        if run is None or before is None:
            return None
        examples = self._examples.of_stored_run(self._store, network, run)
        return batch_gradient(network, run, snapshot.run_offset, before, examples)


def _size(summary: UpdateSummary) -> int:
    layers = summary.layers
    return _OVERHEAD + _OVERHEAD_OF_A_LAYER * len(layers) + sum(layer.nbytes for layer in layers)
