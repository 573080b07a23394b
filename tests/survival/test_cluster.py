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
from clusters import Cluster, new_cluster
from cutting_proxy import CuttingProxy
from made_up_sets import create_made_up_set
from promises import Promise, rounds
from steppers import ALL_EXAMPLES
from stored import how_far
from watch_reading import under_way
from watched_runs import WatchedRun

#: Why streams may end when the database is killed.
DATABASE_IS_AWAY = ("STORE_UNAVAILABLE",)

REPLICAS = rounds(2, 3)
WORKERS = rounds(2, 4)
KILLS = rounds(4, 100)
LONG_STOPS = rounds(1, 30)


class Disturbing(WatchedRun):
    """A run, its watchers and a stepper, in a cluster that is disturbed again and again."""

    def __init__(self, cluster: Cluster, target: str, moments: random.Random) -> None:
        watched = [replica.target for replica in cluster.replicas]
        super().__init__(cluster, target, watched, moments)
        self.cluster = cluster

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
                disturbing.finish(*DATABASE_IS_AWAY)
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
    promise("each acknowledged call in a cluster happens once", **counts)
