"""Exported documents become equal networks, or are refused with all of their problems."""

import json
import re
from collections.abc import Callable
from math import nan
from typing import Any

import clearprop
import clearprop.aio
import grpc
import numpy as np
import pytest
from calls import fresh_id
from clearprop import documents
from clearprop.documents import read_document
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2 import ExportNetworkResponse
from scripted import SOON, Refusal, ScriptedServer
from servers import ServerProcess

from service.use_cases.exports import document as written

EXTREMES = [0.0, -0.0, 5e-324, -2.2250738585072014e-308, 1.7976931348623157e308, 1e22, 1 / 3]


def documented(**changes: Any) -> dict[str, Any]:
    """A document of a network 2-3-1 with biases that an Adam has trained."""
    whole = {
        "format": "clearprop-network",
        "version": 1,
        "layer_sizes": [2, 3, 1],
        "activations": ["leaky-relu", "sigmoid"],
        "bias": True,
        "cost_function": "cross-entropy",
        "labels": {"who": "me"},
        "layers": [
            {"weights": [[0.5, -0.0], [1, 2], [3, 4]], "biases": [0.1, 0.2, 0.3]},
            {"weights": [[1e-320, 1e308, -1]], "biases": [0]},
        ],
        "optimizer_state": {
            "optimizer": {"kind": "adam", "beta1": 0.5, "weight_decay": 0.25},
            "values": [0.5] * 28,
        },
    }
    return whole | changes


def test_reader_and_writer_have_the_same_format_and_version() -> None:
    assert (documents.FORMAT, documents.VERSION) == (written.FORMAT, written.VERSION)


def test_documents_of_all_types_become_requests() -> None:
    text = json.dumps(documented())
    request = read_document(text)
    assert request == read_document(text.encode()) == read_document(documented())
    assert request == read_document(f"\ufeff{text}") == read_document(f"\ufeff{text}".encode())
    assert request == read_document(text.encode("utf-16"))
    assert list(request.layer_sizes) == [2, 3, 1]
    first, second = request.initial_parameters
    assert (first.units, first.inputs) == (3, 2)
    assert [value.hex() for value in first.weights[:2]] == [(0.5).hex(), (-0.0).hex()]
    assert list(second.weights) == [1e-320, 1e308, -1.0]
    assert request.optimizer_state.optimizer.beta1 == 0.5
    assert not request.optimizer_state.optimizer.HasField("beta2")
    assert len(request.optimizer_state.values) == 28
    assert not read_document(documented(optimizer_state=None)).HasField("optimizer_state")
    assert read_document(documented(note="of the service", run_of="it")) == request


