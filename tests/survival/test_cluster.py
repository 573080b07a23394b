"""Whatever happens to a cluster, each history stays single, complete, and has the same bits.

Any replica, worker or the database is killed, workers are stopped for longer than their lease, and
networks fail, while clients step, train, edit, fork and watch through replicas at random. Then all
processes are replaced one by one.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from call_rounds import Round
from clusters import Cluster, new_cluster
from cutting_proxy import CuttingProxy
from made_up_sets import create_made_up_set
from network_links import Trouble
from promises import IS_LONG, Promise, rounds
from python_clients import Program
from steppers import ALL_EXAMPLES
from stored import how_far, uninterrupted
from watch_reading import Reading, under_way
from watched_runs import WatchedRun

#: Why streams may end when the database is killed, or cut off.
DATABASE_IS_AWAY = ("STORE_UNAVAILABLE",)

REPLICAS = rounds(2, 3)
WORKERS = rounds(2, 4)

#: How many there are of each in a world, and how many worlds: in the quick form each process is
#: killed once, and networks have each kind of trouble once.
KILLS = rounds(REPLICAS + WORKERS + 1, 50)
LONG_STOPS = rounds(1, 15)
PARTITIONS = rounds(len(Trouble), 20)
WORLDS = rounds(1, 10)

#: Longer updates are fewer, so that a busy machine compares them in less time.
FACTOR = 10


class Disturbing(WatchedRun):
    """A run, its watchers and a stepper, in a cluster that is disturbed again and again."""

    factor = FACTOR

    def __init__(self, cluster: Cluster, target: str, moments: random.Random) -> None:
        watched = [network.target for network in cluster.to_replicas]
        super().__init__(cluster, target, watched, moments)
        self.cluster = cluster

    def reading(self, index: int) -> Reading:
        """Return what a watcher wants: parameters, which are recomputed, only in the long form."""
        parameters = IS_LONG and not index % 2
        return Reading(self.network, columns=bool(index % 2), parameters=parameters)

    @contextmanager
    def ending(self) -> Iterator[None]:
        """End all clients with the block, also if it fails."""
        try:
            yield
        finally:
            self.stepper.stop()
            for watcher in self.watchers:
                watcher.cancel()

    def disturb(self) -> None:
        """Kill, stop and cut off processes, at the same time."""
        numbers = {self.kill: KILLS, self.stop: LONG_STOPS, self.cut_off: PARTITIONS}
        with ThreadPoolExecutor(len(numbers)) as threads:
            for each in [threads.submit(repeat, *item) for item in numbers.items()]:
                each.result()

    def kill(self) -> None:
        """Kill something at some moment; what was shown till then must be stored."""
        self.moments.choice([self.wait_for_updates, self.wait_a_moment])()
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

    def wait_a_moment(self) -> None:
        time.sleep(self.moments.uniform(0.0, 0.5))

    def stop(self) -> None:
        """Stop a worker for longer than its lease."""
        self.cluster.stop_for_long(self.moments)
        self.counts["long_stops_of_workers"] += 1

    def cut_off(self) -> None:
        """Let a network have a trouble."""
        self.counts[self.cluster.partition(self.moments)] += 1

    def replace_all(self) -> None:
        """Replace all processes one by one, beside a program that must not notice it."""
        with closing(self.cluster.balanced()) as target:
            program = Program(target.target)
            for kind in self.cluster.replace():
                self.wait_for_updates()
                self.counts[kind] += 1
            program.finish()
        with self.cluster.store() as store:
            assert max(uninterrupted(store, program.network.uid).updates) == program.made


def repeat(what: Callable[[], None], count: int) -> None:
    """Do something a number of times."""
    for _ in range(count):
        what()


def test_nothing_that_happens_to_a_cluster_loses_an_update_repeats_a_call_or_changes_a_bit(
    tmp_path: Path, promise: Promise
) -> None:
    moments = random.Random(3)
    counts: Counter[str] = Counter()
    for number in range(WORLDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        with (
            new_cluster(folder, REPLICAS, WORKERS) as cluster,
            closing(CuttingProxy(cluster.port, random.Random(4))) as proxy,
        ):
            with cluster.stub() as stub:
                create_made_up_set(stub, "slow", FACTOR * ALL_EXAMPLES)
            disturbing = Disturbing(cluster, proxy.target, moments)
            calls = Round(cluster, moments)
            with disturbing.ending():
                with calls.calling():
                    disturbing.disturb()
                    disturbing.replace_all()
                disturbing.finish(*DATABASE_IS_AWAY)
            calls.compare()
        counts += disturbing.counts + calls.counts
    promise("nothing that happens to a cluster loses, repeats or changes anything", **counts)
