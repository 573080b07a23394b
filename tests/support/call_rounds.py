"""Rounds of calls by many clients, disturbed meanwhile, and what they must leave."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

import grpc
from call_checker import Certainty, Fork, faults, fork_faults, life_faults
from call_recording import Client, Record, call_of, fork_of
from calls import refusal
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from cutting_proxy import CuttingProxy
from patience import PATIENCE
from servers import ServerProcess
from stored import left_in, truth_in
from watch_checker import Truth

from training.ports import Store

CLIENTS = 8
CALLS_OF_A_CLIENT = 50

NETWORKS = ["called-1", "called-2", "called-3"]

#: Calls that are answered again as they were, also when their network is gone.
KNOWN_FOR_GOOD = {"CreateNetwork", "DeleteNetwork", "ForkNetwork"}


class Called(Protocol):
    """What clients call."""

    def port(self) -> int:
        """Return a port where it answers, if it does."""

    def stub(self) -> AbstractContextManager[TrainingServiceStub]:
        """Open a channel to it; it answers."""

    def disturb(self, choices: random.Random) -> str:
        """Kill something of it, and start that again; return what it was, for a count."""

    def restart(self) -> None:
        """Kill all of it, and start it again."""

    def left(self) -> AbstractContextManager[Store]:
        """Kill all of it, open what it has left, and start it again."""


class OneServer:
    """A server with a SQLite file."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.stub = server.stub

    def port(self) -> int:
        return self.server.port

    def disturb(self, _: random.Random) -> str:
        self.restart()
        return "kills"

    def restart(self) -> None:
        self.server.kill()
        self.server.start()

    @contextmanager
    def left(self) -> Iterator[Store]:
        self.server.kill()
        with left_in(self.folder) as store:
            yield store
        self.server.start()


class Round:
    """Many clients of the same few networks, and what they leave."""

    def __init__(self, called: Called, choices: random.Random) -> None:
        self.called = called
        self.choices = choices
        self.record = Record()
        self.counts: Counter[str] = Counter()

    def call(self, disturbances: int) -> None:
        """Let all clients make their calls, and disturb what they call meanwhile."""
        with self.calling():
            most = CLIENTS * CALLS_OF_A_CLIENT * 3 // 4
            for count in sorted(self.choices.randrange(most) for _ in range(disturbances)):
                self.record.wait_for(count)
                self.counts[self.called.disturb(self.choices)] += 1

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Let all clients begin with the block, and wait for them at its end."""
        with closing(CuttingProxy(self.called.port, self.a_random())) as proxy:
            clients = [
                Client(proxy.target, NETWORKS, self.record, CALLS_OF_A_CLIENT, self.a_random())
                for _ in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            yield
            for client in clients:
                client.join()
        self.counts += proxy.counts
        self.count_calls()

    def a_random(self) -> random.Random:
        return random.Random(self.choices.random())

    def count_calls(self) -> None:
        asked = self.record.asked
        self.counts["calls"] = len(asked)
        self.counts["acknowledged"] = sum(each.response is not None for each in asked)
        self.counts["refused"] = sum(bool(each.reason) for each in asked)
        self.counts["retries"] = sum(each.lost for each in asked)

    def compare(self) -> None:
        """Require that what is stored is what clients were answered, also after they repeat."""
        self.called.restart()  # now those calls have ended, too, that their clients have given up
        with self.called.stub() as stub:
            there = [each for each in networks(stub) if _is_of_rounds(each)]
            for network in there:
                if network.active_run:
                    pause(stub, network)
        left = self.left(there)
        self.look_at_networks(there, left)
        self.look_at_forks(there, left)
        with self.called.stub() as stub:
            for network in there:
                verify(stub, network)
            before = networks(stub)
            self.repeat(stub, there)
            assert networks(stub) == before, "a repeated call has happened again"

    def left(self, there: Sequence[network_pb2.Network]) -> dict[str, Truth]:
        """Return the histories that are left, by uid."""
        with self.called.left() as store:
            return {each.uid: truth_in(store, each.uid) for each in there}

    def look_at_networks(
        self, there: Sequence[network_pb2.Network], left: dict[str, Truth]
    ) -> None:
        lives = {each.network: each for each in there}
        for name in NETWORKS:
            asked = [each for each in self.record.of(name) if each.rpc != "ForkNetwork"]
            found = life_faults(
                [call_of(each, each.certainty) for each in asked], lives=name in lives
            )
            assert not found, found
            if name in lives:
                life, truth = self.record.life(lives[name]), left[lives[name].uid]
                calls = [call_of(each, life.certainty(each)) for each in asked]
                found = faults(truth, calls)
                assert not found, found[:9]
                self.counts["updates"] += len(truth.updates)

    def look_at_forks(self, there: Sequence[network_pb2.Network], left: dict[str, Truth]) -> None:
        asked = [each for name in NETWORKS for each in self.record.of(name, "ForkNetwork")]
        forks = [
            Fork(
                each.labels["fork"],
                each.uid,
                each.forked_from.uid,
                each.forked_from.update,
                left[each.uid].updates[0].parameters,
            )
            for each in there
            if each.HasField("forked_from")
        ]
        found = fork_faults(list(map(fork_of, asked)), forks, left)
        assert not found, found[:9]
        self.counts["forks"] += len(forks)

    def repeat(self, stub: TrainingServiceStub, there: Sequence[network_pb2.Network]) -> None:
        """Repeat the calls that were answered: each has the same answer, and happens no more."""
        lives = {each.network: self.record.life(each) for each in there}
        for asked in self.record.asked:
            life = lives.get(asked.network)
            kept = life is not None and life.certainty(asked) is Certainty.ONCE
            if asked.response is not None and (kept or asked.rpc in KNOWN_FOR_GOOD):
                again = getattr(stub, asked.rpc)(asked.request, timeout=PATIENCE)
                assert again == asked.response, f"{asked.rpc} is answered otherwise"
                self.counts["answers_repeated"] += 1


def _is_of_rounds(network: network_pb2.Network) -> bool:
    return network.network in NETWORKS or network.HasField("forked_from")


def networks(stub: TrainingServiceStub) -> list[network_pb2.Network]:
    """Return all networks that there are."""
    page = stub.ListNetworks(pb.ListNetworksRequest(page_size=1_000))
    assert not page.next_page_token
    return list(page.networks)


def pause(stub: TrainingServiceStub, network: network_pb2.Network) -> None:
    """Let no run of a network go on."""
    request = pb.PauseRunRequest(network=network.network, run=network.active_run)
    try:
        stub.PauseRun(request, timeout=PATIENCE)
    except grpc.RpcError as error:
        if refusal(error).reason != "RUN_OVER":
            raise


def verify(stub: TrainingServiceStub, network: network_pb2.Network) -> None:
    *_, last = stub.VerifyHistory(pb.VerifyHistoryRequest(network=network.network))
    assert last.done, last
    assert not last.HasField("difference"), last
