"""In asyncio, cancelling a task always cancels it, whatever gRPC does."""

import asyncio

import clearprop.aio
import pytest
from clearprop import ClearpropError, Snapshot
from servers import ServerProcess


async def test_a_cancelled_task_ends_its_watch(server: ServerProcess) -> None:
    async with clearprop.aio.connect(server.target) as client:
        network = await client.create_network(layer_sizes=[2, 5, 1])
        began = asyncio.Event()

        async def watch() -> None:
            async for item in network.watch(start=0):
                assert isinstance(item, Snapshot)
                began.set()

        task = asyncio.create_task(watch())
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_closing_the_client_ends_its_watches(server: ServerProcess) -> None:
    client = clearprop.aio.connect(server.target)
    network = await client.create_network(layer_sizes=[2, 5, 1])
    watch = network.watch(start=0)
    assert isinstance(await anext(watch), Snapshot)
    following = asyncio.ensure_future(anext(watch))
    await asyncio.sleep(0)
    await client.close()
    with pytest.raises(ClearpropError, match="CANCELLED"):
        await following
