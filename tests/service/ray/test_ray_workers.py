"""There are as many workers in Ray as the runs need, and a run outlives its worker."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from calls import create
from clearprop.v1 import training_service_pb2 as pb
from made_up_sets import create_made_up_set
from postgres_server import PostgresServer
from promises import IS_LONG
from ray_head import RayHead
from servers import ServerProcess
from steppers import ALL_EXAMPLES, slow_settings
from watch_reading import Reading, Watcher

from bench.ports import free_port
from service.ray.ray_workers import WantedWorkers


@pytest.fixture
def server(postgres: PostgresServer, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that starts Ray on this machine."""
    database = postgres.url(postgres.create())
    server = ServerProcess(
        database, tmp_path / "server.log", free_port(), more=("--workers", "ray")
    )
    try:
        yield server.start()
    finally:
        assert server.stop() == 0, server.said()


def actors(server: ServerProcess) -> list[int]:
    """Return the processes of the workers that Ray has started for a server."""
    assert server.process is not None
    started = psutil.Process(server.process.pid).children(recursive=True)
    return [each.pid for each in started if _is_actor(each)]


def _is_actor(process: psutil.Process) -> bool:
    try:
        return any("WorkerActor" in text for text in process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False  # it has ended meanwhile


def test_a_run_goes_on_when_its_worker_in_ray_is_killed(server: ServerProcess) -> None:
    with server.stub() as stub:
        create_made_up_set(stub, "slow", ALL_EXAMPLES)
        network = create(stub, (2, 12, 1), seed=1, bias=True)
        stub.Train(pb.TrainRequest(network=network.network, settings=slow_settings()))
    watcher = Watcher(server.target, Reading(network, parameters=False, columns=True)).start()
    watcher.wait_for(lambda reading: reading.last_update > 100)
    (worker,) = actors(server)
    os.kill(worker, signal.SIGKILL)
    with server.stub() as stub:
        request = pb.GetNetworkRequest(network=network.network)
        latest = stub.GetNetwork(request).network.latest_update
    watcher.wait_for(lambda reading: reading.last_update > latest + 1_000)
    watcher.cancel()
    assert [another for another in actors(server) if another != worker]


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Iterator[RayHead]:
    head = RayHead()
    for name, value in head.environment.items():
        monkeypatch.setenv(name, value)
    head.start()
    try:
        yield head
    finally:
        head.close()


@pytest.mark.skipif(
    not IS_LONG, reason="the long form: a cluster takes half a minute to start twice"
)
def test_a_server_finds_the_cluster_again_after_it_has_ended(
    head: RayHead, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seconds in which the client of Ray tries to find the same cluster again.
    monkeypatch.setenv("RAY_CLIENT_RECONNECT_GRACE_PERIOD", "1")
    server = ServerProcess(
        *(postgres.url(postgres.create()), tmp_path / "server.log", free_port()),
        more=("--workers", "ray", "--ray-address", head.client_address),
    )
    with server.start().stub() as stub:
        create_made_up_set(stub, "slow", ALL_EXAMPLES)
        network = create(stub, (2, 12, 1), seed=1, bias=True)
        stub.Train(pb.TrainRequest(network=network.network, settings=slow_settings()))
        watcher = Watcher(server.target, Reading(network, parameters=False, columns=True)).start()
        watcher.wait_for(lambda reading: reading.last_update > 100)
        head.kill()
        latest = stub.GetNetwork(
            pb.GetNetworkRequest(network=network.network)
        ).network.latest_update
        head.start()
        watcher.wait_for(lambda reading: reading.last_update > latest + 1_000)
        watcher.cancel()
    assert server.stop() == 0, server.said()


def test_more_runs_get_more_workers_at_once_and_fewer_get_fewer_after_a_while() -> None:
    wanted = WantedWorkers(least=1, most=4, runs_of_worker=2)
    assert wanted.count(0, now=0) == 1
    assert wanted.count(3, now=1) == 2
    assert wanted.count(100, now=2) == 4
    assert wanted.count(0, now=61) == 4
    assert wanted.count(0, now=62) == 1


@pytest.mark.parametrize("least", [0, 2])
def test_the_least_number_is_kept(least: int) -> None:
    assert WantedWorkers(least, most=4, runs_of_worker=1).count(0, now=0) == least
