"""Interrupted streams resume, in both forms of the client."""

import itertools

import clearprop
import clearprop.aio
import grpc
import pytest
from clearprop import ClearpropError, Snapshot
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Network
from clearprop.v1.run_pb2 import RUN_STATE_RUNNING, RUN_STATE_SUCCEEDED, Run, RunEvent
from clearprop.v1.update_pb2 import Update
from scripted import SOON, Answer, Refusal, ScriptedServer

RUN = Run(network="n", run=1, state=RUN_STATE_RUNNING, first_update=1)
OVER = Run(network="n", run=1, state=RUN_STATE_SUCCEEDED, first_update=1, latest_update=5)
BROKEN = Refusal(grpc.StatusCode.UNAVAILABLE, "Socket closed")
CUT_BY_SERVER = Refusal(grpc.StatusCode.CANCELLED, "cancelled")


def updates(*numbers: int) -> pb.WatchUpdatesResponse:
    return pb.WatchUpdatesResponse(
        updates=pb.UpdateBatch(updates=[Update(update=number, run=1) for number in numbers])
    )


def event(number: int, run: Run) -> pb.WatchUpdatesResponse:
    return pb.WatchUpdatesResponse(run_event=RunEvent(event=number, run=run))


STREAMS: list[list[Answer]] = [
    [event(1, RUN), updates(1, 2), BROKEN],
    [BROKEN],
    [updates(3), SOON],
    [CUT_BY_SERVER],
    [updates(4, 5)],  # ends without an error, but also without the end of the run
    [event(2, OVER)],
]
STARTS = [1, 3, 3, 4, 4, 6]


@pytest.fixture
def breaking(scripted: ScriptedServer) -> ScriptedServer:
    """A server whose watch breaks in every way before it ends."""
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=Network(network="n", uid="u")))
    scripted.answers("GetRun", pb.GetRunResponse(run=RUN))
    scripted.streams("WatchUpdates", *STREAMS)
    return scripted


def check(server: ScriptedServer) -> None:
    requests = server.requests["WatchUpdates"]
    assert [request.start_update for request in requests] == STARTS
    assert {(request.uid, request.until_run) for request in requests} == {("u", 1)}


def test_updates_resume_after_every_kind_of_break(breaking: ScriptedServer) -> None:
    with clearprop.connect(breaking.target) as client:
        run = client.network("n").run(1)
        assert [update.number for update in run.updates()] == [1, 2, 3, 4, 5]
        assert run.is_over
    check(breaking)


async def test_updates_resume_after_every_break_in_asyncio(
    breaking: ScriptedServer,
) -> None:
    async with clearprop.aio.connect(breaking.target) as client:
        run = await (await client.network("n")).run(1)
        assert [update.number async for update in run.updates()] == [1, 2, 3, 4, 5]
        assert run.is_over
    check(breaking)


def test_a_watch_fails_after_the_retry_timeout(scripted: ScriptedServer) -> None:
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=Network(network="n", uid="u")))
    scripted.streams("WatchUpdates", [updates(0), BROKEN], *[[BROKEN]] * 20)
    with clearprop.connect(scripted.target, retry_timeout=0.4) as client:
        watch = client.network("n").watch(start=0)
        assert isinstance(next(watch), Snapshot)
        with pytest.raises(ClearpropError, match="Socket closed"):
            next(watch)


def test_progress_restarts_the_retry_timeout(scripted: ScriptedServer) -> None:
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=Network(network="n", uid="u")))
    for number in range(12):
        scripted.streams("WatchUpdates", [updates(number), BROKEN])
    with clearprop.connect(scripted.target, retry_timeout=0.4) as client:
        watch = client.network("n").watch(start=0)
        seen = [item.number for item in itertools.islice(watch, 12)]
    assert seen == list(range(12))


@pytest.mark.parametrize("reason", ["NETWORK_NOT_FOUND", "NETWORK_REPLACED"])
def test_a_deleted_network_ends_the_watch(scripted: ScriptedServer, reason: str) -> None:
    gone = Refusal(grpc.StatusCode.NOT_FOUND, "gone", reason)
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=Network(network="n", uid="u")))
    scripted.streams("WatchUpdates", [updates(0), BROKEN], [gone])
    with clearprop.connect(scripted.target) as client:
        watch = client.network("n").watch(start=0)
        next(watch)
        with pytest.raises(ClearpropError) as caught:
            next(watch)
    assert caught.value.reason == reason


def test_the_end_of_the_previous_run_does_not_belong_to_a_run(scripted: ScriptedServer) -> None:
    second = Run(network="n", run=2, state=RUN_STATE_RUNNING, first_update=6)
    second_over = Run(network="n", run=2, state=RUN_STATE_SUCCEEDED, first_update=6)
    edit = pb.WatchUpdatesResponse(updates=pb.UpdateBatch(updates=[Update(update=7)]))
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=Network(network="n", uid="u")))
    scripted.answers("GetRun", pb.GetRunResponse(run=second))
    of_second = pb.UpdateBatch(updates=[Update(update=6, run=2)])
    scripted.streams(
        "WatchUpdates",
        [
            event(2, OVER),
            event(3, second),
            pb.WatchUpdatesResponse(updates=of_second),
            edit,
            event(4, second_over),
        ],
    )
    with clearprop.connect(scripted.target) as client:
        run = client.network("n").run(2)
        assert [update.number for update in run.updates()] == [6]
        assert (run.number, run.state) == (2, "SUCCEEDED")
