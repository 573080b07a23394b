"""Use case: evaluate the cost and accuracy on a training set, at an update."""

from service.reading.examples_cache import ExamplesCache
from service.reading.state_reader import StateReader
from service.reading.update_numbers import locate
from service.use_cases.fitting_examples import fitting_examples
from training.errors import validating
from training.evaluation import Evaluation, evaluate
from training.limits import Limits
from training.network import Network
from training.ports import Store
from training.work import check_work, work_of_outputs


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
        self, network_id: str, update: int | None, set_id: str
    ) -> tuple[Network, int, Evaluation]:
        """Compute cost and accuracy on a training set at one update, None for the latest.

        Raises NetworkNotFound, TrainingSetNotFound, InvalidFields, LimitExceeded, UpdateOutOfRange,
        DamagedHistory.
        """
        network, number = locate(self._store, network_id, update)
        with validating() as violations:
            examples = fitting_examples(violations, self._store, self._examples, network, set_id)
        count, parameter_count = len(examples.inputs), network.parameter_count
        check_work(
            self._limits,
            work_of_outputs(network, count),
            f"evaluating {count} examples with {parameter_count} parameters",
            "use a smaller training set",
        )
        parameters = self._states.read(network, number).parameters
        return network, number, evaluate(network, parameters, examples)
