"""The start of a server: addresses, reflection, health, and exclusive use of its database."""

import os
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
import servers
from calls import create, state
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from patience import PATIENCE
from servers import ServerProcess

from bench.ports import free_port


def test_reflection_lists_the_service_and_describes_it(server: ServerProcess) -> None:
    with grpc.insecure_channel(server.target) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        assert "clearprop.v1.TrainingService" in database.get_services()
        file = database.FindFileContainingSymbol("clearprop.v1.TrainingService")
        methods = {method.name for method in file.service[0].method}
    assert {"CreateNetwork", "Train", "Step", "WatchUpdates"} <= methods


def test_health_knows_the_service(server: ServerProcess) -> None:
    with grpc.insecure_channel(server.target) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        for service in ("", "clearprop.v1.TrainingService"):
            answer = health.Check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_client_that_can_connect_is_served(own_server: ServerProcess) -> None:
    own_server.stop()
    answers: list[str] = []

    def ask_first() -> None:
        with grpc.insecure_channel(own_server.target) as channel:
            info = TrainingServiceStub(channel).GetServerInfo(
                pb.GetServerInfoRequest(), wait_for_ready=True, timeout=60
            )
            answers.append(info.store)

    first = threading.Thread(target=ask_first)
    first.start()
    own_server.start()
    first.join()
    assert answers == ["sqlite"]


def test_health_is_not_serving_before_the_server_stops(own_server: ServerProcess) -> None:
    with grpc.insecure_channel(own_server.target) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        watch = health.Watch(health_pb2.HealthCheckRequest())
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        assert own_server.stop() == 0
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        # Its stream is ended, or the server would have to wait for it.
        assert next(watch, None) is None


def test_health_of_an_unknown_service_is_unknown(server: ServerProcess) -> None:
    request = health_pb2.HealthCheckRequest(service="other")
    with grpc.insecure_channel(server.target) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            health.Check(request)
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
        status = next(health.Watch(request)).status
        assert status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def test_a_free_port_is_taken_and_announced(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*servers.SERVE, "--grpc", "localhost:0", "--http", "localhost:0", "--database", "memory:"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as server:
        assert server.stdout is not None
        announced = server.stdout.readline()
        found = re.search(r"gRPC on (localhost:\d+) and HTTP on (http://localhost:\d+)", announced)
        assert found is not None, announced
        with grpc.insecure_channel(found[1]) as channel:
            info = TrainingServiceStub(channel).GetServerInfo(pb.GetServerInfoRequest())
        assert info.store == "memory"
        assert requests.get(f"{found[2]}/v1/serverInfo", timeout=60).ok
        server.terminate()
        assert server.communicate(timeout=PATIENCE) == ("Stopped.\n", "")


def test_a_second_server_on_the_same_data_or_port_does_not_start(
    own_server: ServerProcess, tmp_path: Path
) -> None:
    def serve(*options: str) -> subprocess.CompletedProcess[str]:
        return servers.nursery().run(["serve", *options], dict(os.environ), tmp_path)

    same_data = serve("--grpc", "127.0.0.1:0", "--database", own_server.database)
    assert same_data.returncode == 1
    other = ("--database", f"sqlite:///{tmp_path}/other.db")
    same_port = serve("--grpc", own_server.target, *other)
    same_http = serve("--grpc", "127.0.0.1:0", "--http", own_server.target, *other)
    for failed in (same_port, same_http):
        assert failed.returncode == 1
        (line,) = failed.stderr.splitlines()
        assert f"cannot listen on {own_server.target}: another program" in line.lower()
    for failed in (same_data, same_port, same_http):
        assert "Traceback" not in failed.stderr + failed.stdout
    with own_server.stub() as stub:
        assert state(stub, create(stub).network).update == 0


def test_waiting_for_a_server_ends_when_its_process_does(
    server: ServerProcess, tmp_path: Path
) -> None:
    second = ServerProcess(server.database, tmp_path / "log", free_port())
    with pytest.raises(RuntimeError, match=r"ended with code 1:\nError: .*database"):
        second.start()


def test_a_server_with_a_store_in_memory_keeps_nothing(tmp_path: Path) -> None:
    server = ServerProcess("memory:", tmp_path / "log", free_port()).start()
    with server.stub() as stub:
        assert stub.GetServerInfo(pb.GetServerInfoRequest()).store == "memory"
        name = create(stub).network
    assert server.stop() == 0
    server.start()
    with server.stub() as stub:
        listed = stub.ListNetworks(pb.ListNetworksRequest()).networks
        assert name not in [network.network for network in listed]
    server.stop()
