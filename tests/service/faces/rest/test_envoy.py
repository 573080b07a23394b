"""The HTTP face gives the same responses as Envoy's transcoder for the same annotations."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import requests
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Initializer
from clearprop.v1.run_pb2 import Optimizer, OptimizerKind, TrainingSettings
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from envoy_transcoder import IS_THERE, envoy_before
from promises import Promise
from servers import ServerProcess
from transcoding_cases import CASES, Case

if not IS_THERE:
    pytest.skip("NOT COMPARED WITH ENVOY: it has no wheel here", allow_module_level=True)

SETTINGS = TrainingSettings(training_set="xor", learning_rate=0.5, batch_size=2, epochs=20)


@dataclass(frozen=True)
class Face:
    """One way to the server: its name, which ids there begin with, and where it is."""

    name: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What came back: a status code, and JSON, or words where an error has no more."""

    code: int
    document: Any
    is_in_words: bool = False


@pytest.fixture(scope="session")
def stub(http_server: ServerProcess) -> Iterator[TrainingServiceStub]:
    with http_server.stub() as stub:
        make(stub, "trained")
        stub.Step(pb.StepRequest(network="trained", settings=SETTINGS, count=40))
        stub.SetWeights(
            pb.SetWeightsRequest(
                network="trained", weights=[pb.WeightValue(layer=1, input=0, value=2)]
            )
        )
        optimizer = Optimizer(kind=OptimizerKind.OPTIMIZER_KIND_ADAM)
        shuffled = TrainingSettings(optimizer=optimizer, shuffle_seed=3)
        shuffled.MergeFrom(SETTINGS)
        stub.Step(pb.StepRequest(network="trained", settings=shuffled, count=3))
        make(stub, "compacted")
        stub.Step(pb.StepRequest(network="compacted", settings=SETTINGS, count=40))
        stub.DeleteUpdates(pb.DeleteUpdatesRequest(network="compacted", before_update=5))
        yield stub


@pytest.fixture(scope="session")
def faces(
    http_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Face, Face]]:
    with envoy_before(http_server.target, tmp_path_factory.mktemp("envoy")) as url:
        yield Face("ours", http_server.http), Face("envo", url)


def make(stub: TrainingServiceStub, network: str) -> None:
    stub.CreateNetwork(
        pb.CreateNetworkRequest(
            network=network,
            layer_sizes=[2, 3, 1],
            bias=True,
            initializer=Initializer(seed=1),
            labels={"b": "2", "a": "1"},
        )
    )


def ask(stub: TrainingServiceStub, face: Face, case: Case, number: int) -> Answer:
    """Send a case to a face, where it has names of its own."""
    own, new = f"{face.name}-{number}", f"{face.name}-new-{number}"
    if "{own}" in f"{case.path}{case.body}":
        make(stub, own)
        stub.Step(pb.StepRequest(network=own, settings=SETTINGS, count=5))

    def named(text: str) -> str:
        return text.replace("{own}", own).replace("{new}", new)

    headers = dict(case.headers)
    body = None
    if case.body is not None:
        is_upload = isinstance(case.body, list)
        is_ours = face.name == "ours"
        if is_upload and is_ours:
            headers["Content-Type"] = "application/x-ndjson"
            text = "\n".join(map(json.dumps, case.body))
        else:
            headers.setdefault("Content-Type", "application/json")
            text = case.body if isinstance(case.body, str) else json.dumps(case.body)
        body = named(text).encode()
    # The library must not normalise the path.
    request = requests.Request(case.method, face.url, headers=headers, data=body).prepare()
    request.url = face.url + named(case.path)
    with requests.Session() as session:
        response = session.send(request, timeout=30, allow_redirects=False)
    return read(response, face)


def read(response: requests.Response, face: Face) -> Answer:
    """Return an answer with the face's own names, and what is new each time, taken out."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind not in {"application/json", "application/x-ndjson"}:
        return Answer(response.status_code, response.text, is_in_words=True)
    text = response.text.replace(f"{face.name}-", "")
    # Envoy writes -0.0 as -0, which is a whole number to Python.
    document = [
        without_random_values(json.loads(line, parse_int=float)) for line in text.splitlines()
    ]
    if not response.ok:
        (status,) = document
        return Answer(response.status_code, as_status(status))
    return Answer(response.status_code, document)


_RANDOM = {"uid", "etag", "createTime", "startTime", "endTime", "nextPageToken"}
_MOMENTARY = {"used"}  # how much of the limits others use now


def without_random_values(document: Any) -> Any:
    """Return a document with numbers as bits, and without random values."""
    if isinstance(document, dict):
        return {
            name: bool(value) if name in _RANDOM | _MOMENTARY else without_random_values(value)
            for name, value in document.items()
        }
    if isinstance(document, list):
        return [without_random_values(value) for value in document]
    if isinstance(document, float):
        return struct.pack("<d", document)
    return document


def as_status(document: Any) -> dict[str, Any]:
    """Return an error as google.rpc.Status, without the envelope of our responses."""
    error = document.get("error", document)
    status = error.get("status")
    code = error["code"] if status is None else struct.pack("<d", grpc.StatusCode[status].value[0])
    return {"code": code, "message": error["message"], "details": without_nothing(error["details"])}


def without_nothing(document: Any) -> Any:
    """Return a document without fields that are empty, which Envoy prints in details, too."""
    if isinstance(document, dict):
        inner = {name: without_nothing(value) for name, value in document.items()}
        return {name: value for name, value in inner.items() if value not in ({}, [], "")}
    if isinstance(document, list):
        return [without_nothing(value) for value in document]
    return document


@pytest.mark.parametrize(("number", "case"), [*enumerate(CASES)], ids=[str(case) for case in CASES])
def test_both_give_the_same_response_except_for_known_differences(
    stub: TrainingServiceStub, faces: tuple[Face, Face], number: int, case: Case
) -> None:
    ours, envoys = (ask(stub, face, case, number) for face in faces)

    assert ours.code == case.code, ours
    assert envoys.code == (case.envoy or case.code), envoys
    if case.because:
        assert ours != envoys
    elif not envoys.is_in_words:
        assert ours.document == envoys.document


def test_every_known_difference_has_a_reason(promise: Promise) -> None:
    unlike = [case for case in CASES if case.because]

    assert all(case.envoy is None for case in CASES if not case.because)
    promise(
        "HTTP answers as Envoy's transcoder does",
        requests=len(CASES) - len(unlike),
        known_differences=len(unlike),
        reasons=len({case.because for case in unlike}),
    )
