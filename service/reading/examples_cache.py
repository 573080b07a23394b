"""A cache of the examples of training sets."""

from service.reading.bounded_cache import BoundedCache
from service.reading.cache_uses import CacheUses
from training.ports import Reader, Store
from training.run import Run
from training.training_set import Examples

_EXAMPLES_BYTES = 64 * 2**20
_OVERHEAD = 1_500  # the approximate size of Python's objects for each entry, in bytes


class ExamplesCache:
    """A cache of the examples of training sets, which never change. Thread-safe."""

    def __init__(self) -> None:
        self._examples: BoundedCache[str, Examples] = BoundedCache(_EXAMPLES_BYTES, _size)

    @property
    def uses(self) -> CacheUses:
        """How often it had the examples of a set."""
        return self._examples.uses

    def read(self, reader: Reader, training_set_uid: str) -> Examples:
        """Return the examples of a training set. Raises TrainingSetNotFound, DamagedHistory."""
        examples = self._examples.get(training_set_uid)
        if examples is None:
            examples = reader.examples(training_set_uid)
            self._examples.put(training_set_uid, examples)
        return examples

    def of_run(self, store: Store, run: Run) -> Examples:
        """Return the examples that a run trains on, without reading them again if they are cached.

        Raises TrainingSetNotFound, DamagedHistory.
        """
        examples = self._examples.get(run.training_set_uid)
        if examples is None:
            with store.read() as reader:
                examples = self.read(reader, run.training_set_uid)
        return examples


def _size(examples: Examples) -> int:
    # A set larger than the cache is kept as the only one: every step of a run needs it.
    return min(examples.inputs.nbytes + examples.targets.nbytes + _OVERHEAD, _EXAMPLES_BYTES)
