"""Responses are files of arrays for clients that prefer one, with the bits of every other form."""

import io
from typing import Any

import numpy as np
import pytest
import requests
from array_files import read_arrays
from calls import create, settings
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from patience import PATIENCE
from servers import ServerProcess

OCTETS, NPY, JSON = "application/octet-stream", "application/x-npy", "application/json"
FULL = "STATE_VIEW_FULL"


def state_of(server: ServerProcess, network: str, accept: str, **query: Any) -> requests.Response:
    path = f"{server.http}/v1/networks/{network}/state"
    return requests.get(path, params=query, headers={"Accept": accept}, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("layer_sizes", "bias"), [([2, 5, 1], False), ([2, 3, 2, 1], True), ([2, 9_000, 1], True)]
)
def test_arrays_have_the_bits_of_the_message(
    http_server: ServerProcess, layer_sizes: list[int], bias: bool
) -> None:
    with http_server.stub() as stub:
        network = create(stub, layer_sizes, bias=bias).network
        stub.Step(pb.StepRequest(network=network, settings=settings("xor"), count=3))
        request = pb.GetStateRequest(network=network, update=2, view=pb.STATE_VIEW_FULL)
        state = stub.GetState(request).state

    answer = state_of(http_server, network, OCTETS, update=2, view=FULL)
    notes, arrays = read_arrays(answer.content)
    expected: dict[str, list[float]] = {}
    for layer, (parameters, gradients, activations) in enumerate(
        zip(state.layers, state.gradients, state.activations, strict=True), start=1
    ):
        expected[f"layer_{layer}_weights"] = [*parameters.weights]
        expected[f"layer_{layer}_biases"] = [*parameters.biases]
        expected[f"layer_{layer}_weight_gradients"] = [*gradients.weights]
        expected[f"layer_{layer}_bias_gradients"] = [*gradients.biases]
        expected[f"layer_{layer}_activations"] = [*activations.values]
    expected = {name: values for name, values in expected.items() if values}
    assert {name: [*array.flat] for name, array in arrays.items()} == expected
    assert arrays["layer_1_weights"].shape == (layer_sizes[1], layer_sizes[0])
    assert (notes["network"], notes["update"], notes["run"]) == (network, "2", "1")
    assert float(notes["cost"]) == state.cost

    file = state_of(http_server, network, NPY, update=2)
    flat = [value for layer in state.layers for value in (*layer.weights, *layer.biases)]
    assert np.array_equal(np.load(io.BytesIO(file.content)), flat)
    for response, kind in ((answer, "safetensors"), (file, "npy")):
        assert f"{network}-update-2.{kind}" in response.headers["Content-Disposition"]
        assert int(response.headers["Content-Length"]) == len(response.content)


@pytest.mark.parametrize(("number_format", "dtype"), [("FLOAT32", "<f4"), ("FLOAT16", "<f2")])
def test_numbers_are_rounded_to_the_nearest_of_a_format(
    http_server: ServerProcess, number_format: str, dtype: str
) -> None:
    half = (
        2.0**-11
    )  # between two numbers of 16 bits after 1; the bit at its end has the nearest one
    weights = [1 + half, 1 + 3 * half, 1 + half + 2.0**-40, 65_504.0, -1e30, 1e300, 2.0**-25, 0.1]
    with http_server.stub() as stub:
        layer = network_pb2.LayerParameters(units=1, inputs=len(weights), weights=weights)
        request = pb.CreateNetworkRequest(layer_sizes=[len(weights), 1], initial_parameters=[layer])
        network = stub.CreateNetwork(request).network.network
        form = pb.NumberFormat.Value(f"NUMBER_FORMAT_{number_format}")
        state = stub.GetState(pb.GetStateRequest(network=network, number_format=form)).state

    query = {"numberFormat": f"NUMBER_FORMAT_{number_format}"}
    _, arrays = read_arrays(state_of(http_server, network, OCTETS, **query).content)
    file = np.load(io.BytesIO(state_of(http_server, network, NPY, **query).content))

    with np.errstate(over="ignore"):
        expected = np.array(weights).astype(dtype)
    assert expected[:3].tolist() != [1, 1, 1]
    assert arrays["layer_1_weights"].dtype == file.dtype == dtype
    assert arrays["layer_1_weights"].tolist() == [expected.tolist()]
    assert file.tolist() == [*state.layers[0].weights] == expected.tolist()


@pytest.mark.parametrize("activations", [False, True])
def test_arrays_of_predictions_have_the_bits_of_the_message(
    http_server: ServerProcess, *, activations: bool
) -> None:
    rows = np.random.default_rng(1).normal(size=(7, 2)).tolist()
    with http_server.stub() as stub:
        network = create(stub, [2, 3, 4, 2], bias=True).network
        inputs = [network_pb2.Vector(values=row) for row in rows]
        wanted: dict[str, Any] = {"activations": activations, "contributions": activations}
        request = pb.PredictRequest(network=network, inputs=inputs, **wanted)
        predictions = stub.Predict(request).predictions

    answer = requests.post(
        f"{http_server.http}/v1/networks/{network}:predict",
        json={"inputs": [{"values": row} for row in rows], **wanted},
        headers={"Accept": OCTETS},
        timeout=PATIENCE,
    )

    notes, arrays = read_arrays(answer.content)
    expected = {"outputs": [[*each.outputs] for each in predictions]}
    for layer in range(1, 4 if activations else 1):
        of_layer = [[*each.activations[layer - 1].values] for each in predictions]
        expected[f"layer_{layer}_activations"] = of_layer
    if activations:
        terms = [[[*of.values] for of in each.contributions] for each in predictions]
        assert arrays.pop("contributions").tolist() == terms
    assert {name: array.tolist() for name, array in arrays.items()} == expected
    assert notes == {"update": "0", "targetKind": "TARGET_KIND_UNSPECIFIED"}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (OCTETS, OCTETS),
        (f"{NPY}, {OCTETS};q=0.9", NPY),
        (f"{JSON};q=0.5, {OCTETS}", OCTETS),
        (f"{JSON};q=0, */*", OCTETS),
        ("text/html, */*;q=0.8", JSON),
    ],
)
def test_the_preferred_form_of_a_state_is_returned(
    http_server: ServerProcess, accept: str, media_type: str
) -> None:
    with http_server.stub() as stub:
        network = create(stub).network

    answer = state_of(http_server, network, accept)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == media_type
    assert "Accept" in answer.headers["Vary"].split(", ")


def test_errors_are_json_in_every_form(http_server: ServerProcess) -> None:
    for accept, path, code, reason in (
        (NPY, "networks/none/state", 404, "NETWORK_NOT_FOUND"),
        (OCTETS, "networks/none/state?update=x", 400, "INVALID_FIELDS"),
        (OCTETS, "networks/none/state?numberFormat=9", 400, "INVALID_FIELDS"),
        ("text/html", "networks/none/state", 406, "NOT_ACCEPTABLE"),
        (OCTETS, "serverInfo", 406, "NOT_ACCEPTABLE"),
    ):
        url = f"{http_server.http}/v1/{path}"
        answer = requests.get(url, headers={"Accept": accept}, timeout=PATIENCE)
        assert answer.status_code == code
        assert answer.headers["Content-Type"] == JSON
        assert answer.json()["error"]["details"][0]["reason"] == reason
