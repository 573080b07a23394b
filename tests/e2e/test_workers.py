"""Replicas that answer calls and workers that train, as processes on one database."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from calls import bits, create, settings, state, train
from clearprop.v1 import run_pb2, update_pb2
from clearprop.v1 import training_service_pb2 as pb
from nursery import Child
from patience import PATIENCE
from servers import ServerProcess, nursery

from bench.ports import free_port

#: Long enough for another worker to start meanwhile.
LONG = settings(epochs=500_000)


class Cluster:
    """Two replicas without threads for runs, and workers."""

    def __init__(self, database: str, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self.workers: list[Child] = []
        self.replicas = [
            ServerProcess(
                database, folder / f"replica{index}.log", free_port(), more=("--workers", "0")
            ).start()
            for index in range(2)
        ]

    def start_worker(self, *options: str) -> Child:
        arguments = ["work", "--database", self._database, "--threads", "1", *options]
        worker = nursery().start(arguments, self.log)
        self.workers.append(worker)
        return worker

    @property
    def log(self) -> Path:
        return self._folder / "workers.log"

    def close(self) -> None:
        for process in [*self.workers, *(each.process for each in self.replicas)]:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()


@pytest.fixture
def cluster(postgres_url: str, tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(postgres_url, tmp_path)
    yield cluster
    cluster.close()


def test_a_run_goes_on_in_another_worker_and_is_watched_through_another_replica(
    cluster: Cluster,
) -> None:
    first, second = cluster.replicas
    with first.stub() as stub, second.stub() as other:
        network = create(stub).network
        stub.Train(pb.TrainRequest(network=network, settings=LONG))
        waiting = other.GetRun(pb.GetRunRequest(network=network, run=1)).run
        assert waiting.state == run_pb2.RUN_STATE_PENDING
        assert "no worker is running" in waiting.waiting_for
        cluster.start_worker()
        request = pb.WatchUpdatesRequest(
            network=network, start_update=0, until_run=1, detail=update_pb2.DETAIL_COST
        )
        seen, ended = [], None
        for part in other.WatchUpdates(request):
            seen += [each.update for each in part.updates.updates]
            if part.HasField("run_event"):
                ended = part.run_event.run
            if seen and seen[-1] > 0 and len(cluster.workers) == 1:
                cluster.start_worker()
                cluster.workers[0].send_signal(signal.SIGTERM)
        assert cluster.workers[0].wait(timeout=PATIENCE) == 0
        assert ended is not None
        assert ended.state == run_pb2.RUN_STATE_SUCCEEDED
        assert seen == list(range(LONG.epochs + 1))
        alone = create(stub).network  # of the same seed
        train(other, alone, LONG)
        assert bits(state(stub, network).layers) == bits(state(other, alone).layers)


def test_the_server_tells_how_many_workers_live_and_a_worker_has_metrics(cluster: Cluster) -> None:
    port = free_port()
    cluster.start_worker("--metrics", f"127.0.0.1:{port}")
    with cluster.replicas[0].stub() as stub:
        train(stub, create(stub).network, settings(epochs=10_000))
        while stub.GetServerInfo(pb.GetServerInfoRequest()).workers.count != 1:
            pass  # it is counted once a second
    metrics = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    assert re.search(r"^clearprop_updates_total 10000", metrics, re.MULTILINE)
    assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).status_code == 200