BAD: list[tuple[Any, str]] = [
    (b"PK\x03\x04\xff", "is a ZIP archive, such as .npz, .xlsx or .keras, not JSON"),
    (b"\x1f\x8b\x08\x00", "is compressed with gzip, not JSON"),
    (json.dumps(documented(layers=[{}, {"weights": [[nan, 1, 2]]}])), "weights[0] must be finite"),
    (b"\xff\xe0\x81", "The document is not UTF-8 text (byte 1). Export"),
    ("[" * 100_000, "The document is not valid JSON (it is nested too deeply). Export"),
    (
        '{"a": ' + "1" * 5_000 + "}",
        "The document is not valid JSON (a number has too many digits).",
    ),
    ('{"a": 1,\n b}', "The document is not valid JSON (line 2, column 2: Expecting"),
    ("[1]", 'its "format" is not "clearprop-network"'),
    ({"format": "other"}, "not an exported network"),
    (
        documented(version=3),
        "this client supports versions up to 2: install a newer client",
    ),
    (documented(version="1"), '"version" of the document must be at least 1'),
    (documented(layer_sizes=[2, 0, 1]), "layer_sizes must be at least two integers"),
    (documented(layer_sizes=[2.0, 1]), "layer_sizes must be"),
    (documented(layer_sizes=[2, 2**40]), "layer_sizes must be"),
    (documented(layer_sizes=None), "layer_sizes must be"),
    (documented(activations=["tanh"]), "activations must have one name for each layer"),
    (documented(activations=["tan", None]), "activations[0]: Unknown activation 'tan'. Use one of"),
    (documented(activations=["tan", None]), "; activations[1] must be a name"),
    (documented(bias=1), "bias must be true or false"),
    (documented(cost_function="unspecified"), "cost_function must be a name"),
    (documented(labels={"a": 1}), "labels must be an object of texts"),
    (documented(layers=[]), "layers must have 2 items, one for each layer after the inputs"),
    (documented(layers=[None, {}]), "layers[0].weights must have 3 rows, one for each unit; "),
    (documented(layers=[None, {"weights": [[1, 2]]}]), "layers[1].weights[0] must have 3 numbers"),
    (documented(bias=False), "layers[0].biases must have 0 numbers, not 3"),
    (documented(layers=[{}, {"weights": [["a", 1, 2]]}]), "layers[1].weights[0] must be numbers"),
    (documented(layers=[{}, {"weights": [[10**400, 1, 2]]}]), "layers[1].weights[0] must be fin"),
    (documented(layers=[{}, {"weights": [[float("nan"), 1, 2]]}]), "must be finite"),
    (documented(optimizer_state=[]), "optimizer_state must be null or have a field optimizer"),
    (
        documented(optimizer_state={"optimizer": {"kind": "best", "beta1": "x"}}),
        "optimizer_state.optimizer.kind: Unknown optimizer 'best'",
    ),
    (
        {"format": "clearprop-network", "version": 1, "label": {}},
        "unknown field label: did you mean labels?",
    ),
    (
        documented(layers=[{"weight": []}, {}]),
        "unknown field layers[0].weight: did you mean weights?",
    ),
    (
        documented(optimizer_state={"optimiser": {}, "values": []}),
        "unknown field optimizer_state.optimiser: did you mean optimizer?",
    ),
    (
        documented(optimizer_state={"optimizer": {"kind": "adam", "beta_1": 1}, "values": []}),
        "unknown field optimizer_state.optimizer.beta_1: did you mean beta1?",
    ),
    (documented(layers=[{}, {"weights": [[2**53 + 1, 1, 2]]}]), "cannot hold exactly"),
    (documented(optimizer_state={"optimizer": {}}), "optimizer_state.values must be numbers"),
]


@pytest.mark.parametrize(("document", "said"), BAD)
def test_an_invalid_document_is_refused_with_its_problems(document: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        read_document(document)
    assert len(str(refused.value)) < 1_500


def test_a_network_too_large_for_a_request_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "REQUEST_BYTES", 300)
    with pytest.raises(ValueError, match="set optimizer_state to null in the document"):
        read_document(documented())
    read_document(documented(optimizer_state=None))


def bits(state: clearprop.State) -> list[bytes]:
    return [array.tobytes() for array in (*state.weights, *state.biases)]


@pytest.fixture
def client(server: ServerProcess) -> Any:
    with clearprop.connect(server.target) as client:
        yield client


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov", "adam", "gradient-descent"])
def test_an_imported_network_continues_like_its_source(
    client: clearprop.Client, optimizer: str
) -> None:
    source = client.create_network(
        layer_sizes=[2, 4, 1],
        activations=["tanh", "sigmoid"],
        bias=True,
        initializer="glorot",
        labels={"who": "me"},
    )
    recipe: Any = {
        "learning_rate": 0.25,
        "batch_size": 4,
        "epochs": 60,
        "optimizer": optimizer,
        "weight_decay": 0.001,
    }
    source.train("xor", **recipe).wait()
    made = client.import_network(source.export(update=35).read(), fresh_id())
    for name in ("layer_sizes", "activations", "has_biases", "cost_function", "labels"):
        assert getattr(made, name) == getattr(source, name)
    assert (made.initializer, made.latest_update) == ("explicit", 0)
    # Each epoch is one update in the set's order, so a new run goes on as the old one did.
    made.step("xor", count=25, **recipe)
    for number in (0, 1, 13, 25):
        assert bits(made.state(number)) == bits(source.state(35 + number))
    ours, theirs = (
        json.loads(network.export(update=number).read())
        for network, number in ((made, 25), (source, 60))
    )
    assert ours["optimizer_state"] == theirs["optimizer_state"]


