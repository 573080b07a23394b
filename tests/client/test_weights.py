"""Weights of other libraries keep every bit, or are refused with the array or operator."""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import clearprop
import numpy as np
import pytest
from clearprop import ModelWeights
from clearprop.calls.weights import create_with_weights
from clearprop.v1.training_service_pb2 import CreateNetworkRequest
from clearprop.weights.reading import read_weights
from later import Later
from moments import moment
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from pandas import DataFrame

from service.faces.messages.networks import new_network
from service.use_cases.exports.moment import Moment
from service.use_cases.exports.npz import npz
from service.use_cases.exports.onnx_graph import model
from service.use_cases.exports.safetensors import safetensors
from training.engine import activations
from training.errors import validating
from training.network import Array
from training.numerics.activations import Activation
from training.tables.preparation import check_preparation

sk = Later("scikit_learn")

RANDOM = np.random.default_rng(5)


def some(*sizes: int, word: Activation = Activation.TANH, bias: bool = True) -> Moment:
    hidden = Activation.TANH if word is Activation.SOFTMAX else word
    words = [hidden] * (len(sizes) - 2) + [word]
    return moment(sizes, words, RANDOM.standard_normal, bias=bias)


def flat(found: ModelWeights) -> Array:
    """Return the parameters in the order of a network."""
    parts: list[Array] = []
    for place, matrix in enumerate(found.weights):
        parts.append(np.asarray(matrix, np.float64).ravel())
        if found.biases:
            parts.append(np.asarray(found.biases[place], np.float64))
    return np.concatenate(parts)


def written(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def tensors(arrays: Mapping[str, Any], kinds: Mapping[str, str] | None = None) -> bytes:
    """Return arrays in the format of safetensors, as bytes of these types."""
    header: dict[str, Any] = {}
    content = b""
    for name, values in arrays.items():
        data = values.tobytes()
        header[name] = {
            "dtype": (kinds or {}).get(name, "F64"),
            "shape": list(values.shape),
            "data_offsets": [len(content), len(content) + len(data)],
        }
        content += data
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


@pytest.mark.parametrize("bias", [False, True])
def test_exported_weights_are_imported_with_every_bit(tmp_path: Path, bias: bool) -> None:
    given = some(3, 5, 5, 2, word=Activation.SOFTMAX, bias=bias)
    files = {
        "net.npz": npz(given),
        "net.safetensors": b"".join(safetensors(given)),
        "net.onnx": model(given).SerializeToString(),
    }
    for name, content in files.items():
        found = read_weights(written(tmp_path, name, content))
        assert flat(found).tobytes() == given.state.parameters.tobytes(), name
        assert found.layer_sizes == [3, 5, 5, 2]
        known = [] if name == "net.npz" else list(given.network.activations)
        assert list(found.activations) == known
        rounded = flat(read_weights(written(tmp_path, name, shortened(given, name))))
        assert rounded.tobytes() == given.state.parameters.astype("f4").astype("f8").tobytes()


def shortened(given: Moment, name: str) -> bytes:
    """Return the file with numbers of 32 bits."""
    short = replace(given, float32=True)
    if name.endswith("npz"):
        return npz(short)
    if name.endswith("onnx"):
        return model(short).SerializeToString()
    return b"".join(safetensors(short))


def test_twelve_layers_of_safetensors_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    given = some(*[3] * 13)
    content = b"".join(safetensors(given))
    found = read_weights(written(tmp_path, "net.safetensors", content))
    assert flat(found).tobytes() == given.state.parameters.tobytes()


def test_layers_with_words_as_names_are_in_the_order_of_their_shapes(tmp_path: Path) -> None:
    arrays = {
        "head.weight": np.ones((2, 4)),
        "body.bias": np.ones(4),
        "body.weight": np.full((4, 3), 2.0),
    }
    found = read_weights(written(tmp_path, "net.safetensors", tensors(arrays)))
    assert found.layer_sizes == [3, 4, 2]
    assert [list(each) for each in found.biases] == [[1.0] * 4, [0.0] * 2]
    both = {"head.weight": np.ones((3, 3)), "body.weight": np.ones((3, 3))}
    with pytest.raises(ValueError, match="The order of the layers head, body cannot be told"):
        read_weights(written(tmp_path, "net.safetensors", tensors(both)))


@pytest.mark.parametrize(("kind", "number"), [("F16", "<f2"), ("F32", "<f4"), ("BF16", "")])
def test_short_numbers_are_converted_exactly(tmp_path: Path, kind: str, number: str) -> None:
    values = np.array([[0.5, -1.25, 3.0], [0.0, 2.0**-10, 96.0]])
    short = values.astype("<f4").view("<u4") >> 16 if kind == "BF16" else values.astype(number)
    arrays = {"weight": short.astype("<u2") if kind == "BF16" else short}
    file = written(tmp_path, "w.safetensors", tensors(arrays, {"weight": kind}))
    assert read_weights(file).weights == [values.tolist()]


def test_keras_is_recognised_by_its_names_or_its_shapes(tmp_path: Path) -> None:
    kernels = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=(3, 2))
    listed = [kernels[0], np.ones(3), kernels[1], np.zeros(2)]
    np.savez(tmp_path / "keras.npz", *listed)
    by_name = {
        "dense/kernel:0": kernels[0],
        "dense/bias:0": listed[1],
        "dense_1/kernel:0": kernels[1],
        "dense_1/bias:0": listed[3],
    }
    for source in (tmp_path / "keras.npz", listed, by_name):
        found = read_weights(source)
        assert found.layer_sizes == [4, 3, 2]
        assert np.array_equal(np.array(found.weights[0]), kernels[0].T)
    square = [RANDOM.normal(size=(2, 2)), np.ones(2)]
    with pytest.raises(ValueError, match="fit both layouts"):
        read_weights(square)
    assert np.array_equal(read_weights(square, "inputs-units").weights[0], square[0].T)
    with pytest.raises(ValueError, match="They fit the layout inputs-units"):
        read_weights(listed, "units-inputs")
    with pytest.raises(ValueError, match="Unknown layout 'rows'"):
        read_weights(listed, "rows")


