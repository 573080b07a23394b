"""The handle of a training set, for asyncio."""

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

    async def examples(self) -> Examples:
        """Read the examples, in the order of training without shuffling."""
        call = training_sets.get_training_set(self.id, include_examples=True)
        response = await self._connection.call(call)
        return Examples(response.training_set)

    async def delete(self, *, request_id: str = "") -> None:
        """Delete the set. Fails while a run that is not over uses it."""
        call = training_sets.delete_training_set(self.id, request_id)
        await self._connection.call(call)