def test_every_number_is_imported_bit_for_bit(client: clearprop.Client) -> None:
    numbers = np.array(EXTREMES)
    made = client.create_network(
        layer_sizes=[7, 1, 1],
        activations=["relu", "identity"],
        initial_weights=[numbers.reshape(1, 7), [[0.5]]],
        bias=True,
        initial_biases=[[-5e-324], [-0.0]],
    )
    again = client.import_network(json.loads(made.export().read()))
    assert bits(again.state()) == bits(made.state())


async def test_files_are_exported_in_asyncio(server: ServerProcess) -> None:
    async with clearprop.aio.connect(server.target) as client:
        network = await client.create_network(fresh_id(), layer_sizes=[600, 100])
        export = await network.export()
        assert (export.file_name, export.media_type) == (
            f"{network.id}-update-0.json",
            "application/json",
        )
        pieces = [piece async for piece in export]
        assert len(pieces) > 2
        assert max(map(len, pieces)) <= 2**20
        made = await client.import_network(b"".join(pieces))
        assert bits(await made.state()) == bits(await network.state())
        with pytest.raises(clearprop.ClearpropError, match="use 0 to 0"):
            await network.export("csv", update=1)


def test_an_exported_history_has_the_listed_updates(client: clearprop.Client) -> None:
    network = client.create_network(layer_sizes=[2, 1])
    network.train("or", learning_rate=1, batch_size=3, epochs=7, shuffle_seed=1).wait()
    export = network.export("csv", update=8)
    assert export.file_name == f"{network.id}-history-to-8.csv"
    header, *lines = export.read().decode().splitlines()
    names: list[Callable[[clearprop.Snapshot], object]] = [
        lambda update: update.number,
        lambda update: update.kind,
        lambda update: update.run or 0,
        lambda update: update.epoch or 0,
        lambda update: update.first_example,
        lambda update: update.example_count,
        lambda update: "" if update.cost is None else repr(update.cost),
        lambda update: "" if update.learning_rate is None else repr(update.learning_rate),
        lambda update: "" if update.validation is None else repr(update.validation.cost),
        lambda update: "" if update.validation is None else repr(update.validation.accuracy),
    ]
    listed = [
        ",".join(str(name(update)) for name in names)
        for update in network.updates(detail="cost")
        if update.number <= 8
    ]
    assert lines == listed
    assert header == (
        "update,kind,run,epoch,first_example,example_count,cost,learning_rate,validation_cost,"
        "validation_accuracy"
    )


def test_an_export_is_retried_until_its_first_chunk(scripted: ScriptedServer) -> None:
    first = ExportNetworkResponse(file_name="n.csv", content=b"a")
    rest = ExportNetworkResponse(content=b"b")
    lost = Refusal(grpc.StatusCode.UNAVAILABLE)
    scripted.answers("GetNetwork", pb.GetNetworkResponse())
    scripted.streams("ExportNetwork", [SOON], [first, rest], [first, lost])
    with clearprop.connect(scripted.target) as client:
        network = client.network("n")
        export = network.export("csv", update=3)
        assert export.read() == b"ab"
        assert export.read() == b""
        assert (
            scripted.requests["ExportNetwork"]
            == [pb.ExportNetworkRequest(network=network.id, update=3, format=pb.EXPORT_FORMAT_CSV)]
            * 2
        )
        with pytest.raises(clearprop.ClearpropError, match="UNAVAILABLE"):
            network.export().read()
    assert len(scripted.requests["ExportNetwork"]) == 3