def test_a_state_dict_of_pytorch_computes_the_same() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed.")
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 7), torch.nn.GELU(), torch.nn.Linear(7, 3), torch.nn.Softmax(1)
    ).double()
    found = read_weights(net.state_dict()).with_activations(["gelu", "softmax"])
    inputs = RANDOM.normal(size=(20, 4))
    same = moment(
        found.layer_sizes,
        [Activation.GELU, Activation.SOFTMAX],
        lambda _: flat(found),
        bias=True,
    )
    outputs = activations(same.network, same.state.parameters, inputs)[:, -3:]
    theirs = net(torch.from_numpy(inputs)).detach().numpy()
    np.testing.assert_allclose(outputs, theirs, rtol=1e-12, atol=1e-15)


FEATURES = RANDOM.normal(size=(12, 3)) * [1.0, 50.0, 0.1] + [0.0, 1000.0, -5.0]
FEW = {"hidden_layer_sizes": (5,), "max_iter": 3, "random_state": 1}


def outputs_of(found: ModelWeights, inputs: Array) -> Array:
    """Return the outputs of a network with these weights, and the preparation that it has."""
    request = create_with_weights("net", found, "", "").request
    assert isinstance(request, CreateNetworkRequest)
    wanted = new_network(request)
    same = moment(wanted.layer_sizes, wanted.activations, lambda _: flat(found), bias=True)
    values = inputs
    if wanted.preparation is not None:
        with validating() as violations:
            check_preparation(violations, "preparation", wanted.preparation)
        values = wanted.preparation.inputs(inputs)
    outputs = activations(same.network, same.state.parameters, values)
    return outputs[:, -wanted.layer_sizes[-1] :]


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_models_of_scikit_learn_compute_the_same() -> None:
    kinds, numbers = np.repeat([0, 1, 2], 4), FEATURES[:, :2]
    for fitted, wanted in (
        (
            sk.MLPClassifier(activation="tanh", **FEW).fit(FEATURES, kinds),
            "predict_proba",
        ),
        (
            sk.MLPRegressor(activation="logistic", **FEW).fit(FEATURES, numbers),
            "predict",
        ),
        (
            sk.make_pipeline(sk.StandardScaler(), sk.MLPRegressor(**FEW)).fit(FEATURES, numbers),
            "predict",
        ),
        (
            sk.make_pipeline(sk.MinMaxScaler(), sk.MLPClassifier(**FEW)).fit(FEATURES, kinds > 1),
            "predict_proba",
        ),
    ):
        theirs = getattr(fitted, wanted)(FEATURES)
        ours = outputs_of(clearprop.sklearn_weights(fitted), FEATURES)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)
    binary = clearprop.sklearn_weights(sk.MLPClassifier(**FEW).fit(FEATURES, kinds > 1))
    assert (binary.layer_sizes, binary.activations) == ([3, 5, 1], ["relu", "sigmoid"])
    named = DataFrame(FEATURES, columns=["a", "class", "c"])
    pipeline = sk.make_pipeline("passthrough", sk.MinMaxScaler(), sk.MLPClassifier(**FEW)).fit(
        named, kinds
    )
    preparation = clearprop.sklearn_weights(pipeline).preparation
    assert preparation is not None
    assert [each.name for each in preparation.table.inputs] == ["a", "class", "c"]
    assert preparation.table.targets.names == ["class_"]
    assert preparation.table.targets.classes == ["0", "1", "2"]


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_other_models_of_scikit_learn_are_refused() -> None:
    kinds = np.repeat([0, 1, 2], 4)
    unscaled = sk.MinMaxScaler((0, 2))
    for each, message in (
        (sk.MLPClassifier(), "MLPClassifier has no coefs_ and intercepts_: fit"),
        (
            sk.make_pipeline(sk.PCA(), sk.MLPClassifier(**FEW)).fit(FEATURES, kinds),
            "Step PCA of the",
        ),
        (
            sk.make_pipeline(
                sk.PCA(),
                sk.StandardScaler(),
                sk.MLPClassifier(**FEW),
            ).fit(FEATURES, kinds),
            "only one StandardScaler",
        ),
        (
            sk.make_pipeline(unscaled, sk.MLPClassifier(**FEW)).fit(FEATURES, kinds),
            "scale to 0 to 1",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            clearprop.sklearn_weights(each)


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("word", Activation)
def test_every_activation_is_recognised_in_onnx(
    tmp_path: Path, word: Activation, short: bool
) -> None:
    given = replace(some(3, 4, 2, word=word), float32=short)
    file = written(tmp_path, "net.onnx", model(given).SerializeToString())
    assert read_weights(file).activations == list(given.network.activations)


def graph(
    nodes: Sequence[NodeProto], constants: Mapping[str, Any], outputs: Sequence[str] = ("out",)
) -> bytes:
    """Return a model in float32 with one input `x` of two numbers."""
    return model_of(nodes, constants, outputs).SerializeToString()


def model_of(
    nodes: Sequence[NodeProto], constants: Mapping[str, Any], outputs: Sequence[str]
) -> ModelProto:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    made = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        values,
        [numpy_helper.from_array(np.asarray(each, "f4"), name) for name, each in constants.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


node = helper.make_node
W = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def test_layers_of_other_libraries_are_read_from_onnx(tmp_path: Path) -> None:
    like_scikit_learn = graph(
        [
            node("Cast", ["x"], ["cast"], to=TensorProto.FLOAT),
            node("MatMul", ["cast", "k"], ["product"]),
            node("Add", ["product", "b"], ["sum"]),
            node("Softmax", ["sum"], ["p"]),
            node("ArgMax", ["p"], ["best"], axis=1),
            node("Identity", ["p"], ["out"]),
        ],
        {"k": np.transpose(W), "b": [[1.0, 2.0, 3.0]]},
        ("best", "out"),
    )
    of_two_classes = graph(
        [
            node("Gemm", ["x", "w"], ["z"], transB=1),
            node("Sigmoid", ["z"], ["p"]),
            node("Sub", ["one", "p"], ["q"]),
            node("Concat", ["q", "p"], ["out"], axis=1),
        ],
        {"w": [[1.0, 2.0]], "one": [1.0]},
    )
    two = read_weights(written(tmp_path, "two.onnx", of_two_classes))
    assert (two.layer_sizes, two.activations) == ([2, 1], ["sigmoid"])
    like_pytorch = graph(
        [
            node("Transpose", ["w"], ["k"], perm=[1, 0]),
            node("Gemm", ["x", "k", "b"], ["z"]),
            node("Sigmoid", ["z"], ["s"]),
            node("Mul", ["z", "s"], ["a"]),
            node("Gemm", ["a", "v"], ["out"], transB=1),
        ],
        {"w": W, "b": [1.0, 2.0, 3.0], "v": [[1.0, 1.0, 1.0]]},
    )
    first = read_weights(written(tmp_path, "a.onnx", like_scikit_learn))
    assert (np.array(first.weights[0]).tolist(), first.activations) == (W, ["softmax"])
    assert np.array(first.biases[0]).tolist() == [1.0, 2.0, 3.0]
    second = read_weights(written(tmp_path, "b.onnx", like_pytorch))
    assert np.array(second.weights[0]).tolist() == W
    assert (second.layer_sizes, second.activations) == ([2, 3, 1], ["silu", "identity"])
    assert [np.array(each).tolist() for each in second.biases] == [[1.0, 2.0, 3.0], [0.0]]


GEMM = node("Gemm", ["x", "w"], ["z"], transB=1)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([node("LSTM", ["x"], ["out"], name="/l/LSTM")], r"LSTM \(node /l/LSTM\) cannot be"),
        ([GEMM, node("LogSoftmax", ["z"], ["out"])], r"LogSoftmax \(node out\) cannot be"),
        ([GEMM, node("LeakyRelu", ["z"], ["out"], alpha=0.2)], "LeakyRelu .* computes none of"),
        ([GEMM, node("HardSigmoid", ["z"], ["out"])], "HardSigmoid .* computes none of"),
        ([GEMM, node("Add", ["z", "x"], ["out"])], "takes numbers from before the last"),
        ([node("Gemm", ["x", "w"], ["out"], transB=1, alpha=0.5)], "alpha or beta other than 1"),
        ([node("Gemm", ["x", "x"], ["out"])], "has no constant matrix of weights"),
        ([node("Relu", ["x"], ["out"])], r"Relu \(node out\) cannot be imported"),
        ([node("Identity", ["x"], ["out"])], "has no Gemm and no MatMul"),
    ],
)
def test_other_operators_are_refused_by_name(
    tmp_path: Path, nodes: list[NodeProto], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read_weights(written(tmp_path, "net.onnx", graph(nodes, {"w": W})))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "There are no arrays"),
        ({"c.weight": np.ones((2, 2, 3, 3))}, "Array c.weight has 4 dimensions"),
        ({"n.weight": np.ones(3)}, "n.weight has 1 dimensions, unlike .* normalisations"),
        ({"running_mean": np.ones(3)}, "running_mean is neither weights nor biases by its name"),
        ({"a.bias": np.ones(3)}, "Layer a has a bias and no weights"),
        ({"a.weight": np.ones((3, 2)), "a.bias": np.ones(2)}, "a has 3 units and 2 biases"),
        ({"a.weight": np.ones((3, 2)), "b.weight": np.ones((3, 2))}, "a has 3 units and b has 2"),
        ({"arr_0": np.ones(3)}, "arr_0 has 1 dimension, and does not follow after a matrix"),
        ({"a.weight": np.ones((0, 2))}, "a is empty"),
        ({"a.weight": [[1.0]]}, "a.weight is not an array: it is a list"),
    ],
)
def test_other_arrays_are_refused_by_name(arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_weights(arrays)


def header(**entry: Any) -> bytes:
    one = {"dtype": "F64", "shape": [1, 1], "data_offsets": [0, 8]} | entry
    text = json.dumps({"a.weight": one})
    return struct.pack("<Q", len(text)) + text.encode() + bytes(8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"abc", "it has no header"),
        (struct.pack("<Q", 99) + b"{}", "its header is not complete"),
        (struct.pack("<Q", 2) + b"[]", "its header is not an object"),
        (struct.pack("<Q", 2) + b"{!", "its header is not JSON"),
        (header(dtype="I64"), "Array a.weight has numbers of type I64"),
        (header(shape=[1, -1]), "array a.weight has no shape or no place"),
        (header(shape=[2, 1]), "the place of array a.weight does not fit its shape"),
        (header(data_offsets=[8, 16]), "the place of array a.weight does not fit its shape"),
    ],
)
def test_damaged_safetensors_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_weights(written(tmp_path, "net.safetensors", content))


