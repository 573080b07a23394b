"""A server that a network cuts off from its database says so, refuses calls, and recovers."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import pytest
from calls import create, settings
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from grpc_health.v1 import health_pb2, health_pb2_grpc
from network_links import Link, Trouble
from patience import PATIENCE
from postgres_server import PostgresServer
from servers import ServerProcess, running
from watch_reading import Reading, Watcher

from bench.ports import free_port

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

#: More than the connections that a server has to its database for reading.
CALLS = 20

#: How long a server waits for an answer of its database, in seconds.
SECONDS = 2


@pytest.fixture
def link(postgres: PostgresServer) -> Iterator[Link]:
    with closing(Link(lambda: postgres.port)) as link:
        yield link


@pytest.fixture
def near(postgres_url: str, tmp_path: Path) -> Iterator[ServerProcess]:
    """A server beside the database."""
    with running(ServerProcess(postgres_url, tmp_path / "near.log", free_port())) as server:
        yield server


@pytest.fixture
def far(
    near: ServerProcess, link: Link, postgres: PostgresServer, tmp_path: Path
) -> Iterator[ServerProcess]:
    """Another server, whose network to the same database can fail."""
    url = near.database.replace(f":{postgres.port}/", f":{link.port}/")
    url += f"?tcp_user_timeout={1_000 * SECONDS}&connect_timeout={SECONDS}"
    options = ("--workers", "0")
    far = ServerProcess(url, tmp_path / "far.log", free_port(), more=options)
    with running(far) as server:
        yield server


@pytest.mark.parametrize("trouble", [Trouble.CUT, Trouble.SILENT])
def test_a_server_without_its_database_is_not_ready_and_refuses_calls_until_it_has_it_again(
    near: ServerProcess, far: ServerProcess, link: Link, trouble: Trouble
) -> None:
    with (
        near.stub() as stub,
        far.stub() as cut_off,
        grpc.insecure_channel(far.target) as channel,
    ):
        network = create(stub)
        health: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        watch = health.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
        assert next(watch).status == SERVING
        watcher = Watcher(far.target, Reading(network)).start()
        step = pb.StepRequest(network=network.network)
        cut_off.Step(pb.StepRequest(network=network.network, settings=settings()))
        watcher.wait_for(lambda reading: reading.last_update == 1)
        assert codes(cut_off, step) == {grpc.StatusCode.OK}
        with link.having(trouble):
            stub.Step(step)
            assert codes(cut_off, step) == {grpc.StatusCode.UNAVAILABLE}
            assert next(watch).status == NOT_SERVING
        assert next(watch).status == SERVING
        watcher.wait_for(lambda reading: reading.last_update == 3)
        assert codes(cut_off, step) == {grpc.StatusCode.OK}
        watcher.wait_for(lambda reading: reading.last_update == 4)
        watcher.cancel()


def codes(stub: TrainingServiceStub, step: pb.StepRequest) -> set[grpc.StatusCode]:
    """Return the codes of calls that need all connections to the database."""
    get = pb.GetNetworkRequest(network=step.network)
    calls: list[Any] = [stub.GetNetwork.future(get, timeout=PATIENCE) for _ in range(CALLS)]
    calls.append(stub.Step.future(step, timeout=PATIENCE))
    return {call.code() for call in calls}
