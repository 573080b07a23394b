"""Whatever happens to a network, its server and its watchers: every watcher is told all of it.

Watchers begin anywhere, with any stride and detail, stall, go away and come back, while the network
is stepped, trained, edited, reset and its old history let go of, and the server is killed. What
each was delivered is compared with what is stored in the end.
"""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import grpc
from calls import all_updates, create, examples, settings, wait_until_over
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from hypothesis import Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from promises import Promise, rounds
from servers import ServerProcess, new_server
from stored import kill_and_note, left_in, truth_in
from watch_checker import Shown, faults
from watch_reading import Reading, Watcher, shown

EXAMPLES = 200
MOST_WATCHERS = 6
MOST_KILLS = 3


class Watch(NamedTuple):
    """What a watcher asks for: from which part of the history on (None: from now on), and how."""

    part: float | None
    stride: int
    parameters: bool
    columns: bool


choices = st.integers(0, MOST_WATCHERS - 1)
parts = st.floats(0.0, 1.0)
watches = st.builds(
    Watch, st.none() | parts, st.sampled_from([1, 1, 2, 7, 100]), st.booleans(), st.booleans()
)


def slow_settings(updates: int) -> run_pb2.TrainingSettings:
    """Return settings with which there is time to do something meanwhile."""
    stop = run_pb2.StopCondition(max_updates=updates)
    return settings("slow", rate=0.5, batch_size=EXAMPLES, epochs=10**9, stop=stop)


