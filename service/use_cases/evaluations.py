"""Use case: evaluate the cost and accuracy on a training set, at an update."""

from service.reading.examples_cache import ExamplesCache
from service.reading.state_reader import StateReader
from service.reading.update_numbers import locate
from service.use_cases.fitting_examples import fitting_examples
from training.errors import validating
from training.evaluation import Evaluation, evaluate
from training.network import Network
from training.ports import Store


class Evaluations:
    """Evaluates networks on training sets."""

    def __init__(self, store: Store, states: StateReader, examples: ExamplesCache) -> None:
        self._store = store
        self._states = states
        self._examples = examples

    def evaluate(
        self, network_id: str, update: int | None, set_id: str
    ) -> tuple[Network, int, Evaluation]:
        """Compute cost and accuracy on a training set at one update, None for the latest.

        Raises NetworkNotFound, TrainingSetNotFound, InvalidFields, UpdateOutOfRange,
        DamagedHistory.
        """
        network, number = locate(self._store, network_id, update)
        with validating() as violations:
            examples = fitting_examples(violations, self._store, self._examples, network, set_id)
        parameters = self._states.read(network, number).parameters
        return network, number, evaluate(network, parameters, examples)
