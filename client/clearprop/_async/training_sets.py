"""The handle of a training set, for asyncio."""

from collections.abc import Sequence

from clearprop._async.connection import AsyncConnection
from clearprop.calls import training_sets
from clearprop.keywords import check_methods
from clearprop.training_set_infos import Examples, TrainingSetInfo
from clearprop.v1.training_set_pb2 import TrainingSet as TrainingSetMessage


@check_methods
class AsyncTrainingSet(TrainingSetInfo):
    """A training set. Its examples never change.

    Every method raises ClearpropError if the service refuses the call or cannot be reached.
    """

    def __init__(self, connection: AsyncConnection, message: TrainingSetMessage) -> None:
        self._connection = connection
        self.message = message

    async def examples(self, example_indices: Sequence[int] | None = None) -> Examples:
        """Read the examples, in the order of training without shuffling.

        With `example_indices`, up to 1,000, read these examples only, from 0, in this order.
        """
        if example_indices is None:
            call = training_sets.get_training_set(self.id, include_examples=True)
        else:
            call = training_sets.get_training_set(self.id, example_indices=example_indices)
        response = await self._connection.call(call)
        return Examples(response.training_set)

    async def delete(self, *, request_id: str = "") -> None:
        """Delete the set. Fails while a run that is not over uses it."""
        call = training_sets.delete_training_set(self.id, request_id)
        await self._connection.call(call)
