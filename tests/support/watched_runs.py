"""A run, its watchers and a stepper beside it, while what they call is killed and started again."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

from call_rounds import Called
from calls import create, state
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from steppers import Stepper, slow_settings
from stored import uninterrupted
from watch_checker import faults
from watch_reading import Reading, Watcher, flat

#: A page of updates, which is bounded in bytes, is recomputed in less time than a server lives.
LAYERS = (2, 12, 1)


class WatchedRun:
    """A run that is trained and watched, and a network that is stepped.

    `factor` says how long an update takes; see `slow_settings`.
    """

    factor = 1

    def __init__(
        self, called: Called, stepped: str, watched: Sequence[str], moments: random.Random
    ) -> None:
        """Steps go to the target `stepped`, and each of the targets `watched` has a watcher."""
        self.called = called
        self.moments = moments
        self.counts: Counter[str] = Counter()
        with called.stub() as stub:
            self.network = create(stub, LAYERS, seed=moments.randrange(2**32), bias=True)
            name = self.network.network
            stub.Train(pb.TrainRequest(network=name, settings=slow_settings(self.factor)))
            other = create(stub, LAYERS, seed=5, bias=True)
            self.stepper = Stepper(stepped, other, self.factor)
        self.watchers = [
            Watcher(target, self.reading(index)).start() for index, target in enumerate(watched)
        ]

    def reading(self, index: int) -> Reading:
        """Return what the watcher with this index wants."""
        return Reading(self.network, columns=bool(index % 2))

    def wait_for_updates(self) -> None:
        more = self.moments.randint(1, 1_000 // self.factor)
        for watcher in self.watchers:
            watcher.wait_for(_has_read(watcher.reading.updates + more))

    def finish(self, *more_reasons: str) -> None:
        """Pause the run, let everyone come to its end, and compare all of it.

        Streams may also have ended for `more_reasons`.
        """
        self.wait_for_updates()
        self.stepper.stop()
        with self.called.stub() as stub:
            name = self.network.network
            paused = stub.PauseRun(pb.PauseRunRequest(network=name, run=1)).run
            shown = {each: flat(state(stub, each).layers) for each in self.networks}
        for watcher in self.watchers:
            watcher.wait_for(lambda reading: reading.last_state == "PAUSED")
            watcher.cancel()
            assert watcher.reading.last_update == paused.latest_update
        self._compare(shown, more_reasons)
        with self.called.stub() as stub:
            for name in self.networks:
                *_, verified = stub.VerifyHistory(pb.VerifyHistoryRequest(network=name))
                assert verified.done, verified
                assert not verified.HasField("difference"), verified

    @property
    def networks(self) -> dict[str, network_pb2.Network]:
        return {each.network: each for each in (self.network, self.stepper.network)}

    def _compare(self, shown: dict[str, bytes], more_reasons: Sequence[str]) -> None:
        """Require that whatever was shown is that of runs that nothing has interrupted."""
        with self.called.left() as store:
            truths = {
                name: uninterrupted(store, network.uid) for name, network in self.networks.items()
            }
        for name, truth in truths.items():
            assert truth.updates[max(truth.updates)].parameters == shown[name]
        truth = truths[self.network.network]
        for watcher in self.watchers:
            assert not faults(watcher.reading.streams, truth, *more_reasons)
            self.counts["updates_seen"] += watcher.reading.updates
        assert max(truths[self.stepper.network.network].updates) == self.stepper.made
        self.counts["updates"] += len(truth.updates)
        self.counts += self.stepper.counts


def _has_read(updates: int) -> Callable[[Reading], bool]:
    return lambda reading: reading.updates >= updates
