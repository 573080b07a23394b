"""Clients whose connections are cut, and whose server is killed, repeat their calls until they are
answered; each acknowledged call has happened exactly once, and no other.
"""

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import grpc
from call_checker import Certainty, Fork, faults, fork_faults, life_faults
from call_recording import EXAMPLES, Client, Record, call_of, fork_of
from calls import refusal
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from cutting_proxy import CuttingProxy, Fate
from made_up_sets import create_made_up_set
from promises import Promise, rounds
from servers import ServerProcess, new_server
from stored import left_in, truth_in
from watch_checker import Truth
from watch_reading import PATIENCE

CLIENTS = 8
CALLS_OF_A_CLIENT = 50

#: How often the server is killed while they call, round after round.
KILLS = [0, 3, 1]
NETWORKS = ["net-1", "net-2", "net-3"]

#: Calls that are answered again as they were, also when their network is gone.
KNOWN_FOR_GOOD = {"CreateNetwork", "DeleteNetwork", "ForkNetwork"}


class Round:
    """Many clients of the same few networks of a server, and what they leave."""

    def __init__(self, server: ServerProcess, folder: Path, choices: random.Random) -> None:
        self.server = server
        self.folder = folder
        self.choices = choices
        self.record = Record()
        self.counts: Counter[str] = Counter()

    def call(self, kills: int) -> None:
        """Let all clients make their calls; kill the server meanwhile, and start it again."""
        with closing(CuttingProxy(self.server.port, self.a_random())) as proxy:
            clients = [
                Client(proxy.target, NETWORKS, self.record, CALLS_OF_A_CLIENT, self.a_random())
                for _ in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            most = CLIENTS * CALLS_OF_A_CLIENT * 3 // 4
            for count in sorted(self.choices.randrange(most) for _ in range(kills)):
                self.record.wait_for(count)
                self.kill()
            for client in clients:
                client.join()
        self.counts += proxy.counts
        self.count_calls()

    def a_random(self) -> random.Random:
        return random.Random(self.choices.random())

    def kill(self) -> None:
        self.server.kill()
        self.server.start()
        self.counts["kills"] += 1

    def count_calls(self) -> None:
        asked = self.record.asked
        self.counts["calls"] = len(asked)
        self.counts["acknowledged"] = sum(each.response is not None for each in asked)
        self.counts["refused"] = sum(bool(each.reason) for each in asked)
        self.counts["retries"] = sum(each.lost for each in asked)

    def compare(self) -> None:
        """Require that what is stored is what clients were answered, also after they repeat."""
        self.kill()  # now those calls have ended, too, that their clients have given up
        with self.server.stub() as stub:
            there = networks(stub)
            for network in there:
                if network.active_run:
                    pause(stub, network)
        left = self.left(there)
        self.look_at_networks(there, left)
        self.look_at_forks(there, left)
        with self.server.stub() as stub:
            for network in there:
                verify(stub, network)
            before = networks(stub)
            self.repeat(stub, there)
            assert networks(stub) == before, "a repeated call has happened again"

    def left(self, there: Sequence[network_pb2.Network]) -> dict[str, Truth]:
        """Return the histories that a killed server leaves, by uid."""
        self.server.kill()
        with left_in(self.folder) as store:
            truths = {each.uid: truth_in(store, each.uid) for each in there}
        self.server.start()
        return truths

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


def test_each_acknowledged_call_happens_once_whoever_else_calls_and_whatever_is_cut(
    tmp_path: Path, promise: Promise
) -> None:
    choices = random.Random(6)
    counts: Counter[str] = Counter()
    for number in range(rounds(1, 60)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with new_server(folder) as server:
            with server.stub() as stub:
                create_made_up_set(stub, "slow", EXAMPLES)
            a_round = Round(server, folder, choices)
            a_round.call(KILLS[number % len(KILLS)])
            a_round.compare()
        counts += a_round.counts
    assert all(counts[fate] for fate in Fate)
    promise("each acknowledged call happens once, whatever is cut", **counts)
