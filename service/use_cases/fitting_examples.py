"""Examples of a training set that fit a network."""

from service.reading.examples_cache import ExamplesCache
from training.errors import Violations
from training.network import Network
from training.ports import Store
from training.training_set import Examples, fitted


def fitting_examples(
    violations: Violations, store: Store, cache: ExamplesCache, network: Network, set_id: str
) -> Examples:
    """Return the examples of a training set as the network takes them, if they fit it.

    Raises TrainingSetNotFound, DamagedHistory.
    """
    violations.require(bool(set_id), "training_set", "must be the id of a training set")
    violations.refuse()
    with store.read() as reader:
        training_set = reader.training_set(set_id)
        examples = cache.read(reader, training_set.uid)
    return fitted(violations, "training_set", network, training_set, examples)
