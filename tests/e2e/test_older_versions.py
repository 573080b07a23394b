"""A database of an earlier version opens, verifies, answers what it was asked and trains on.

The rows are those that older code wrote, with every kind of answer: see `older`.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from time import time_ns
from typing import Any

import msgspec
import pytest
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from older import REVISION_0004, REVISION_0007, make_revision
from servers import new_server

from storage import codec


def as_of_today(path: Path, *, as_json: bool) -> None:
    """Let the answers be of today, or they have expired; and of an even older form, if wanted."""
    now = time_ns() // 1000
    with closing(sqlite3.connect(path)) as database, database:
        query = "SELECT number, request_id, digest, content FROM answers"
        for number, request_id, digest, content in database.execute(query).fetchall():
            kept = msgspec.json.encode(msgspec.msgpack.decode(content)) if as_json else content
            crc = codec.checksum((request_id, now), digest, kept)
            database.execute(
                "UPDATE answers SET create_time = ?, content = ?, crc = ? WHERE number = ?",
                (now, kept, crc, number),
            )


@pytest.fixture(
    params=[(REVISION_0004, False), (REVISION_0004, True), (REVISION_0007, False)],
    ids=["0004", "0004 with answers as JSON", "0007"],
)
def older(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[TrainingServiceStub, dict[str, Any]]]:
    """A server on a database of a revision, and what that expects of it."""
    rows, as_json = request.param
    path = tmp_path / "clearprop.db"
    make_revision(rows, path)
    as_of_today(path, as_json=as_json)
    with new_server(tmp_path) as server, server.stub() as stub:
        yield stub, json.loads(rows.with_suffix(".json").read_text())


def answer(stub: TrainingServiceStub, call: dict[str, Any]) -> str:
    """Repeat a call and return the digest of its response, without the fields that are newer."""
    request = getattr(pb, f"{call['rpc']}Request").FromString(bytes.fromhex(call["request"]))
    method = getattr(stub, call["rpc"])
    response = method(iter([request]) if call["rpc"].startswith("Upload") else request)
    for update in getattr(response, "updates", ()):  # of a step
        assert update.learning_rate > 0.0
        update.ClearField("learning_rate")
    if isinstance(run := getattr(response, "run", None), run_pb2.Run):
        for name in ("end_reason", "training_examples"):
            run.ClearField(name)
    return sha256(response.SerializeToString(deterministic=True)).hexdigest()


def test_it_answers_repeated_requests_verifies_and_trains_on_to_the_same_bits(
    older: tuple[TrainingServiceStub, dict[str, Any]],
) -> None:
    stub, expected = older
    repeated = {call["rpc"] for call in expected["calls"]}
    changing = {
        method.name
        for method in pb.DESCRIPTOR.services_by_name["TrainingService"].methods
        if "request_id" in method.input_type.fields_by_name
    }
    assert repeated == changing
    for call in expected["calls"]:
        assert answer(stub, call) == call["response"], call["rpc"]

    networks = stub.ListNetworks(pb.ListNetworksRequest()).networks
    assert {"net", "fork", "given", "plus", "soft"} <= {each.network for each in networks}
    for network in networks:
        *_, last = stub.VerifyHistory(pb.VerifyHistoryRequest(network=network.network))
        assert not last.HasField("difference"), network.network

    for run in expected["ends"]:
        name, number = run["network"], run["run"]
        stub.ResumeRun(pb.ResumeRunRequest(network=name, run=number))
        *_, end = stub.WatchUpdates(pb.WatchUpdatesRequest(network=name, until_run=number))
        assert end.run_event.run.state == run_pb2.RUN_STATE_SUCCEEDED
        state = stub.GetState(pb.GetStateRequest(network=name)).state
        assert state.update == run["latest_update"]
        numbers = [number for layer in state.layers for number in (*layer.weights, *layer.biases)]
        assert [number.hex() for number in numbers] == run["parameters"]

        # What there was not when the network was stored.
        validated = run_pb2.TrainingSettings(
            training_set="xor",
            learning_rate=0.1,
            batch_size=2,
            epochs=9,
            validation=run_pb2.Validation(share=0.25),
        )
        request = pb.StepRequest(network=name, count=5, settings=validated)
        found = [each.HasField("validation") for each in stub.Step(request).updates]
        assert found == [False, True, True, False, True]  # at the ends of epochs of 3 examples
        *_, last = stub.VerifyHistory(pb.VerifyHistoryRequest(network=name))
        assert not last.HasField("difference")
