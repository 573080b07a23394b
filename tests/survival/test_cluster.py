"""Whatever is killed of a cluster, each history stays single, complete, and has the same bits.

Any replica, worker or the database is killed, and workers are stopped for longer than their lease,
while clients step, train, edit, fork and watch through replicas at random.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from call_recording import EXAMPLES
from call_rounds import Round
from calls import create, state
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clusters import Cluster, new_cluster
from cutting_proxy import CuttingProxy
from made_up_sets import create_made_up_set
from promises import Promise, rounds
from steppers import ALL_EXAMPLES, Stepper, slow_settings
from stored import how_far, uninterrupted
from watch_checker import faults
from watch_reading import Reading, Watcher, flat, under_way

LAYERS = (2, 12, 1)

#: Why streams may end when the database is killed.
DATABASE_IS_AWAY = ("STORE_UNAVAILABLE",)

REPLICAS = rounds(2, 3)
WORKERS = rounds(2, 4)
KILLS = rounds(4, 100)
LONG_STOPS = rounds(1, 30)


class Disturbing:
    """A run, its watchers and a stepper, in a cluster that is disturbed again and again."""

    def __init__(self, cluster: Cluster, target: str, moments: random.Random) -> None:
        self.cluster = cluster
        self.moments = moments
        self.counts: Counter[str] = Counter()
        with cluster.stub() as stub:
            self.network = create(stub, LAYERS, seed=moments.randrange(2**32), bias=True)
            name = self.network.network
            stub.Train(pb.TrainRequest(network=name, settings=slow_settings()))
            self.stepper = Stepper(target, create(stub, LAYERS, seed=5, bias=True))
        self.watchers = [
            Watcher(replica.target, Reading(self.network, columns=bool(index % 2))).start()
            for index, replica in enumerate(cluster.replicas)
        ]

    @contextmanager
    def ending(self) -> Iterator[None]:
        """End all clients with the block, also if it fails."""
        try:
            yield
        finally:
            self.stepper.stop()
            for watcher in self.watchers:
                watcher.cancel()

    def disturb(self, what: str) -> None:
        """Do something to the cluster at some moment; what was shown till then must be stored."""
        self.wait_for_updates()
        if what == "stop":
            self.cluster.stop_for_long(self.moments)
            self.counts["long_stops_of_workers"] += 1
            return
        victim = self.cluster.victim(self.moments)
        streams = under_way(
            watcher
            for watcher, replica in zip(self.watchers, self.cluster.replicas, strict=True)
            if replica is victim
        )
        victim.kill()
        if streams:
            with self.cluster.store() as store:
                stored = how_far(store, self.network.uid)
            for stream in streams:
                stream.stored = stored
        self.counts[self.cluster.bring_back(victim)] += 1

    def wait_for_updates(self) -> None:
        more = self.moments.randint(1, 1_000)
        for watcher in self.watchers:
            wanted = watcher.reading.updates + more
            watcher.wait_for(lambda reading, wanted=wanted: reading.updates >= wanted)

    def finish(self) -> None:
        """Pause the run, let everyone come to its end, and compare all of it."""
        self.wait_for_updates()
        self.stepper.stop()
        with self.cluster.stub() as stub:
            name = self.network.network
            paused = stub.PauseRun(pb.PauseRunRequest(network=name, run=1)).run
            shown = {uid: flat(state(stub, uid).layers) for uid in self.networks}
        for watcher in self.watchers:
            watcher.wait_for(lambda reading: reading.last_state == "PAUSED")
            watcher.cancel()
            assert watcher.reading.last_update == paused.latest_update
        self.compare(shown)
        with self.cluster.stub() as stub:
            for name in self.networks:
                *_, verified = stub.VerifyHistory(pb.VerifyHistoryRequest(network=name))
                assert verified.done, verified
                assert not verified.HasField("difference"), verified

    @property
    def networks(self) -> dict[str, network_pb2.Network]:
        return {each.network: each for each in (self.network, self.stepper.network)}

    def compare(self, shown: dict[str, bytes]) -> None:
        """Require that whatever was shown is that of runs that nothing has interrupted."""
        with self.cluster.left() as store:
            truths = {
                name: uninterrupted(store, network.uid) for name, network in self.networks.items()
            }
        for name, truth in truths.items():
            assert truth.updates[max(truth.updates)].parameters == shown[name]
        truth = truths[self.network.network]
        for watcher in self.watchers:
            assert not faults(watcher.reading.streams, truth, *DATABASE_IS_AWAY)
            self.counts["updates_seen"] += watcher.reading.updates
        assert max(truths[self.stepper.network.network].updates) == self.stepper.made
        self.counts["updates"] += len(truth.updates)
        self.counts += self.stepper.counts


def test_nothing_that_is_killed_in_a_cluster_loses_an_update_or_changes_a_bit(
    tmp_path: Path, promise: Promise
) -> None:
    moments = random.Random(3)
    with new_cluster(tmp_path, REPLICAS, WORKERS) as cluster:
        with cluster.stub() as stub:
            create_made_up_set(stub, "slow", ALL_EXAMPLES)
        disturbances = ["kill"] * KILLS + ["stop"] * LONG_STOPS
        moments.shuffle(disturbances)
        with closing(CuttingProxy(cluster.port, random.Random(4))) as proxy:
            disturbing = Disturbing(cluster, proxy.target, moments)
            with disturbing.ending():
                for each in disturbances:
                    disturbing.disturb(each)
                disturbing.finish()
    promise("no kill in a cluster loses an update or changes a bit", **disturbing.counts)


def test_each_acknowledged_call_happens_once_through_whichever_replica(
    tmp_path: Path, promise: Promise
) -> None:
    choices = random.Random(6)
    counts: Counter[str] = Counter()
    for number in range(rounds(1, 30)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with new_cluster(folder, REPLICAS, WORKERS) as cluster:
            with cluster.stub() as stub:
                create_made_up_set(stub, "slow", EXAMPLES)
            a_round = Round(cluster, choices)
            a_round.call(3)
            a_round.compare()
        counts += a_round.counts
    assert counts["attempts_without_answer"] <= rounds(1, 5)
    promise("each acknowledged call in a cluster happens once", **counts)
