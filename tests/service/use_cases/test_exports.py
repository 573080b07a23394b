"""Exported files are complete and exact."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from clearprop.documents import read_document
from hypothesis import given
from hypothesis import strategies as st
from moments import moment
from onnx import ModelProto, checker
from onnx.reference import ReferenceEvaluator
from refusing import unknown
from services import Service

from service.faces.messages.networks import new_network
from service.reading.selection import Detail
from service.use_cases.exports import ExportFormat
from service.use_cases.exports.document import document
from service.use_cases.exports.exports import CHUNK_BYTES, WITH_FLOAT32, chunked
from service.use_cases.exports.moment import Moment
from service.use_cases.exports.onnx_graph import model
from service.use_cases.exports.safetensors import safetensors
from service.use_cases.networks import NewNetwork
from training.engine import activations
from training.errors import InvalidFields, NetworkNotFound, UpdateOutOfRange
from training.network import Array, Initializer, LayerParameters, initial_parameters
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer, OptimizerState
from training.settings import TrainingSettings
from training.update import UpdateKind

EXTREMES = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e22, 0.1]
HIDDEN = [each for each in Activation if each is not Activation.SOFTMAX]
ADAM = Optimizer(OptimizerKind.ADAM).completed()


def read(moment: Moment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(document(moment)))
    return found


def evaluated(made: ModelProto, inputs: Array) -> Array:
    (outputs,) = ReferenceEvaluator(made).run(None, {"inputs": inputs})
    assert isinstance(outputs, np.ndarray)
    return outputs


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    sizes = tuple(draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)))
    words = tuple(draw(st.sampled_from(HIDDEN)) for _ in sizes[1:])
    finite = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(EXTREMES)

    def numbers(count: int) -> list[float]:
        return draw(st.lists(finite, min_size=count, max_size=count))

    kept = None
    if draw(st.booleans()):
        kept = OptimizerState(ADAM, np.array(numbers(draw(st.integers(0, 5)))))
    return moment(sizes, words, numbers, bias=draw(st.booleans()), kept=kept)


@given(moments())
def test_a_document_that_is_read_again_has_every_bit(given: Moment) -> None:
    request = read_document("".join(document(given)))
    wanted = new_network(request)
    network, kept = given.network, given.state.optimizer_state
    assert (wanted.layer_sizes, wanted.activations) == (network.layer_sizes, network.activations)
    assert (wanted.cost_function, wanted.bias) == (network.cost_function, network.bias)
    assert wanted.labels == network.labels
    flat = initial_parameters(network, wanted.initial_parameters)
    assert flat.tobytes() == given.state.parameters.tobytes()
    assert (kept is None) is (wanted.optimizer_state is None)
    if kept is not None and wanted.optimizer_state is not None:
        assert wanted.optimizer_state.optimizer == kept.optimizer
        assert wanted.optimizer_state.values.tobytes() == kept.values.tobytes()
    found = read(given)
    assert (found["format"], found["version"], found["update"]) == ("clearprop-network", 1, 9)
    assert [len(layer["weights"]) for layer in found["layers"]] == found["layer_sizes"][1:]


def test_long_rows_are_written_in_parts() -> None:
    long = moment((20_000, 1), (Activation.TANH,), np.arange, bias=False)
    assert read(long)["layers"][0]["weights"] == [list(range(20_000))]
    assert max(map(len, document(long))) < CHUNK_BYTES


def test_pieces_become_chunks_of_one_size() -> None:
    pieces = [b"a" * 5, b"", b"b" * (2 * CHUNK_BYTES), b"c"]
    chunks = list(chunked(iter(pieces)))
    assert b"".join(chunks) == b"".join(pieces)
    assert [len(chunk) for chunk in chunks] == [CHUNK_BYTES, CHUNK_BYTES, 6]
    assert list(chunked(iter([]))) == []


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("word", Activation)
def test_an_onnx_model_computes_the_same_as_predict(word: Activation, bias: bool) -> None:
    random = np.random.default_rng(7)
    hidden = Activation.TANH if word is Activation.SOFTMAX else word
    sizes = (3, 9, 5, 4)
    some = moment(sizes, (hidden, hidden, word), random.standard_normal, bias=bias)
    made = model(some)
    checker.check_model(made, full_check=True)
    for inputs in (random.standard_normal((17, 3)) * 3, np.zeros((1, 3)), np.full((2, 3), -9.0)):
        outputs = evaluated(made, inputs)
        wanted = activations(some.network, some.state.parameters, inputs)[:, -4:]
        np.testing.assert_allclose(outputs, wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("word", Activation)
def test_an_onnx_model_in_float32_computes_the_same_up_to_its_rounding(word: Activation) -> None:
    random = np.random.default_rng(7)
    hidden = Activation.TANH if word is Activation.SOFTMAX else word
    some = moment((3, 9, 4), (hidden, word), random.standard_normal, bias=True)
    made = model(replace(some, float32=True))
    checker.check_model(made, full_check=True)
    inputs = random.standard_normal((17, 3))
    outputs = evaluated(made, inputs.astype(np.float32))
    assert outputs.dtype == np.float32
    wanted = activations(some.network, some.state.parameters, inputs)[:, -4:]
    np.testing.assert_allclose(outputs, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "word",
    [Activation.SOFTPLUS, Activation.SIGMOID, Activation.TANH, Activation.ELU, Activation.SELU],
)
def test_an_onnx_model_is_right_where_functions_end(word: Activation) -> None:
    one = moment((1, 1), (word,), np.ones, bias=False)
    inputs = np.array([[-700.0], [-40.0], [-1e-17], [0.0], [30.0], [700.0]])
    outputs = evaluated(model(one), inputs)
    wanted = activations(one.network, one.state.parameters, inputs)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-12)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service with a trained network: Adam, shuffled, in batches of three."""
    with Service() as service:
        service.networks.create(
            NewNetwork("net", (2, 3, 1), initializer=Initializer(InitializerKind.GLOROT, 3))
        )
        service.step(11, TrainingSettings("xor", 0.05, 3, 50, shuffle_seed=3, optimizer=ADAM))
        yield service


