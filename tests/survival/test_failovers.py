"""PostgreSQL is replaced by a standby that lacks acknowledged updates: everyone is told.

Runs continue from what is stored, with the bits of a run that nothing has interrupted.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Any

import clearprop
import grpc
import pytest
import requests
from calls import bits, create, settings, state, train, wait_until_over
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from clusters import Cluster, new_cluster
from event_source import EventSource
from patience import PATIENCE
from postgres_server import REPLICATED
from watch_reading import Reading, Watcher

#: Long enough to be active while the standby takes over.
LONG = settings(epochs=400_000)
FIRST, LOST, OTHER = (settings(epochs=1_000, rate=rate) for rate in (5.0, 2.0, 1.0))


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that end when the cluster has ended."""
    with ThreadPoolExecutor() as threads:
        yield threads


@pytest.fixture
def cluster(tmp_path: Path, threads: ThreadPoolExecutor) -> Iterator[Cluster]:
    with new_cluster(tmp_path, 2, 1, **REPLICATED) as cluster:
        yield cluster


def test_a_failover_that_loses_updates_is_told_and_runs_continue(
    cluster: Cluster, threads: ThreadPoolExecutor
) -> None:
    first, second = cluster.replicas
    with first.stub() as stub, second.stub() as other:
        lost, going = (create(stub) for _ in range(2))
        train(stub, lost.network, FIRST)
        run = stub.Train(pb.TrainRequest(network=going.network, settings=LONG)).run
        cluster.postgres.copy_to_standby()
        train(other, lost.network, LOST)
        watchers = [
            Watcher(replica.target, Reading(lost, columns=bool(index))).start()
            for index, replica in enumerate(cluster.replicas)
        ]
        for watcher in watchers:
            watcher.wait_for(lambda reading: reading.last_update == 2_000)
        have_read = [Event(), Event()]
        url = f"{second.http}/v1/networks/{lost.network}"
        told = [
            threads.submit(told_to_client, first.target, lost.network, have_read[0]),
            threads.submit(told_to_browser, url, have_read[1]),
        ]
        assert all(each.wait(PATIENCE) for each in have_read)
        seen = [bits(state(each, lost.network, 1_500).layers) for each in (stub, other)]
        cluster.postgres.fail_over()
        for watcher in watchers:
            watcher.join()
            assert watcher.reading.streams[-1].reason == "HISTORY_LOST"
        assert [each.result(PATIENCE) for each in told] == ["HISTORY_LOST"] * 2
        expect_continued(stub, other, lost.network, seen)
        wait_until_over(stub, run)
        again = create(stub)
        train(stub, again.network, LONG)
        for update in (400_000, 123_456):
            found = state(other, going.network, update), state(stub, again.network, update)
            assert bits(found[0].layers) == bits(found[1].layers)


def told_to_client(target: str, network: str, has_read: Event) -> str:
    """Watch with the Python client; return why it ends."""
    with clearprop.connect(target) as client:
        try:
            for item in client.network(network).watch(start=0):
                if isinstance(item, clearprop.Snapshot) and item.number == 2_000:
                    has_read.set()
        except clearprop.ClearpropError as error:
            return error.reason if error.code is grpc.StatusCode.DATA_LOSS else str(error)
    return ""


def told_to_browser(url: str, has_read: Event) -> str:
    """Watch with server-sent events, and connect again as a browser does; return why it ends."""
    source = EventSource(f"{url}/updates:watch?startUpdate=0")
    error: dict[str, Any] = {}
    while error.get("status") != "DATA_LOSS":
        for event in source.read():
            if event.last_id == "2000":
                has_read.set()
            if event.name == "error":
                error = event.data["error"]
        if source.statuses[-1] != HTTPStatus.OK:
            headers = {"Last-Event-ID": source.last_id}
            error = requests.get(source.url, headers=headers, timeout=PATIENCE).json()["error"]
    return str(error["details"][0]["reason"])


def expect_continued(
    stub: TrainingServiceStub, other: TrainingServiceStub, network: str, seen: Sequence[object]
) -> None:
    """Require that a network has only its first run, and that another one follows it."""
    for each in (stub, other):
        found = each.GetNetwork(pb.GetNetworkRequest(network=network)).network
        assert found.latest_update == 1_000
    train(other, network, OTHER)
    twin = create(stub)
    for recipe in (FIRST, OTHER):
        train(stub, twin.network, recipe)
    for each, before in zip((stub, other), seen, strict=True):
        now = bits(state(each, network, 1_500).layers)
        assert now == bits(state(each, twin.network, 1_500).layers)
        assert now != before
