"""A server that is killed at any moment has lost nothing that it showed, and makes no other bit."""

import random
import time
from collections import Counter
from pathlib import Path

from calls import create, state
from clearprop.v1 import network_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from made_up_sets import create_made_up_set
from promises import Promise, rounds
from servers import ServerProcess, new_server
from steppers import ALL_EXAMPLES, Stepper, slow_settings
from stored import kill_and_note, left_in, uninterrupted
from watch_checker import faults
from watch_reading import Reading, Watcher, flat

#: A page of updates, which is bounded in bytes, is recomputed in less time than a server lives.
LAYERS = (2, 12, 1)

#: No run lives longer: all of it is made again at the end.
KILLS_OF_A_RUN = rounds(12, 50)


class Killing:
    """One run, its watchers and a stepper beside it, on a server that is killed again and again."""

    def __init__(self, server: ServerProcess, folder: Path, moments: random.Random) -> None:
        self.server = server
        self.folder = folder
        self.moments = moments
        self.counts: Counter[str] = Counter()
        with server.stub() as stub:
            self.network = create(stub, LAYERS, seed=moments.randrange(2**32), bias=True)
            name = self.network.network
            stub.Train(pb.TrainRequest(network=name, settings=slow_settings()))
            self.stepper = Stepper(server.target, create(stub, LAYERS, seed=5, bias=True))
        self.watchers = [
            Watcher(server.target, Reading(self.network, columns=columns)).start()
            for columns in (False, True)
        ]

    def kill(self) -> None:
        """Kill the server at some moment, and require that what was shown till then is stored."""
        moment = self.moments.choice([self.wait_for_updates, self.wait_a_moment, self.start_again])
        moment()
        kill_and_note(self.server, self.watchers, self.folder, self.network.uid)
        self.server.launch()
        self.counts["kills"] += 1

    def wait_for_updates(self) -> None:
        more = self.moments.randint(1, 1_000)
        for watcher in self.watchers:
            wanted = watcher.reading.updates + more
            watcher.wait_for(lambda reading, wanted=wanted: reading.updates >= wanted)

    def wait_a_moment(self) -> None:
        self.server.wait_until_serving()
        time.sleep(self.moments.uniform(0.0, 0.3))

    def start_again(self) -> None:
        """It has just been started: somewhere in its recovery."""
        self.counts["kills_while_starting"] += 1
        time.sleep(self.moments.uniform(0.0, 0.3))

    def finish(self) -> None:
        """Pause the run, let everyone come to its end, and compare all of it."""
        self.wait_for_updates()
        self.stepper.stop()
        assert not self.stepper.counts["attempts_without_answer"]
        with self.server.stub() as stub:
            name = self.network.network
            paused = stub.PauseRun(pb.PauseRunRequest(network=name, run=1)).run
            shown = {uid: flat(state(stub, uid).layers) for uid in self.networks}
        for watcher in self.watchers:
            watcher.wait_for(lambda reading: reading.last_state == "PAUSED")
            watcher.cancel()
            assert watcher.reading.last_update == paused.latest_update
        self.server.kill()
        self.compare(shown)
        self.server.start()
        with self.server.stub() as stub:
            for name in self.networks:
                *_, verified = stub.VerifyHistory(pb.VerifyHistoryRequest(network=name))
                assert verified.done, verified
            (page,) = stub.ListUpdates(
                pb.ListUpdatesRequest(
                    network=self.network.network,
                    validated=True,
                    detail=update_pb2.DETAIL_COST,
                    page_size=1_000,
                )
            ).updates[:1]
            assert page.update == 20

    @property
    def networks(self) -> dict[str, network_pb2.Network]:
        return {each.network: each for each in (self.network, self.stepper.network)}

    def compare(self, shown: dict[str, bytes]) -> None:
        """Require that whatever was shown is that of runs that nothing has interrupted."""
        with left_in(self.folder) as store:
            truths = {
                name: uninterrupted(store, network.uid) for name, network in self.networks.items()
            }
        for name, truth in truths.items():
            assert truth.updates[max(truth.updates)].parameters == shown[name]
        truth = truths[self.network.network]
        for watcher in self.watchers:
            assert not faults(watcher.reading.streams, truth)
            self.counts["updates_seen"] += watcher.reading.updates
        assert max(truths[self.stepper.network.network].updates) == self.stepper.made
        self.counts["updates"] += len(truth.updates)
        self.counts += self.stepper.counts


def test_a_kill_at_any_moment_loses_nothing_that_was_seen_and_changes_no_bit(
    tmp_path: Path, promise: Promise
) -> None:
    moments = random.Random(3)
    counts: Counter[str] = Counter()
    with new_server(tmp_path) as server:
        with server.stub() as stub:
            create_made_up_set(stub, "slow", ALL_EXAMPLES)
        for _ in range(rounds(1, 20)):
            killing = Killing(server, tmp_path, moments)
            for _ in range(KILLS_OF_A_RUN):
                killing.kill()
            killing.finish()
            counts += killing.counts
    promise("a kill loses nothing that was seen, and changes no bit", **counts)
