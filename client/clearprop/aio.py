"""The client for asyncio: like `clearprop`, with coroutines and asynchronous iterators.

    import clearprop.aio

    async with clearprop.aio.connect("127.0.0.1:50051") as client:
        network = await client.create_network("first", layer_sizes=[2, 5, 1])
        run = await network.train("xor", learning_rate=5.0, batch_size=4, epochs=10_000)
        async for update in run.updates(stride=1000):
            print(update.number, update.cost)

Use its objects only in the event loop in which they were created.
"""

from clearprop._async.backups import AsyncBackup
from clearprop._async.client import AsyncClient, connect
from clearprop._async.exports import AsyncExport
from clearprop._async.networks import AsyncNetwork
from clearprop._async.runs import AsyncRun
from clearprop._async.training_sets import AsyncTrainingSet

__all__ = [
    "AsyncBackup",
    "AsyncClient",
    "AsyncExport",
    "AsyncNetwork",
    "AsyncRun",
    "AsyncTrainingSet",
    "connect",
]
