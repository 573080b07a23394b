"""A database of an earlier version opens, verifies, answers what it was asked and trains on.

The rows are those that the version before versioned records wrote, with every kind of answer.
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
from older import REVISION_0004, make_revision_0004
from servers import new_server

from storage import codec

#: The calls that were made, what a repetition of each was answered, and how the training of the run
#: that is paused ends by the same version.
EXPECTED = json.loads(REVISION_0004.with_suffix(".json").read_text())


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


@pytest.fixture(params=["msgpack", "json"])
def stub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TrainingServiceStub]:
    path = tmp_path / "clearprop.db"
    make_revision_0004(path)
    as_of_today(path, as_json=request.param == "json")
    with new_server(tmp_path) as server, server.stub() as stub:
        yield stub


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
    stub: TrainingServiceStub,
) -> None:
    repeated = {call["rpc"] for call in EXPECTED["calls"]}
    changing = {
        method.name
        for method in pb.DESCRIPTOR.services_by_name["TrainingService"].methods
        if "request_id" in method.input_type.fields_by_name
    }
    assert repeated == changing
    for call in EXPECTED["calls"]:
        assert answer(stub, call) == call["response"], call["rpc"]

    for network in ("net", "fork", "given", "plus", "soft"):
        last = [*stub.VerifyHistory(pb.VerifyHistoryRequest(network=network))][-1]
        assert not last.HasField("difference"), network

    stub.ResumeRun(pb.ResumeRunRequest(network="net", run=3))
    watch = stub.WatchUpdates(pb.WatchUpdatesRequest(network="net", until_run=3))
    *_, end = watch
    assert end.run_event.run.state == run_pb2.RUN_STATE_SUCCEEDED
    state = stub.GetState(pb.GetStateRequest(network="net")).state
    assert state.update == EXPECTED["latest_update"]
    numbers = [number for layer in state.layers for number in (*layer.weights, *layer.biases)]
    assert [number.hex() for number in numbers] == EXPECTED["parameters"]
