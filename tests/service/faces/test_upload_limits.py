"""The number of concurrent uploads is limited, and uploads that send nothing are ended."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import grpc
import pytest
from calls import Refusal, examples, refusal
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from patience import PATIENCE

from service.app import Server
from service.faces import timeouts
from service.faces.handlers import training_sets
from service.settings import Settings
from service.use_cases.training_sets import TrainingSets
from training.errors import InvalidFields, TooManyUploads
from training.limits import Limits
from training.training_set import BUILT_IN

MOST = 2
PART = pb.UploadTrainingSetRequest(examples=examples([([0.0, 1.0], [1.0])]))
BAD = pb.UploadTrainingSetRequest(examples=examples([([0.0], [])]))


class Upload:
    """An upload of one example so far, over a connection of its own."""

    def __init__(self, target: str) -> None:
        self.channel = grpc.aio.insecure_channel(
            target, options=[("grpc.use_local_subchannel_pool", 1)]
        )
        stub: Any = TrainingServiceStub(self.channel)
        self.call = stub.UploadTrainingSet()

    async def send(self, request: pb.UploadTrainingSetRequest = PART) -> None:
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):  # refused already
            await self.call.write(request)

    async def complete(self) -> None:
        await self.call.done_writing()
        await self.call

    async def refused(self) -> Refusal:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await self.call
        return refusal(raised.value)

    async def cancel(self) -> None:
        self.call.cancel()

    async def disconnect(self) -> None:
        await self.channel.close()


@dataclass
class Uploads:
    """All uploads of a server that takes few at the same time."""

    server: Server
    target: str
    begun: list[Upload] = field(default_factory=list)

    async def begin(self) -> Upload:
        upload = Upload(self.target)
        self.begun.append(upload)
        await upload.send()
        return upload

    async def fill(self) -> tuple[list[Upload], Refusal]:
        """Begin one more than can be under way; return those that are, and how one was refused."""
        ended = asyncio.Event()
        uploads = [await self.begin() for _ in range(MOST + 1)]
        for upload in uploads:
            upload.call.add_done_callback(lambda _: ended.set())
        await ended.wait()
        (refused,) = [upload for upload in uploads if upload.call.done()]
        uploads.remove(refused)
        return uploads, await refused.refused()

    async def get_in(self) -> None:
        """Upload a set, again and again until the server has noticed that there is room."""
        async with asyncio.timeout(PATIENCE):
            while True:
                upload = await self.begin()
                try:
                    return await upload.complete()
                except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
                    assert (await upload.refused()).reason == "TOO_MANY_UPLOADS"

    def stored(self) -> int:
        return len(self.server.training_sets.page("", 100)) - len(BUILT_IN)


@pytest.fixture
async def uploads() -> AsyncIterator[Uploads]:
    settings = Settings("127.0.0.1:0", "off", database="memory:", limits=Limits(uploads=MOST))
    server = Server(settings, asyncio.get_running_loop())
    uploads = Uploads(server, (await server.start()).grpc)
    yield uploads
    for upload in uploads.begun:
        await upload.disconnect()
    await server.stop()


async def spoil(upload: Upload) -> None:
    await upload.send(BAD)
    assert (await upload.refused()).reason == "INVALID_FIELDS"


@pytest.mark.parametrize(
    ("end", "stored"),
    [
        (Upload.complete, 1),
        (Upload.cancel, 0),
        (Upload.disconnect, 0),
        (spoil, 0),
    ],
    ids=lambda it: getattr(it, "__name__", ""),
)
async def test_another_upload_can_start_however_one_ends(
    uploads: Uploads, end: Callable[[Upload], Awaitable[None]], stored: int
) -> None:
    under_way, refused = await uploads.fill()
    assert refused.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.reason == "TOO_MANY_UPLOADS"
    assert refused.metadata == {"limit": "uploads", "value": str(MOST)}
    assert refused.retry
    await end(under_way[0])
    await uploads.get_in()
    assert uploads.stored() == stored + 1
    await under_way[1].complete()
    assert uploads.stored() == stored + 2


async def test_an_upload_that_sends_nothing_is_ended_and_stores_nothing(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(timeouts, "READ_SECONDS", 0.1)
        for _ in range(MOST):
            refused = await (await uploads.begin()).refused()
            assert refused.code is grpc.StatusCode.UNAVAILABLE
            assert refused.reason == "UPLOAD_STALLED"
            assert refused.retry
            assert "0.1 s" in refused.message
    under_way, _ = await uploads.fill()
    assert uploads.stored() == 0
    for upload in under_way:
        await upload.complete()
    assert uploads.stored() == MOST


async def test_an_upload_counts_until_its_memory_is_freed(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    storing, go_on = asyncio.Event(), Event()
    loop, store = asyncio.get_running_loop(), TrainingSets.store

    def store_later(*arguments: Any) -> Any:
        loop.call_soon_threadsafe(storing.set)
        go_on.wait()
        return store(*arguments)

    async def messages() -> AsyncIterator[pb.UploadTrainingSetRequest]:
        yield PART

    monkeypatch.setattr(TrainingSets, "store", store_later)
    server = uploads.server
    (upload,) = [rpc for rpc in server._rpcs if rpc.method.name == "UploadTrainingSet"]
    under_way = asyncio.create_task(upload.collect(messages()))
    await storing.wait()
    under_way.cancel()
    for _ in range(100):
        await asyncio.sleep(0)  # all that the cancelled call does before its thread ends
    with ExitStack() as places:
        places.callback(go_on.set)
        for _ in range(MOST - 1):
            places.enter_context(server.training_sets.uploading())
        with pytest.raises(TooManyUploads):
            places.enter_context(server.training_sets.uploading())
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        places.enter_context(server.training_sets.uploading())


async def test_an_error_after_its_caller_has_left_is_not_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing = asyncio.Event()

    async def fail(*_: object) -> None:
        await failing.wait()
        raise InvalidFields([])

    monkeypatch.setattr(training_sets, "run_in_call", fail)
    call = asyncio.create_task(training_sets._run_to_completion(print, None))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.sleep(0)
    failing.set()
    with pytest.raises(asyncio.CancelledError):
        await call
    del call
    gc.collect()
    await asyncio.sleep(0)
    assert caplog.text == ""