class WatchHistories(RuleBasedStateMachine):
    """One network and its watchers; the server is shared by all examples."""

    server: ClassVar[ServerProcess]
    folder: ClassVar[Path]
    counts: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.watchers: list[Watcher] = []
        self.known: dict[int, Shown] = {}
        self.kills = 0
        self.counts["histories"] += 1

    @initialize(seed=st.integers(0, 99), watches=st.lists(watches, min_size=1, max_size=3))
    def create(self, seed: int, watches: list[Watch]) -> None:
        with self.server.stub() as stub:
            # So large that a watcher that does not read holds its stream up after 130 updates.
            self.network = create(stub, (2, 24, 1), seed=seed, bias=True)
        for watch in watches:
            self.watch(watch)

    # What can happen to the network.

    @rule(count=st.integers(1, 30))
    def step(self, count: int) -> None:
        with self.server.stub() as stub:
            recipe = None if self.run_now(stub).run else slow_settings(2_000)
            request = pb.StepRequest(network=self.name, count=count, settings=recipe)
            attempt(lambda: stub.Step(request))

    @rule(updates=st.integers(1, 1_500))
    def train(self, updates: int) -> None:
        request = pb.TrainRequest(network=self.name, settings=slow_settings(updates))
        with self.server.stub() as stub:
            attempt(lambda: stub.Train(request))

    @rule()
    def pause(self) -> None:
        self.change_run(lambda stub, which: stub.PauseRun(pb.PauseRunRequest(**which)))

    @rule()
    def resume(self) -> None:
        self.change_run(lambda stub, which: stub.ResumeRun(pb.ResumeRunRequest(**which)))

    @rule()
    def cancel_run(self) -> None:
        self.change_run(lambda stub, which: stub.CancelRun(pb.CancelRunRequest(**which)))

    @rule()
    def come_to_the_end_of_the_run(self) -> None:
        with self.server.stub() as stub:
            run = self.run_now(stub)
            if run.state in {run_pb2.RUN_STATE_PENDING, run_pb2.RUN_STATE_RUNNING}:
                wait_until_over(stub, run)

    @rule(value=st.floats(-3, 3))
    def edit(self, value: float) -> None:
        self.pause()
        weight = pb.WeightValue(layer=1, unit=0, input=0, value=value)
        with self.server.stub() as stub:
            stub.SetWeights(pb.SetWeightsRequest(network=self.name, weights=[weight]))

    @rule(seed=st.integers(0, 99))
    def reset(self, seed: int) -> None:
        self.pause()
        initializer = network_pb2.Initializer(seed=seed)
        with self.server.stub() as stub:
            stub.ResetWeights(pb.ResetWeightsRequest(network=self.name, initializer=initializer))

    @rule(part=parts)
    def let_go(self, part: float) -> None:
        with self.server.stub() as stub:
            updates = {
                update.update: shown(update) for update in all_updates(stub, self.name, 1_000)
            }
            self.learn(updates)
            before = max(1, int(part * max(updates)))
            if before < len(self.known):
                stub.DeleteUpdates(pb.DeleteUpdatesRequest(network=self.name, before_update=before))
                self.counts["compactions"] += 1

    @precondition(lambda self: self.kills < MOST_KILLS)
    @rule()
    def kill(self) -> None:
        self.kills += 1
        kill_and_note(self.server, self.watchers, self.folder, self.network.uid)
        self.server.start()
        self.counts["kills"] += 1

    # What can happen to a watcher.

    @precondition(lambda self: len(self.watchers) < MOST_WATCHERS)
    @rule(watch=watches)
    def watch(self, watch: Watch) -> None:
        with self.server.stub() as stub:
            latest = stub.GetNetwork(pb.GetNetworkRequest(network=self.name)).network.latest_update
        start = None if watch.part is None else int(watch.part * (latest + 1))
        reading = Reading(
            self.network,
            start=start,
            stride=watch.stride,
            parameters=watch.parameters,
            columns=watch.columns,
        )
        self.watchers.append(Watcher(self.server.target, reading).start())
        # Without a start, it is a bookmark that says what it will have to be told.
        self.watchers[-1].wait_for(lambda reading: reading.start is not None)
        self.counts["watchers"] += 1

    @precondition(lambda self: self.watchers)
    @rule(choice=choices)
    def stall(self, choice: int) -> None:
        self.a_watcher(choice).stall()

    @precondition(lambda self: self.watchers)
    @rule(choice=choices)
    def outrun(self, choice: int) -> None:
        """Let a watcher stall, and let go of what it would have to read next."""
        self.stall(choice)
        self.train(600)
        self.come_to_the_end_of_the_run()
        self.let_go(1.0)

    @precondition(lambda self: self.watchers)
    @rule(choice=choices)
    def read_on(self, choice: int) -> None:
        self.a_watcher(choice).read_on()

    @precondition(lambda self: self.watchers)
    @rule(choice=choices)
    def cancel(self, choice: int) -> None:
        self.a_watcher(choice).cancel()

    @precondition(lambda self: self.watchers)
    @rule(choice=choices)
    def reconnect(self, choice: int) -> None:
        watcher = self.a_watcher(choice)
        if not watcher.watches:
            watcher.start()

    # What must hold.

    def teardown(self) -> None:
        try:
            self.come_to_an_end()
            self.compare()
        finally:
            for watcher in self.watchers:
                watcher.cancel()

    def come_to_an_end(self) -> None:
        """Let a last run be made, and everyone read to its end."""
        for watcher in self.watchers:
            watcher.read_on()
            if not watcher.watches:
                watcher.start()
        self.cancel_run()
        with self.server.stub() as stub:
            request = pb.TrainRequest(network=self.name, settings=slow_settings(3))
            last = stub.Train(request).run.run
        for watcher in self.watchers:
            watcher.wait_for(
                lambda reading: (
                    reading.last_turn is not None
                    and reading.last_turn.run == last
                    and reading.last_state == "SUCCEEDED"
                )
            )

    def compare(self) -> None:
        """Compare what everyone was told with what is stored, and delete the network."""
        self.server.kill()
        with left_in(self.folder) as store:
            truth = truth_in(store, self.network.uid)
        self.server.start()
        self.learn(truth.updates)
        truth.updates = self.known
        with self.server.stub() as stub:
            stub.DeleteNetwork(pb.DeleteNetworkRequest(network=self.name))
        for watcher in self.watchers:
            watcher.join()
            streams = watcher.reading.streams
            assert streams[-1].reason == "NETWORK_NOT_FOUND"
            found = faults(streams, truth)
            assert not found, found[:9]
            self.counts["updates_seen"] += watcher.reading.updates
            for stream in streams:
                if stream.reason == "HISTORY_COMPACTED":
                    self.counts["fell_behind" if stream.items else "began_too_early"] += 1
        self.counts["updates"] += len(truth.updates)

    # How that is said.

    @property
    def name(self) -> str:
        return self.network.network

    def a_watcher(self, choice: int) -> Watcher:
        return self.watchers[choice % len(self.watchers)]

    def run_now(self, stub: TrainingServiceStub) -> run_pb2.Run:
        """Return the run that is not over; an empty one where there is none."""
        number = stub.GetNetwork(pb.GetNetworkRequest(network=self.name)).network.active_run
        if not number:
            return run_pb2.Run()
        return stub.GetRun(pb.GetRunRequest(network=self.name, run=number)).run

    def change_run(self, change: Callable[[TrainingServiceStub, dict[str, Any]], object]) -> None:
        """Change the state of the run that is not over, unless it ends before."""
        with self.server.stub() as stub:
            run = self.run_now(stub)
            if run.run:
                attempt(lambda: change(stub, {"network": self.name, "run": run.run}))

    def learn(self, updates: dict[int, Shown]) -> None:
        """Keep what is stored, for it may be let go of; what is known already stays the same."""
        for number in updates.keys() & self.known.keys():
            assert updates[number] == self.known[number], "what is stored has changed"
        self.known |= updates


def attempt(call: Callable[[], object]) -> None:
    """Make a call that the state of the run may forbid by now."""
    try:
        call()
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
            raise


def test_every_watcher_is_told_all_that_happened_in_order_once_and_to_the_bit(
    tmp_path: Path, promise: Promise
) -> None:
    WatchHistories.folder = tmp_path
    with new_server(tmp_path) as WatchHistories.server:
        numbers = random.Random(1)
        rows = [[numbers.random(), numbers.random()] for _ in range(EXAMPLES)]
        content = examples([(row, [float(row[0] > row[1])]) for row in rows])
        with WatchHistories.server.stub() as stub:
            stub.CreateTrainingSet(
                pb.CreateTrainingSetRequest(training_set="slow", examples=content)
            )
        run_state_machine_as_test(
            WatchHistories,
            settings=how(
                max_examples=rounds(5, 500),
                stateful_step_count=50,
                deadline=None,
                # What fails depends on time: to shrink it would take long and find something else.
                phases=[Phase.generate],
            ),
        )
    promise("every watcher is told all, in order, once and to the bit", **WatchHistories.counts)
