"""Use cases of training sets, and the built-in sets."""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from service.reading.examples_cache import ExamplesCache
from service.use_cases.caller import CALLER, PRINCIPAL
from service.use_cases.requests import RequestId, check_request, once
from training.access import Scope
from training.errors import (
    LimitExceeded,
    ScopeRequired,
    TooManyUploads,
    TrainingSetBuiltIn,
    TrainingSetExists,
    TrainingSetInUse,
    TrainingSetNotFound,
    Violations,
    validating,
)
from training.example_collector import Collector, Row
from training.generators import Generator
from training.identifiers import check_id, new_id, new_uid
from training.image_shape import ImageShape
from training.limits import Limits
from training.ports import Clock, Reader, Store, Writer
from training.tables.table import Table
from training.training_set import BUILT_IN, Examples, TrainingSet

#: The number of examples that can be selected by their indices.
MOST_SELECTED = 1_000


@dataclass(frozen=True, slots=True)
class NewTrainingSet:
    """A training set to be stored; `replaces` if it takes the place of one with the same id.

    If the id is empty, the service chooses one. `table` are its columns, if they have names,
    `image_shape` is the shape of its inputs, if they are an image, `generator` is what made its
    examples, if the service did, and `class_names` are those of its classes, without a table.
    """

    id: str
    examples: Examples
    table: Table | None = None
    image_shape: ImageShape | None = None
    generator: Generator | None = None
    class_names: tuple[str, ...] = ()
    replaces: bool = False


class TrainingSets:
    """Operations on training sets."""

    def __init__(self, store: Store, examples: ExamplesCache, clock: Clock, limits: Limits) -> None:
        self._store = store
        self._examples = examples
        self._clock = clock
        self._limits = limits
        self._lock = Lock()
        self._uploads: Counter[str] = Counter()  # by client

    def add_built_in(self) -> None:
        """Store `and`, `or` and `xor` if they do not exist."""

        def add(writer: Writer) -> None:
            for training_set, examples in BUILT_IN:
                try:
                    writer.training_set(training_set.id)
                except TrainingSetNotFound:
                    with suppress(TrainingSetExists):  # another replica has just added it
                        writer.add_training_set(training_set, examples)

        self._store.commit(add)

    def create(
        self,
        set_id: str,
        rows: Examples | Sequence[Row],
        request: RequestId[TrainingSet] | None = None,
    ) -> TrainingSet:
        """Store a training set; each row has the inputs, targets and weight of an example.

        If the id is empty, the service chooses one.

        Raises InvalidFields, LimitExceeded, TrainingSetExists, StoreFull.
        """
        with self.creating(set_id, request) as (violations, collector):
            collector.add(violations, rows)
        return self.store(NewTrainingSet(set_id, collector.examples()), request)

    @contextmanager
    def creating(
        self, set_id: str, request: RequestId[TrainingSet] | None
    ) -> Iterator[tuple[Violations, Collector]]:
        """Provide a collector for the examples of a request, and the violations of its fields.

        Raises InvalidFields at the end of the block, also if there are no examples.
        """
        collector = Collector(self._limits)
        with validating() as violations:
            _check_names(violations, set_id, request)
            yield violations, collector
            collector.check_count(violations)

    @contextmanager
    def uploading(self) -> Iterator[Collector]:
        """Provide a collector for the examples of an upload; store them before the block ends.

        Raises TooManyUploads.
        """
        client = CALLER.get()
        self._begin_upload(client)
        try:
            yield Collector(self._limits)
        finally:
            with self._lock:
                self._uploads[client] -= 1
                if not self._uploads[client]:
                    del self._uploads[client]

    def _begin_upload(self, client: str) -> None:
        """Count an upload of a client. Raises TooManyUploads."""
        with self._lock:
            for limit, count, whose in (
                ("uploads", self._uploads.total(), ""),
                ("uploads_of_client", self._uploads[client], " of one client"),
            ):
                most: int = getattr(self._limits, limit)
                if count >= most:
                    raise TooManyUploads(
                        f"the limit of {most} concurrent uploads{whose} is reached: retry in a"
                        " moment",
                        limit=limit,
                        value=most,
                    )
            self._uploads[client] += 1

    def store(
        self, new: NewTrainingSet, request: RequestId[TrainingSet] | None = None
    ) -> TrainingSet:
        """Store a training set of collected examples. If the id is empty, the service chooses one.

        Raises InvalidFields, LimitExceeded, TrainingSetExists, StoreFull; with `replaces` also
        ScopeRequired, TrainingSetBuiltIn and TrainingSetInUse.
        """
        with validating() as violations:
            _check_names(violations, new.id, request)
        training_set = self._describe(new, new_uid())

        def add(writer: Writer) -> TrainingSet:
            self._store.require_room(new.examples.nbytes)
            if new.replaces:
                with suppress(TrainingSetNotFound):
                    _remove(writer, training_set.id, replaces=True)
            self._check_capacity(writer)
            writer.add_training_set(training_set, new.examples)
            return training_set

        return self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: add(writer))
        )

    def validate(self, new: NewTrainingSet) -> TrainingSet:
        """Return the training set that `store` would create, without a uid.

        Raises LimitExceeded, TrainingSetExists; with `replaces` also ScopeRequired,
        TrainingSetBuiltIn and TrainingSetInUse.
        """
        training_set = self._describe(new, uid="")
        with self._store.read() as reader:
            existing = None
            with suppress(TrainingSetNotFound):
                existing = reader.training_set(training_set.id)
            if existing is None:
                self._check_capacity(reader)
            elif new.replaces:
                _check_removable(reader, existing, replaces=True)
            else:
                raise TrainingSetExists(existing.id)
        return training_set

    def _describe(self, new: NewTrainingSet, uid: str) -> TrainingSet:
        examples = new.examples
        return TrainingSet(
            id=new.id or new_id("set"),
            uid=uid,
            input_count=examples.inputs.shape[1],
            target_count=examples.targets.shape[1],
            example_count=len(examples.inputs),
            create_time=self._clock.now(),
            table=new.table,
            image_shape=new.image_shape,
            class_names=new.class_names,
            generator=new.generator,
        )

    def _check_capacity(self, reader: Reader) -> None:
        """Raise LimitExceeded if there is no space for another training set."""
        if reader.count_training_sets() >= self._limits.training_sets:
            raise LimitExceeded(
                f"the limit of {self._limits.training_sets} training sets is reached:"
                " delete a training set first",
                limit="training_sets",
                value=self._limits.training_sets,
            )

    def get(self, set_id: str) -> TrainingSet:
        """Return a training set without its examples. Raises TrainingSetNotFound."""
        with self._store.read() as reader:
            return reader.training_set(set_id)

    def get_with_examples(self, set_id: str) -> tuple[TrainingSet, Examples]:
        """Return a training set and its examples. Raises TrainingSetNotFound."""
        with self._store.read() as reader:
            training_set = reader.training_set(set_id)
            return training_set, reader.examples(training_set.uid)

    def get_with_some_examples(
        self, set_id: str, indices: Sequence[int]
    ) -> tuple[TrainingSet, Examples]:
        """Return a training set and its examples at these indices, in this order.

        Raises InvalidFields, TrainingSetNotFound.
        """
        with self._store.read() as reader, validating() as violations:
            training_set = reader.training_set(set_id)
            count = training_set.example_count
            violations.require(
                len(indices) <= MOST_SELECTED,
                "example_indices",
                f"must be at most {MOST_SELECTED:,} indices, not {len(indices):,}",
            )
            for place, index in enumerate(indices):
                violations.require(
                    0 <= index < count,
                    f"example_indices[{place}]",
                    f"must be 0 to {count - 1:,}, the last example, not {index}",
                )
            violations.refuse()
            examples = self._examples.read(reader, training_set.uid)
        return training_set, examples.select(np.array(indices, dtype=np.int64))

    def page(self, after: str, limit: int) -> list[TrainingSet]:
        """Return up to `limit` training sets with ids greater than `after`, ordered by id."""
        with self._store.read() as reader:
            return reader.training_sets(after, limit)

    def delete(self, set_id: str, request: RequestId[None] | None = None) -> None:
        """Delete a training set; its examples are kept as long as a history refers to them.

        Raises TrainingSetNotFound, TrainingSetBuiltIn, TrainingSetInUse.
        """
        self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: _remove(writer, set_id))
        )


