"""A cache of the examples of training sets, and of their splits."""

from service.reading.bounded_cache import BoundedCache
from service.reading.cache_uses import CacheUses
from training.ports import Reader, Store
from training.run import Run
from training.run_examples import RunExamples, examples_of_run
from training.training_set import Examples

_EXAMPLES_BYTES = 64 * 2**20
_OVERHEAD = 1_500  # the approximate size of Python's objects for each entry, in bytes


class ExamplesCache:
    """A cache of the examples of training sets, which never change. Thread-safe."""

    def __init__(self) -> None:
        self._examples: BoundedCache[str, Examples] = BoundedCache(_EXAMPLES_BYTES, _size)
        self._split: BoundedCache[object, RunExamples] = BoundedCache(
            _EXAMPLES_BYTES, _size_of_split
        )

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

    def of_run(self, reader: Reader, run: Run) -> RunExamples:
        """Return the examples of a run. Raises TrainingSetNotFound, DamagedHistory."""
        return self._cached_of_run(run) or self._of_run(reader, run)

    def of_stored_run(self, store: Store, run: Run) -> RunExamples:
        """Return the examples of a run, without reading them again if they are cached.

        Raises TrainingSetNotFound, DamagedHistory.
        """
        examples = self._cached_of_run(run)
        if examples is None:
            with store.read() as reader:
                examples = self._of_run(reader, run)
        return examples

    def _cached_of_run(self, run: Run) -> RunExamples | None:
        if run.is_split:
            return self._split.get(_key(run))
        training = self._examples.get(run.training_set_uid)
        uid = run.validation_set_uid
        validation = self._examples.get(uid) if uid else None
        is_missing = training is None or (uid and validation is None)
        return None if training is None or is_missing else RunExamples(training, validation)

    def _of_run(self, reader: Reader, run: Run) -> RunExamples:
        uid = run.validation_set_uid
        validation = self.read(reader, uid) if uid else None
        examples = examples_of_run(run, self.read(reader, run.training_set_uid), validation)
        if run.is_split:
            self._split.put(_key(run), examples)
        return examples


def _key(run: Run) -> tuple[object, ...]:
    """Return what the split of a run depends on."""
    validation = run.settings.validation
    assert validation is not None  # the run is split
    return (
        run.training_set_uid,
        validation.share,
        validation.folds,
        validation.fold,
        validation.seed,
    )


def _size_of_split(examples: RunExamples) -> int:
    return min(examples.nbytes + _OVERHEAD, _EXAMPLES_BYTES)


def _size(examples: Examples) -> int:
    # A set larger than the cache is kept as the only one: every step of a run needs it.
    return min(examples.nbytes + _OVERHEAD, _EXAMPLES_BYTES)
