"""Use cases of training sets, and the ones that come with the service."""

from dataclasses import dataclass

import numpy as np

from service.requests import RequestId, check_request, once
from training.errors import (
    LimitExceeded,
    TrainingSetBuiltIn,
    TrainingSetInUse,
    TrainingSetNotFound,
    validating,
)
from training.limits import Limits
from training.names import check_id, new_id, new_uid
from training.network import Array
from training.ports import Clock, Store, Writer
from training.training_set import BUILT_IN, Examples, TrainingSet, check_rows


@dataclass(frozen=True, slots=True)
class TrainingSets:
    """What a client can do with training sets."""

    store: Store
    clock: Clock
    limits: Limits

    def add_built_in(self) -> None:
        """Make sure that `and`, `or` and `xor` are there."""

        def add(writer: Writer) -> None:
            for training_set, examples in BUILT_IN:
                try:
                    writer.training_set(training_set.id)
                except TrainingSetNotFound:
                    writer.add_training_set(training_set, examples)

        self.store.write(add).result()

    def create(
        self,
        set_id: str,
        rows: list[tuple[Array, Array]],
        request: RequestId | None = None,
    ) -> TrainingSet:
        """Store a training set; each row is an example's inputs and targets. Empty id: one is made.

        Raises InvalidFields, LimitExceeded, TrainingSetExists.
        """
        with validating() as violations:
            check_request(violations, request)
            if set_id:
                check_id(violations, "training_set", set_id)
            check_rows(violations, rows)
        examples = Examples(
            np.array([inputs for inputs, _ in rows]),
            np.array([targets for _, targets in rows]),
        )
        training_set = TrainingSet(
            id=set_id or new_id("set"),
            uid=new_uid(),
            input_count=examples.inputs.shape[1],
            target_count=examples.targets.shape[1],
            example_count=len(rows),
            create_time=self.clock.now(),
        )

        def add(writer: Writer) -> TrainingSet:
            if writer.count_training_sets() >= self.limits.training_sets:
                raise LimitExceeded(
                    f"there are {self.limits.training_sets} training sets, which is the limit:"
                    " delete one that is no longer needed",
                    limit="training_sets",
                    value=self.limits.training_sets,
                )
            writer.add_training_set(training_set, examples)
            return training_set

        return self.store.write(
            lambda writer: once(writer, self.clock, request, TrainingSet, lambda: add(writer))
        ).result()

    def get(self, set_id: str) -> TrainingSet:
        """Return what a training set is. Raises TrainingSetNotFound."""
        with self.store.read() as reader:
            return reader.training_set(set_id)

    def get_with_examples(self, set_id: str) -> tuple[TrainingSet, Examples]:
        """Return a training set and its numbers. Raises TrainingSetNotFound."""
        with self.store.read() as reader:
            training_set = reader.training_set(set_id)
            return training_set, reader.examples(training_set.uid)

    def page(self, after: str, limit: int) -> list[TrainingSet]:
        """Return up to `limit` training sets with ids greater than `after`, ordered by id."""
        with self.store.read() as reader:
            return reader.training_sets(after, limit)

    def delete(self, set_id: str, request: RequestId | None = None) -> None:
        """Hide a training set; its numbers stay for as long as history was made with them.

        Raises TrainingSetNotFound, TrainingSetBuiltIn, TrainingSetInUse.
        """

        def remove(writer: Writer) -> bool:
            training_set = writer.training_set(set_id)
            if training_set.built_in:
                raise TrainingSetBuiltIn(
                    f"training set {set_id} comes with the service and cannot be deleted",
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
            return True

        self.store.write(
            lambda writer: once(writer, self.clock, request, bool, lambda: remove(writer))
        ).result()
