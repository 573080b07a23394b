"""A server that is told to stop says so first, ends every watch with the place to resume, and ends.

What was under way goes on when it starts again.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from calls import create, settings
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from grpc_health.v1 import health_pb2, health_pb2_grpc
from made_up_sets import create_made_up_set
from overhearing import overhearing
from patience import PATIENCE
from promises import Promise, rounds
from servers import ServerProcess, new_server
from stored import left_in, truth_in
from watch_checker import faults
from watch_reading import CHANNEL, Reading, Watcher

WATCHERS = 20

#: So many examples make an update of half a millisecond, so many updates a run: a busy machine can
#: tell a server to stop while the run goes on.
EXAMPLES = 5_000
UPDATES = 600

#: What watchers want: a stride, parameters or not, columns or not.
KINDS = [(1, True, False), (1, True, True), (1, False, True), (7, False, False)]

#: How long a server may take to end, in seconds.
MOST_SECONDS = 10.0

#: The watch of the health is the first call of its connection, and so this stream of it.
HEALTH = 1
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def reading(network: network_pb2.Network, index: int) -> Reading:
    """Return one of many that want different things."""
    # Parameters have to be recomputed, for those at the same place at once.
    stride, parameters, columns = KINDS[index % len(KINDS)]
    return Reading(network, stride=stride, parameters=parameters, columns=columns)


class Terminating:
    """A network, and twenty watchers of it that share a connection with one of the health."""

    def __init__(self, server: ServerProcess, moments: random.Random) -> None:
        self.server = server
        self.moments = moments
        self.counts: Counter[str] = Counter()
        with server.stub() as stub:
            self.network = create(stub)
        self.readings = [reading(self.network, index) for index in range(WATCHERS)]
        self.progress = asyncio.Condition()

    async def terminate_in_a_run(self) -> None:
        """Begin a run, stop the server in it, start the server again, and see the run's end."""
        run = self.train()
        await self.terminate(after=run.first_update + self.moments.randrange(UPDATES // 4))
        if self.readings[0].last_update < run.first_update + UPDATES - 1:
            self.counts["runs_cut"] += 1
        await asyncio.to_thread(self.server.start)
        await self.watch_to_the_end(run)
        self.counts["sigterms"] += 1

    def train(self) -> run_pb2.Run:
        recipe = settings("slow", rate=0.5, batch_size=EXAMPLES, epochs=UPDATES)
        with self.server.stub() as stub:
            request = pb.TrainRequest(network=self.network.network, settings=recipe)
            return stub.Train(request).run

    async def terminate(self, after: int) -> None:
        """Stop the server when everyone has seen an update, and require that all hear of it."""
        async with (
            overhearing(self.server.port) as heard,
            grpc.aio.insecure_channel(heard.target, options=CHANNEL) as channel,
        ):
            health = await self.watch_health(channel)
            watches = [asyncio.create_task(self.watch(channel, each)) for each in self.readings]
            await self.wait_until(
                lambda: all(each.last_update + each.stride > after for each in self.readings)
            )
            assert self.server.process is not None
            self.server.process.send_signal(signal.SIGTERM)
            ended = asyncio.create_task(
                asyncio.to_thread(self.server.process.wait, timeout=MOST_SECONDS)
            )
            assert (await health.read()).status == NOT_SERVING
            assert await health.read() is grpc.aio.EOF
            await asyncio.gather(*watches)
            assert await ended == 0
        ends = heard.ends()
        assert len(ends) == 1 + WATCHERS
        assert heard.place_of_data(HEALTH, 1) < min(ends.values()), (
            "a watch ended before it was said that the server stops"
        )
        for each in self.readings:
            self.require_drained(each)

    async def watch_health(self, channel: grpc.aio.Channel) -> Any:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        health = stub.Watch(health_pb2.HealthCheckRequest())
        assert (await health.read()).status == health_pb2.HealthCheckResponse.SERVING
        return health

    async def watch(self, channel: grpc.aio.Channel, each: Reading) -> None:
        """Read a stream until the server ends it."""
        error = await self.read_until_broken(channel, each)
        assert each.end(error), "a watch did not end with UNAVAILABLE"

    async def read_until_broken(self, channel: grpc.aio.Channel, each: Reading) -> grpc.RpcError:
        stub: Any = TrainingServiceStub(channel)  # its types are those of calls that block
        try:
            async for part in stub.WatchUpdates(each.begin()):
                async with self.progress:
                    each.take(part)
                    self.progress.notify_all()
        except grpc.RpcError as error:
            return error
        raise AssertionError("the watch ended by itself")

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self.progress:
            await self.progress.wait_for(condition)

    def require_drained(self, each: Reading) -> None:
        """Require that a watch was told where to resume; the checker looks at strides."""
        stream = each.streams[-1]
        assert stream.reason == "DRAINING"
        assert each.told_to_retry
        assert stream.said["next_update"] > each.last_update
        if each.stride == 1:
            assert stream.said["next_update"] == each.last_update + 1
        self.counts["watches_drained"] += 1

    async def watch_to_the_end(self, run: run_pb2.Run) -> None:
        """Let everyone resume, and see the end of the run that was under way."""
        async with grpc.aio.insecure_channel(self.server.target, options=CHANNEL) as channel:
            watches = [asyncio.create_task(self.watch(channel, each)) for each in self.readings]
            await self.wait_until(
                lambda: all(
                    each.last_turn is not None
                    and (each.last_turn.run, each.last_state) == (run.run, "SUCCEEDED")
                    for each in self.readings
                )
            )
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
        latest = run.first_update + UPDATES - 1
        assert {each.last_update for each in self.readings} == {latest}

    def compare(self, folder: Path) -> None:
        """Compare what everyone was told with what is stored."""
        assert self.server.stop() == 0
        with left_in(folder) as store:
            truth = truth_in(store, self.network.uid)
        for each in self.readings:
            found = faults(each.streams, truth)
            assert not found, found[:9]
            self.counts["updates_seen"] += each.updates


async def test_sigterm_is_told_to_everyone_and_interrupts_nothing(
    tmp_path: Path, promise: Promise
) -> None:
    with new_server(tmp_path) as server:
        with server.stub() as stub:
            create_made_up_set(stub, "slow", EXAMPLES)
        terminating = Terminating(server, random.Random(4))
        stops = rounds(4, 100)
        # On a busy machine runs can be over before a server is stopped in them.
        while terminating.counts["sigterms"] < stops or not terminating.counts["runs_cut"]:
            await terminating.terminate_in_a_run()
        terminating.compare(tmp_path)
    promise("sigterm is told to everyone, and interrupts nothing", **terminating.counts)


def test_a_watcher_that_does_not_read_keeps_no_server_from_ending(
    own_server: ServerProcess,
) -> None:
    with own_server.stub() as stub:
        network = create(stub, (2, 24, 1), bias=True)
        watcher = Watcher(own_server.target, Reading(network)).start()
        watcher.wait_for(lambda reading: reading.updates > 0)
        watcher.stall()
        # Far more than what lies between the two when one of them does not read.
        stub.Step(
            pb.StepRequest(network=network.network, count=10_000, settings=settings(epochs=10_000))
        )
    assert own_server.process is not None
    own_server.process.send_signal(signal.SIGTERM)
    assert own_server.process.wait(timeout=MOST_SECONDS) == 0
    watcher.cancel()


def test_computations_keep_no_server_from_ending(own_server: ServerProcess) -> None:
    examples, units = 20_000, 100_000
    with own_server.stub() as stub:
        create_made_up_set(stub, "large", examples)
        network = create(stub, (2, units, 1)).network
        small = create(stub).network
        recipe = settings("large", batch_size=examples, epochs=1_000)
        stub.Train(pb.TrainRequest(network=small, settings=recipe))
        evaluate = pb.EvaluateRequest(network=network, training_set="large")
        calls = [stub.Evaluate.future(evaluate) for _ in range(8)]
        stub.GetNetwork(pb.GetNetworkRequest(network=network))  # the calls before it were received
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGTERM)
        assert own_server.process.wait(timeout=MOST_SECONDS) == 0
        assert {call.code() for call in calls} == {grpc.StatusCode.UNAVAILABLE}
    log = own_server.log.read_text().splitlines()
    assert log[-1] == "Stopped."
    assert not [line for line in log if "Traceback" in line or "ERROR" in line]
