"""Watchers of a network: `python -m bench.growth.watching_process TARGET NETWORK COUNT FORM UNTIL`.

Each watches on a connection of its own and counts what it receives; nothing is decoded, because
clients usually do that on other machines. FORM is `columns`, `cost` or `stride`. With a number of a
run as UNTIL they watch until it ends; then a line has the bytes of all and when the last one had
everything. With 0 they watch steps: for each update a line has when each of them received it. All
times are those of the monotonic clock, which processes share.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable
from typing import Any

import grpc
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import update_pb2

_WATCH = "/clearprop.v1.TrainingService/WatchUpdates"
_OPTIONS = [
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", 64 * 2**20),
]
#: In the form `stride`, every update with such a number.
STRIDE = 1_000


def _request(network: str, form: str, until_run: int) -> bytes:
    request = pb.WatchUpdatesRequest(network=network, until_run=until_run)
    request.encoding = pb.ENCODING_COLUMNS
    if form == "cost":
        request.detail = update_pb2.DETAIL_COST
    if form == "stride":
        request.stride = STRIDE
    return request.SerializeToString()


def _watch_of(channel: grpc.aio.Channel, request: bytes) -> Any:  # noqa: ANN401 (gRPC has no type)
    watch: Any = channel.unary_stream(_WATCH)
    return watch(request)


async def _to_the_end(stream: Any) -> tuple[int, float]:  # noqa: ANN401 (as above)
    """Return how many bytes a stream has, and when it ended."""
    received = 0
    while (message := await stream.read()) is not grpc.aio.EOF:
        received += len(message)
    return received, time.monotonic()


async def _next(stream: Any) -> float:  # noqa: ANN401 (as above)
    await stream.read()
    return time.monotonic()


def _say(*words: object) -> None:
    sys.stdout.write(f"{' '.join(map(str, words))}\n")
    sys.stdout.flush()


async def _all(works: list[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*works)


async def _watch(target: str, request: bytes, count: int, *, steps: bool) -> None:
    streams: list[Any] = []
    for _ in range(count):
        channel = grpc.aio.insecure_channel(target, options=_OPTIONS)
        streams.append(_watch_of(channel, request))
        await streams[-1].read()  # the first message is the number of the latest update
    _say("watching")
    while steps:
        _say(*await _all([_next(stream) for stream in streams]))
    ended = await _all([_to_the_end(stream) for stream in streams])
    _say(sum(received for received, _ in ended), max(when for _, when in ended))


def main(target: str, network: str, count: str, form: str, until: str) -> None:
    """Watch until the run ends, or the process is ended."""
    request = _request(network, form, int(until))
    asyncio.run(_watch(target, request, int(count), steps=until == "0"))


if __name__ == "__main__":
    main(*sys.argv[1:])
