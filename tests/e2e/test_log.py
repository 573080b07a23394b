"""What a server writes to its log."""

import json
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from calls import create, settings
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import training_set_pb2
from servers import ServerProcess, new_server

#: Numbers that a log must not have, in any form.
SECRET = 0.7182818284
EXAMPLE = training_set_pb2.Example(inputs=[SECRET], targets=[SECRET])


def lines(server: ServerProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.said().splitlines()]


def wait_for_lines(server: ServerProcess, count: int) -> None:
    """Wait for the line of a call, which follows the response; else two could change places."""
    while len(lines(server)) < count:
        time.sleep(0.02)


def test_the_log_tells_the_story_of_a_server_without_its_data(tmp_path: Path) -> None:
    with new_server(tmp_path, "--log-format", "json", http=True) as server:
        with server.stub() as stub:
            network = create(stub).network
            stub.Train(pb.TrainRequest(network=network, settings=settings(epochs=10**9)))
            refused = pb.PauseRunRequest(network=network, run=7, request_id="request-0000000001")
            with pytest.raises(grpc.RpcError):
                stub.PauseRun(refused, metadata=(("authorization", "Bearer secret-token"),))
            wait_for_lines(server, 2)
            with pytest.raises(grpc.RpcError):
                stub.CreateTrainingSet(
                    pb.CreateTrainingSetRequest(training_set="Not Valid", examples=[EXAMPLE])
                )
        wait_for_lines(server, 3)
        headers = {"X-Request-Id": "from-header", "Authorization": "Bearer secret-token"}
        requests.get(f"{server.http}/v1/networks/none", headers=headers, timeout=60)
        wait_for_lines(server, 4)
        server.kill()
        server.start()
        server.stop()
        found = lines(server)
        text = server.said()
    assert [line["event"] for line in found] == [
        "serving",
        *["call refused"] * 3,
        "resuming the runs that were active when the server stopped",
        "serving",
        "stopped",
    ]
    pause, upload, get = found[1:4]
    assert pause.pop("latency") < 10
    assert {name: pause[name] for name in sorted(pause) if name not in ("timestamp", "logger")} == {
        "code": "NOT_FOUND",
        "event": "call refused",
        "face": "grpc",
        "level": "info",
        "method": "PauseRun",
        "network": network,
        "principal": "127.0.0.1",
        "reason": "RUN_NOT_FOUND",
        "request_id": "request-0000000001",
        "run": 7,
    }
    assert (upload["code"], upload["reason"]) == ("INVALID_ARGUMENT", "INVALID_FIELDS")
    assert (get["face"], get["request_id"]) == ("http", "from-header")
    assert found[4]["runs"] == 1
    assert "secret" not in text
    assert str(SECRET)[:6] not in text


def test_many_refused_calls_write_few_lines(tmp_path: Path) -> None:
    with new_server(tmp_path, "--log-format", "json") as server, server.stub() as stub:
        for _ in range(200):
            with pytest.raises(grpc.RpcError):
                stub.GetNetwork(pb.GetNetworkRequest(network="none"))
        assert len(lines(server)) <= 6
