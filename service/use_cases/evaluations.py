"""Use case: evaluate the cost and accuracy on a training set, at an update."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from service.reading.examples_cache import ExamplesCache
from service.reading.state_reader import StateReader
from service.reading.update_numbers import locate
from service.use_cases.example_parts import EVERYTHING, WhichPart, rows_of_part
from service.use_cases.fitting_examples import fitting_examples
from training.cancellation import cancellable
from training.errors import DamagedHistory, HistoryCompacted, TrainingSetNotFound, validating
from training.evaluation import SOME_WORST, Evaluation, evaluate
from training.example_uses import latest_uses
from training.limits import Limits
from training.measures.target_meaning import meaning_of
from training.measures.worst_examples import ALL, ExampleFilter
from training.network import Network
from training.ports import Reader, Store
from training.run import Run
from training.update import UpdateKind
from training.work import check_work, work_of_outputs


@dataclass(frozen=True, slots=True)
class TrainedIn:
    """The number of an update whose batch contains an example, and its position there."""

    update: int
    position: int


class Evaluations:
    """Evaluates networks on training sets."""

    def __init__(
        self, store: Store, states: StateReader, examples: ExamplesCache, limits: Limits
    ) -> None:
        self._store = store
        self._states = states
        self._examples = examples
        self._limits = limits

    def evaluate(
        self,
        network_id: str,
        update: int | None,
        set_id: str,
        wanted: ExampleFilter = ALL,
        page: slice = slice(SOME_WORST),
        part: WhichPart = EVERYTHING,
    ) -> tuple[Network, int, Evaluation]:
        """Compute cost and accuracy on a training set at one update, None for the latest.

        Of the examples in a part of the set that are wanted, those in `page` are named, the largest
        costs first.

        Raises NetworkNotFound, TrainingSetNotFound, RunNotFound, InvalidFields, LimitExceeded,
        UpdateOutOfRange, DamagedHistory.
        """
        network, number = locate(self._store, network_id, update)
        with validating() as violations:
            examples = fitting_examples(violations, self._store, self._examples, network, set_id)
            if wanted != ALL:
                violations.refuse()
                meaning = meaning_of(network, examples.targets)
                wanted.check(violations, meaning, network.layer_sizes)
            violations.refuse()
            with self._store.read() as reader:
                rows = rows_of_part(violations, reader, self._examples, network, set_id, part)
        count = len(examples.inputs if rows is None else rows)
        parameter_count = network.parameter_count
        check_work(
            self._limits,
            work_of_outputs(network, count if wanted.unit is None else 2 * count),
            f"evaluating {count} examples with {parameter_count} parameters",
            "use a smaller training set",
        )
        parameters = self._states.read(network, number).parameters
        return network, number, evaluate(network, parameters, examples, wanted, page, rows)

    def uses(
        self, network: Network, update: int, set_id: str, examples: Collection[int]
    ) -> dict[int, TrainedIn]:
        """Return in which update, up to this one, its run trained on each of these examples.

        `examples` are their indices in the set. Those that the run did not use, or in updates that
        cannot be traced, are missing.
        """
        with (
            suppress(DamagedHistory, HistoryCompacted, TrainingSetNotFound),
            self._store.read() as reader,
        ):
            (segment,) = reader.segments(network.uid, update, update, 1)
            if not segment.run:
                return {}
            run = reader.run(network.uid, segment.run)
            if reader.training_set(set_id).uid != run.training_set_uid:
                return {}
            earliest = reader.head(network.uid).earliest_update
            parts = self._examples.of_run(reader, network, run)
            done = run.updates_done
            if segment.kind is UpdateKind.GRADIENT:
                done = segment.run_offset + update - segment.first_update + 1
            uses = latest_uses(run, parts, examples, done)
            indices = {use.index for use in uses.values()}  # of a batch, many have the same one
            numbers = {
                index: _number(reader, run, index, update, earliest)
                for index in cancellable(indices)
            }
            found = {
                number: TrainedIn(numbers[use.index], use.position) for number, use in uses.items()
            }
            return {number: use for number, use in found.items() if use.update > earliest}
        return {}


def _number(reader: Reader, run: Run, index: int, last: int, earliest: int) -> int:
    """Return the number of update `index` of a run, or one up to `earliest` if it was deleted.

    It is not after update `last`. Edits of the paused run can be between its updates; each step
    goes back over some of them.
    """
    number = last
    while number > earliest:
        (segment,) = reader.segments(run.network_uid, number, number, 1)
        if segment.kind is not UpdateKind.GRADIENT:
            number = segment.first_update - 1
            continue
        after = segment.run_offset + number - segment.first_update - index
        if not after:
            return number
        number -= after
    return number