def content(service: Service, update: int | None, file_format: ExportFormat) -> bytes:
    return b"".join(service.exports.export("net", update, file_format).chunks)


def test_every_format_has_its_media_type_and_the_requested_update(
    service: Service,
) -> None:
    names = {
        ExportFormat.JSON: ("net-update-7.json", "application/json"),
        ExportFormat.NPZ: ("net-update-7.npz", "application/zip"),
        ExportFormat.ONNX: ("net-update-7.onnx", "application/octet-stream"),
        ExportFormat.CSV: ("net-history-to-7.csv", "text/csv"),
        ExportFormat.SAFETENSORS: ("net-update-7.safetensors", "application/octet-stream"),
        ExportFormat.C: ("net-update-7.c", "text/x-c"),
        ExportFormat.PYTHON: ("net_update_7.py", "text/x-python"),
    }
    for file_format, wanted in names.items():
        export = service.exports.export("net", 7, file_format)
        assert (export.file_name, export.media_type) == wanted
    network = service.networks.get("net").network
    state = service.states.read(network, 7)
    found = json.loads(content(service, 7, ExportFormat.JSON))
    assert (found["update"], found["kind"], found["run"]) == (7, "GRADIENT", 1)
    assert found["initializer"] == {"kind": "glorot", "seed": 3}
    assert state.optimizer_state is not None
    assert found["optimizer_state"]["values"] == state.optimizer_state.values.tolist()

    with np.load(io.BytesIO(content(service, 7, ExportFormat.NPZ))) as arrays:
        assert list(arrays) == ["layer_1_weights", "layer_2_weights"]
        assert arrays["layer_1_weights"].shape == (3, 2)
        flat = np.concatenate([arrays[name].ravel() for name in arrays])
    assert flat.tobytes() == state.parameters.tobytes()
    assert content(service, 7, ExportFormat.NPZ) == content(service, 7, ExportFormat.NPZ)

    made = ModelProto.FromString(content(service, None, ExportFormat.ONNX))
    assert {"update": "11"}.items() <= {
        each.key: each.value for each in made.metadata_props
    }.items()


def test_numbers_are_rounded_to_32_bits_only_where_a_format_has_them(service: Service) -> None:
    state = service.states.read(service.networks.get("net").network, 7)
    exported = service.exports.export("net", 7, ExportFormat.NPZ, float32=True)
    with np.load(io.BytesIO(b"".join(exported.chunks))) as arrays:
        flat = np.concatenate([arrays[name].ravel() for name in arrays])
    assert flat.tobytes() == state.parameters.astype(np.float32).tobytes()
    for file_format in set(ExportFormat) - set(WITH_FLOAT32):
        with pytest.raises(InvalidFields, match="float32: must not be set with "):
            service.exports.export("net", 7, file_format, float32=True)
    large = tuple(
        LayerParameters(units, inputs, np.full(units * inputs, 1e39))
        for units, inputs in ((3, 2), (1, 3))
    )
    service.edits.reset("net", parameters=large)
    with pytest.raises(InvalidFields, match="float32: must not be set: a parameter is too large"):
        service.exports.export("net", None, ExportFormat.NPZ, float32=True)