def with_seed(generator: Generator) -> Generator:
    """Return a generator with a random seed if it has none."""
    if generator.seed is not None:
        return generator
    return replace(generator, seed=secrets.randbits(63))


def _remove(writer: Writer, set_id: str, *, replaces: bool = False) -> None:
    training_set = writer.training_set(set_id)
    _check_removable(writer, training_set, replaces=replaces)
    writer.delete_training_set(training_set.uid)


def _check_removable(reader: Reader, training_set: TrainingSet, *, replaces: bool) -> None:
    """Raise ScopeRequired, TrainingSetBuiltIn or TrainingSetInUse if it cannot be deleted."""
    set_id = training_set.id
    principal = PRINCIPAL.get()
    if replaces and principal is not None and not principal.scope.includes(Scope.ADMIN):
        raise ScopeRequired(
            f"replacing training set {set_id} requires the scope {Scope.ADMIN.value}: choose"
            " another id, or ask the operator for another token",
            scope=Scope.ADMIN.value,
        )
    if training_set.built_in:
        raise TrainingSetBuiltIn(
            f"training set {set_id} is built in and cannot be deleted", training_set=set_id
        )
    run = reader.run_using(training_set.uid)
    if run is not None:
        network = reader.network_by_uid(run.network_uid).id
        raise TrainingSetInUse(
            f"run {run.number} of network {network} trains on {set_id} and is {run.state}:"
            " wait until it is over, or call CancelRun",
            training_set=set_id,
            network=network,
            run=run.number,
        )


def _check_names(
    violations: Violations, set_id: str, request: RequestId[TrainingSet] | None
) -> None:
    check_request(violations, request)
    if set_id:
        check_id(violations, "training_set", set_id)
