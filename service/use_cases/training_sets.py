"""Use cases of training sets, and the built-in sets."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from service.use_cases.caller import CALLER
from service.use_cases.requests import RequestId, check_request, once
from training.errors import (
    LimitExceeded,
    TooManyUploads,
    TrainingSetBuiltIn,
    TrainingSetInUse,
    TrainingSetNotFound,
    Violations,
    validating,
)
from training.example_collector import Collector, Row
from training.identifiers import check_id, new_id, new_uid
from training.limits import Limits
from training.ports import Clock, Store, Writer
from training.training_set import BUILT_IN, Examples, TrainingSet


class TrainingSets:
    """Operations on training sets."""

    def __init__(self, store: Store, clock: Clock, limits: Limits) -> None:
        self._store = store
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
        collector = Collector(self._limits)
        with validating() as violations:
            _check_names(violations, set_id, request)
            violations.require(
                isinstance(rows, Examples) or bool(rows),
                "examples",
                "must have at least one example",
            )
            collector.add(violations, rows)
        return self.store(set_id, collector.examples(), request)

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
        self, set_id: str, examples: Examples, request: RequestId[TrainingSet] | None = None
    ) -> TrainingSet:
        """Store a training set of collected examples. If the id is empty, the service chooses one.

        Raises InvalidFields, LimitExceeded, TrainingSetExists, StoreFull.
        """
        with validating() as violations:
            _check_names(violations, set_id, request)
        training_set = TrainingSet(
            id=set_id or new_id("set"),
            uid=new_uid(),
            input_count=examples.inputs.shape[1],
            target_count=examples.targets.shape[1],
            example_count=len(examples.inputs),
            create_time=self._clock.now(),
        )

        def add(writer: Writer) -> TrainingSet:
            self._store.require_room(examples.nbytes)
            if writer.count_training_sets() >= self._limits.training_sets:
                raise LimitExceeded(
                    f"the limit of {self._limits.training_sets} training sets is reached:"
                    " delete a training set first",
                    limit="training_sets",
                    value=self._limits.training_sets,
                )
            writer.add_training_set(training_set, examples)
            return training_set

        return self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: add(writer))
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

    def page(self, after: str, limit: int) -> list[TrainingSet]:
        """Return up to `limit` training sets with ids greater than `after`, ordered by id."""
        with self._store.read() as reader:
            return reader.training_sets(after, limit)

    def delete(self, set_id: str, request: RequestId[None] | None = None) -> None:
        """Delete a training set; its examples are kept as long as a history refers to them.

        Raises TrainingSetNotFound, TrainingSetBuiltIn, TrainingSetInUse.
        """

        def remove(writer: Writer) -> None:
            training_set = writer.training_set(set_id)
            if training_set.built_in:
                raise TrainingSetBuiltIn(
                    f"training set {set_id} is built in and cannot be deleted",
                    training_set=set_id,
                )
            run = writer.run_using(training_set.uid)
            if run is not None:
                network = writer.network_by_uid(run.network_uid).id
                raise TrainingSetInUse(
                    f"run {run.number} of network {network} trains on {set_id} and is {run.state}:"
                    " wait until it is over, or call CancelRun",
                    training_set=set_id,
                    network=network,
                    run=run.number,
                )
            writer.delete_training_set(training_set.uid)

        self._store.commit(
            lambda writer: once(writer, self._clock, request, lambda: remove(writer))
        )


def _check_names(
    violations: Violations, set_id: str, request: RequestId[TrainingSet] | None
) -> None:
    check_request(violations, request)
    if set_id:
        check_id(violations, "training_set", set_id)
