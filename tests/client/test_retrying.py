"""Calls are retried while the service is unavailable, and take effect once."""

import uuid
from typing import Any

import clearprop
import clearprop.aio
import grpc
import pytest
from clearprop.backoff import Backoff
from clearprop.calls import base, edits, networks, runs, training_sets
from clearprop.errors import ClearpropError
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Network
from clearprop.v1.run_pb2 import Run
from scripted import SOON, Refusal, ScriptedServer

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
MADE = pb.CreateNetworkResponse(network=Network(network="made", uid="u"))


def is_uuid(text: str) -> bool:
    return str(uuid.UUID(text)) == text


def test_a_repeated_call_sends_the_same_request_id(scripted: ScriptedServer) -> None:
    scripted.answers("CreateNetwork", SOON, SOON, MADE)
    with clearprop.connect(scripted.target) as client:
        assert client.create_network("made", layer_sizes=[2, 1]).id == "made"
    first, *repeated = scripted.requests["CreateNetwork"]
    assert is_uuid(first.request_id)
    assert repeated == [first, first]


async def test_a_repeated_call_sends_the_same_request_id_in_asyncio(
    scripted: ScriptedServer,
) -> None:
    scripted.answers("CreateNetwork", SOON, SOON, MADE)
    async with clearprop.aio.connect(scripted.target) as client:
        assert (await client.create_network("made", layer_sizes=[2, 1])).id == "made"
    first, *repeated = scripted.requests["CreateNetwork"]
    assert is_uuid(first.request_id)
    assert repeated == [first, first]


def test_two_calls_have_two_request_ids(scripted: ScriptedServer) -> None:
    scripted.answers("CreateNetwork", MADE, MADE)
    with clearprop.connect(scripted.target) as client:
        client.create_network("made", layer_sizes=[2, 1])
        client.create_network("made", layer_sizes=[2, 1])
    first, second = scripted.requests["CreateNetwork"]
    assert first.request_id != second.request_id


def test_a_given_request_id_is_sent(scripted: ScriptedServer) -> None:
    scripted.answers("CreateNetwork", MADE)
    with clearprop.connect(scripted.target) as client:
        client.create_network("made", layer_sizes=[2, 1], request_id="order 66")
    assert scripted.requests["CreateNetwork"][0].request_id == "order 66"


CHANGING: list[base.Call[Any]] = [
    networks.create_network("n", [1, 1], {}, ""),
    networks.set_labels("n", {}, "", ""),
    networks.delete_network("n", "", ""),
    networks.delete_updates("n", 1, "", ""),
    networks.fork_network("n", None, "", {}, ""),
    edits.set_weights("n", [(1, 0, 0, 1.0)], {}, "", ""),
    edits.reset_weights("n", {}, (), "", ""),
    training_sets.create_training_set("s", [[1]], [[1]], ""),
    training_sets.delete_training_set("s", ""),
    runs.train("n", "xor", {"learning_rate": 1, "batch_size": 1, "epochs": 1}, "", ""),
    runs.step("n", None, 1, "update", "", ""),
    runs.pause_run("n", 1, "", ""),
    runs.resume_run("n", 1, "", ""),
    runs.cancel_run("n", 1, "", ""),
]


def test_every_call_that_can_have_a_request_id_has_one() -> None:
    takers = {
        method.name
        for method in pb.DESCRIPTOR.services_by_name["TrainingService"].methods
        if "request_id" in method.input_type.fields_by_name
    }
    called = {call.path.rpartition("/")[2] for call in CHANGING}
    assert called | {"UploadTrainingSet"} == takers
    for call in CHANGING:
        assert is_uuid(call.request.request_id)  # type: ignore[attr-defined]
    assert is_uuid(next(iter(training_sets.upload_training_set("s", [[1]], [[1]], ""))).request_id)


def test_refused_calls_are_not_retried(scripted: ScriptedServer) -> None:
    scripted.answers("GetNetwork", Refusal(grpc.StatusCode.NOT_FOUND, reason="NETWORK_NOT_FOUND"))
    with (
        clearprop.connect(scripted.target) as client,
        pytest.raises(ClearpropError, match="NOT_FOUND"),
    ):
        client.network("none")
    assert len(scripted.requests["GetNetwork"]) == 1


def test_calls_are_retried_if_the_service_suggests_it(scripted: ScriptedServer) -> None:
    moved = Refusal(grpc.StatusCode.ABORTED, reason="HEAD_MOVED", retry_after=0.01)
    scripted.answers("GetRun", moved, pb.GetRunResponse(run=Run(network="n", run=3)))
    scripted.answers("GetNetwork", pb.GetNetworkResponse(network=Network(network="n")))
    with clearprop.connect(scripted.target) as client:
        assert client.network("n").run(3).number == 3


def test_with_a_retry_timeout_of_0_nothing_is_retried(scripted: ScriptedServer) -> None:
    scripted.answers("GetServerInfo", SOON)
    with (
        clearprop.connect(scripted.target, retry_timeout=0) as client,
        pytest.raises(ClearpropError) as caught,
    ):
        client.server_info()
    assert caught.value.code is UNAVAILABLE
    assert len(scripted.requests["GetServerInfo"]) == 1


def test_retries_end_after_the_retry_timeout(scripted: ScriptedServer) -> None:
    scripted.answers("GetServerInfo", *[SOON] * 100)
    with (
        clearprop.connect(scripted.target, retry_timeout=0.5) as client,
        pytest.raises(ClearpropError),
    ):
        client.server_info()
    assert 2 <= len(scripted.requests["GetServerInfo"]) <= 10


def test_a_server_that_cannot_be_reached_is_an_error() -> None:
    with (
        clearprop.connect("127.0.0.1:1", retry_timeout=0) as client,
        pytest.raises(ClearpropError) as caught,
    ):
        client.server_info()
    assert caught.value.code is UNAVAILABLE
    assert caught.value.reason == ""


def test_delays_grow_and_are_no_shorter_than_the_service_asks() -> None:
    backoff = Backoff(retry_timeout=100)
    plain = ClearpropError(UNAVAILABLE, "no")
    delays = [backoff.delay(plain) for _ in range(10)]
    assert delays[0] <= 0.1
    assert 2.5 <= delays[-1] <= 5
    assert backoff.delay(ClearpropError(UNAVAILABLE, "no", retry_after=17)) == 17
    backoff.reset()
    assert backoff.delay(plain) <= 0.1


def test_a_delay_longer_than_the_retry_timeout_is_not_waited_for() -> None:
    error = ClearpropError(UNAVAILABLE, "no", retry_after=17)
    with pytest.raises(ClearpropError) as caught:
        Backoff(retry_timeout=16).delay(error)
    assert caught.value is error
