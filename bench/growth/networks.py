"""The time of calls against the number of networks in the store."""

import random
from collections.abc import Sequence
from functools import partial

import clearprop
import grpc
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

from bench.growth.curves import Curve, folder_on_disk
from bench.growth.limits import call_limits, median_of, seconds_of
from bench.measuring import Times
from bench.serving import serving

_CALLS = 100
_PAGE = 100


def by_networks(counts: Sequence[int]) -> list[Curve]:
    """Measure calls to a server whose store is filled with 2-5-1 networks up to each count."""
    created = Curve("CreateNetwork", "ours")
    stepped = Curve("Step by one update", "ours")
    read = Curve("GetState of a random network", "ours")
    listed = Curve(f"ListNetworks, a page of {_PAGE}", "ours")
    with (
        folder_on_disk() as folder,
        serving(folder, "networks", "--limit", f"networks={10 * max(counts)}") as server,
        clearprop.connect(server.target) as client,
        grpc.insecure_channel(server.target) as channel,
    ):
        stub, page = TrainingServiceStub(channel), pb.ListNetworksRequest(page_size=_PAGE)
        limits = call_limits(folder, server.target, counts)
        client.create_network("first", layer_sizes=[2, 5, 1], seed=7).delete()  # does not count
        networks: list[clearprop.Network] = []
        for count in counts:
            created.points.append((count, _fill(client, networks, count)))
            stepped.points.append((count, _step(networks[-1])))
            read.points.append((count, median_of(partial(_read, networks), _CALLS)))
            listed.points.append((count, median_of(partial(stub.ListNetworks, page), _CALLS)))
    return [created, stepped, read, listed, *limits]


def _fill(client: clearprop.Client, networks: list[clearprop.Network], count: int) -> float:
    """Create networks up to a count; return the median time of the last ones."""

    def create() -> None:
        name = f"network-{len(networks)}"
        networks.append(client.create_network(name, layer_sizes=[2, 5, 1], seed=7))

    seconds = [seconds_of(create) for _ in range(len(networks), count)]
    return Times(seconds[-_CALLS:]).median


def _read(networks: list[clearprop.Network]) -> None:
    random.choice(networks).state()  # noqa: S311 (which networks are read is no secret)


def _step(network: clearprop.Network) -> float:
    network.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000)
    return median_of(network.step, _CALLS)