def test_safetensors_are_a_header_and_the_arrays() -> None:
    some = moment((2, 3, 1), (Activation.TANH, Activation.SIGMOID), np.arange, bias=True)
    file = b"".join(safetensors(some))
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    assert header.pop("__metadata__") == {
        "network": "net",
        "network_uid": "uid",
        "update": "9",
        "activations": "tanh,sigmoid",
        "cost_function": "cross-entropy",
    }
    assert list(header) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert header["0.bias"] == {"dtype": "F64", "shape": [3], "data_offsets": [48, 72]}
    assert (8 + length) % 8 == 0
    assert file[8 + length :] == some.state.parameters.tobytes()
    short = b"".join(safetensors(replace(some, float32=True)))
    assert short.endswith(some.state.parameters.astype(np.float32).tobytes())


def test_a_history_is_a_line_for_each_update(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.use_cases.exports.exports._LINES_AT_ONCE", 4)
    header, *lines = content(service, 9, ExportFormat.CSV).decode().splitlines()
    assert header == (
        "update,kind,run,epoch,first_example,example_count,cost,learning_rate,validation_cost,"
        "validation_accuracy"
    )
    assert lines[0] == "0,INITIAL,0,0,0,0,,,,"
    assert len(lines) == 10
    for part in service.history.updates("net", 1, 9, detail=Detail.COST).parts:
        assert part.run is not None
        for number, index, cost in zip(part.numbers, part.indices, part.costs, strict=True):
            batch = part.run.batches.batch(index)
            *said, last, rate, held_out, accuracy = lines[number].split(",")
            assert held_out == accuracy == ""
            place = [batch.epoch, batch.first_example, batch.example_count]
            assert said == [str(number), "GRADIENT", "1", *map(str, place)]
            assert float(last).hex() == float(cost).hex()
            assert float(rate).hex() == float(part.learning_rates[index]).hex()


def test_invalid_exports_are_refused(service: Service) -> None:
    with pytest.raises(NetworkNotFound):
        service.exports.export("nowhere", None, ExportFormat.JSON)
    for update in (-1, 12):
        with pytest.raises(UpdateOutOfRange):
            service.exports.export("net", update, ExportFormat.CSV)


def test_a_network_created_from_an_export_continues_to_the_same_bits(
    service: Service,
) -> None:
    for number, kind in enumerate([OptimizerKind.ADAM, OptimizerKind.MOMENTUM]):
        settings = TrainingSettings("xor", 0.05, 4, 50, optimizer=Optimizer(kind))
        service.runs.begin_cancel("net", number + 1)
        service.step(5, settings)
        state = service.state()
        network = service.networks.get("net").network
        other = f"other-{number}"
        service.networks.create(
            NewNetwork(
                other,
                network.layer_sizes,
                network.activations,
                initial_parameters=tuple(Moment(network, state, UpdateKind.INITIAL, None).layers),
                optimizer_state=state.optimizer_state,
            )
        )
        service.step(6)
        service.step(6, settings, other)
        assert service.state(other).parameters.tobytes() == service.state().parameters.tobytes()


def test_an_optimizer_state_that_cannot_be_is_refused_with_every_reason(service: Service) -> None:
    plain = NewNetwork("new", (2, 1), cost_function=CostFunction.CROSS_ENTROPY)
    momentum = Optimizer(OptimizerKind.MOMENTUM)

    def refused(optimizer: Optimizer, *values: float, not_known: str = "") -> list[str]:
        kept = OptimizerState(optimizer, np.array(values))
        wanted = replace(plain, optimizer_state=kept, unknown=unknown(*not_known.split()))
        with pytest.raises(InvalidFields) as caught:
            service.networks.create(wanted)
        return [f"{bad.field}: {bad.description}" for bad in caught.value.violations]

    (few,) = refused(momentum, 0.5)
    assert few.startswith("optimizer_state.values: must have 2 numbers for MOMENTUM")
    (bad,) = refused(momentum, 0.5, inf)
    assert bad == "optimizer_state.values[1]: must be finite, not inf"
    (useless,) = refused(Optimizer())
    reason = "must be absent: GRADIENT_DESCENT has no optimizer state"
    assert useless.startswith(f"optimizer_state: {reason}")
    kind = "optimizer_state.optimizer.kind"
    unread, wrong = refused(Optimizer(beta1=2.0), not_known=kind)
    assert unread.startswith(f"{kind}: must be one of")
    assert wrong.startswith("optimizer_state.optimizer.beta1: must be")
    impossible = refused(Optimizer(OptimizerKind.ADAM), 0.0, 0.0, 0.0, -1.0, 1.5, 0.5)
    assert [text.partition(":")[0] for text in impossible] == [
        "optimizer_state.values[3]",
        "optimizer_state.values[4]",
    ]
    service.networks.create(
        replace(
            plain,
            optimizer_state=OptimizerState(Optimizer(OptimizerKind.ADAM), np.array([0.0] * 6)),
        )
    )


def test_a_server_starts_without_the_imports_of_rare_exports() -> None:
    code = "import service.app, sys; sys.exit('onnx' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
