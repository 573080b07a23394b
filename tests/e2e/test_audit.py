"""The audit log of a server."""

import time
from pathlib import Path

import grpc
import pytest
import requests
from calls import create, fresh_id, settings
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.audit_pb2 import AuditEntry
from console import run_here
from servers import ServerProcess, new_server


def entries(server: ServerProcess) -> list[AuditEntry]:
    with server.stub() as stub:
        found = stub.ListAuditEntries(pb.ListAuditEntriesRequest(page_size=1_000)).entries
    return [entry for entry in found if entry.method != "ListAuditEntries"]


def test_changes_are_found_after_a_kill_and_refused_ones_after_a_second(tmp_path: Path) -> None:
    with new_server(tmp_path, http=True) as server:
        with server.stub() as stub:
            network = create(stub).network
            stub.Step(pb.StepRequest(network=network, settings=settings()))
            made = stub.CreateNetwork(pb.CreateNetworkRequest(layer_sizes=[2, 1])).network.network
            request = pb.DeleteNetworkRequest(network=network, request_id="request-0000000001")
            stub.DeleteNetwork(request)
            server.kill()
            server.start()
        with server.stub() as stub, pytest.raises(grpc.RpcError):
            stub.DeleteNetwork(pb.DeleteNetworkRequest(network=fresh_id("none")))
        url = f"{server.http}/v1/trainingSets/and"
        requests.delete(url, headers={"X-Request-Id": "abc"}, timeout=60)
        while len(found := entries(server)) < 6:
            time.sleep(0.05)
        shown = run_here(["audit"], {"CLEARPROP_SERVER": server.target}, tmp_path).stdout
    told = [
        (entry.method, entry.resource, entry.code, entry.request_id, entry.calls, entry.run)
        for entry in reversed(found)
    ]
    assert told[:4] == [
        ("CreateNetwork", network, "OK", "", 1, 0),
        ("Step", network, "OK", "", 1, 1),
        ("CreateNetwork", made, "OK", "", 1, 0),
        ("DeleteNetwork", network, "OK", "request-0000000001", 1, 0),
    ]
    # A reply may arrive before the server notes the end of its call.
    of_network, of_set = sorted(told[4:])
    assert of_network[::2] == ("DeleteNetwork", "NOT_FOUND", 1)
    assert of_set[:2] == ("DeleteTrainingSet", "and")
    assert {entry.address for entry in found} == {"127.0.0.1"}
    assert "CreateNetwork" in shown
    assert "NOT_FOUND" in shown
