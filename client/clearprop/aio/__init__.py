"""The client for asyncio: the same as `clearprop`, with coroutines and asynchronous iterators.

    import clearprop.aio

    async with clearprop.aio.connect("127.0.0.1:50051") as client:
        network = await client.create_network("first", layer_sizes=[2, 5, 1])
        run = await network.train("xor", learning_rate=5.0, batch_size=4, epochs=10_000)
        async for update in run.updates(stride=1000):
            print(update.number, update.cost)

Its classes belong to the event loop in which they were made.
"""

from clearprop.aio.client import AsyncClient, connect
from clearprop.aio.exports import AsyncExport
from clearprop.aio.networks import AsyncNetwork
from clearprop.aio.runs import AsyncRun
from clearprop.aio.training_sets import AsyncTrainingSet

__all__ = ["AsyncClient", "AsyncExport", "AsyncNetwork", "AsyncRun", "AsyncTrainingSet", "connect"]