def test_files_of_other_kinds_are_refused_with_what_to_do(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", weight=np.array([[None]]))
    np.savez(tmp_path / "texts.npz", weight=np.array([["a"]]))
    np.savez(tmp_path / "net.npz", data=1)
    with_pickle = (tmp_path / "net.npz").read_bytes().replace(b"data.npy", b"data.pkl")
    written(tmp_path, "net.pt", with_pickle)
    for name, message in (
        ("objects.npz", "The file cannot be read: Object arrays"),
        ("texts.npz", "Array weight has values of type <U1, not numbers"),
        ("net.pt", "a pickle of PyTorch, which can run code. Save the weights with safetensors"),
    ):
        with pytest.raises(ValueError, match=message):
            read_weights(tmp_path / name)
    for content, message in (
        (b"PK\x03\x04 cut", "The file is damaged"),
        (b' {"format": 1}', "from an exported document with import_network"),
        (b"", "The file is empty"),
        (b"\x80\x04\x95", "The file is a Python pickle. Weights are read from .safetensors"),
    ):
        with pytest.raises(ValueError, match=message):
            read_weights(written(tmp_path, "net.bin", content))
    with (tmp_path / "huge.npz").open("wb") as file:
        file.truncate(2**27 + 1)
    with pytest.raises(ValueError, match="The file has 134,217,729 bytes"):
        read_weights(tmp_path / "huge.npz")
    large = ModelWeights([np.ones((1, 2**21))], activations=["relu"])
    with pytest.raises(ValueError, match="bytes, and a request can have 16,777,216"):
        create_with_weights("net", large, "", "")
    with pytest.raises(ValueError, match="is not an ONNX model"):
        read_weights(written(tmp_path, "net.onnx", b"not a model"))
