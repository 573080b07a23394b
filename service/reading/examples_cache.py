"""A cache of the examples of training sets, and of those that were split or prepared for runs."""

from service.reading.bounded_cache import BoundedCache
from service.reading.cache_uses import CacheUses
from training.network import Network
from training.ports import Reader, Store
from training.run import Run
from training.run_examples import RunExamples, examples_of_run
from training.tables.preparation import Preparation
from training.training_set import Examples

_EXAMPLES_BYTES = 64 * 2**20
_OVERHEAD = 1_500  # the approximate size of Python's objects for each entry, in bytes


class ExamplesCache:
    """A cache of the examples of training sets, which never change. Thread-safe."""

    def __init__(self) -> None:
        self._examples: BoundedCache[str, Examples] = BoundedCache(_EXAMPLES_BYTES, _size)
        self._made: BoundedCache[object, RunExamples] = BoundedCache(_EXAMPLES_BYTES, _size_of_made)

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

    def of_run(self, reader: Reader, network: Network, run: Run) -> RunExamples:
        """Return the examples of a run of a network. Raises TrainingSetNotFound, DamagedHistory."""
        preparation = _preparation_of(reader, network, run)
        return self._cached_of_run(run, preparation) or self._of_run(reader, run, preparation)

    def of_stored_run(self, store: Store, network: Network, run: Run) -> RunExamples:
        """Return the examples of a run, without reading them again if they are cached.

        Raises TrainingSetNotFound, DamagedHistory.
        """
        is_known = not run.is_prepared or network.preparation is not None
        if is_known and (examples := self._cached_of_run(run, _preparation_if(network, run))):
            return examples
        with store.read() as reader:
            return self.of_run(reader, network, run)

    def _cached_of_run(self, run: Run, preparation: Preparation | None) -> RunExamples | None:
        if run.is_split or preparation is not None:
            return self._made.get(_key(run, preparation))
        training = self._examples.get(run.training_set_uid)
        uid = run.validation_set_uid
        validation = self._examples.get(uid) if uid else None
        is_missing = training is None or (uid and validation is None)
        return None if training is None or is_missing else RunExamples(training, validation)

    def _of_run(self, reader: Reader, run: Run, preparation: Preparation | None) -> RunExamples:
        uid = run.validation_set_uid
        validation = self.read(reader, uid) if uid else None
        examples = examples_of_run(run, self.read(reader, run.training_set_uid), validation)
        if preparation is not None:
            training_set = reader.training_set_by_uid(run.training_set_uid)
            validation_set = reader.training_set_by_uid(uid) if uid else training_set
            examples = examples.prepared(preparation, training_set, validation_set)
        if run.is_split or preparation is not None:
            self._made.put(_key(run, preparation), examples)
        return examples


def _preparation_of(reader: Reader, network: Network, run: Run) -> Preparation | None:
    """Return the preparation of the examples of a run; None if they are not prepared."""
    if run.is_prepared and network.preparation is None:  # it was read before it had one
        network = reader.network_by_uid(network.uid)
    return _preparation_if(network, run)


def _preparation_if(network: Network, run: Run) -> Preparation | None:
    return network.preparation if run.is_prepared else None


def _key(run: Run, preparation: Preparation | None) -> tuple[object, ...]:
    """Return what the split or prepared examples of a run depend on."""
    split: tuple[float, ...] = ()
    validation = run.settings.validation
    if run.is_split and validation is not None:
        split = (validation.share, validation.folds, validation.fold, validation.seed)
    return run.training_set_uid, run.validation_set_uid, split, preparation


def _size_of_made(examples: RunExamples) -> int:
    return min(examples.nbytes + _OVERHEAD, _EXAMPLES_BYTES)


def _size(examples: Examples) -> int:
    # A set larger than the cache is kept as the only one: every step of a run needs it.
    return min(examples.nbytes + _OVERHEAD, _EXAMPLES_BYTES)
