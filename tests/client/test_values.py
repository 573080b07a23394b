"""Arguments are lists or arrays; results are arrays, or lists without NumPy."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import clearprop.values
import numpy as np
import pytest
from clearprop import State
from clearprop.uploads import Upload
from clearprop.v1.network_pb2 import Activation, CostFunction, InitializerKind, LayerParameters
from clearprop.v1.run_pb2 import OptimizerKind, RunState
from clearprop.v1.update_pb2 import State as StateMessage
from clearprop.values import enum_name, enum_value, enum_word, layers_of, rows_of

LAYERS = [
    LayerParameters(units=2, inputs=3, weights=[1, 2, 3, 4, 5, 6], biases=[7, 8]),
    LayerParameters(units=1, inputs=2, weights=[0.1, -0.0], biases=[-0.0]),
]
WITHOUT_BIASES = [LayerParameters(units=1, inputs=2, weights=[1, 2])]


@pytest.mark.parametrize(
    "matrix",
    [
        [[0, 1.5], [2, 3]],
        ((0, 1.5), (2, 3)),
        np.array([[0, 1.5], [2, 3]]),
        np.array([[0, 1.5], [2, 3]], dtype=np.float32),
        [np.array([0, 1.5]), [np.int64(2), True + 2]],
    ],
)
def test_matrices_of_many_types_are_accepted(matrix: Any) -> None:
    assert rows_of(matrix, "inputs") == [[0.0, 1.5], [2.0, 3.0]]


class Frame:
    """Yields the names of its columns, as a data frame does."""

    def __iter__(self) -> Iterator[str]:
        return iter(["1", "2"])

    def to_numpy(self) -> Any:
        return np.array([[0, 1.5], [2, 3]])


def test_a_data_frame_is_a_matrix() -> None:
    assert rows_of(Frame(), "inputs") == [[0.0, 1.5], [2.0, 3.0]]  # type: ignore[arg-type]


NO_MATRICES = [
    *([0, 1], 5, [["a", "b"]], [None], np.zeros((2, 2, 2)), np.array([["1"]])),
    *("01", b"01", ["01"], [b"01"], [["0", "1"]], [bytearray(b"01")], {0: [1]}, [{0, 1}], [{0: 1}]),
]


@pytest.mark.parametrize("matrix", NO_MATRICES, ids=repr)
def test_other_types_are_refused_by_the_name_of_the_argument(matrix: Any) -> None:
    with pytest.raises(ValueError, match="inputs must be rows of numbers"):
        rows_of(matrix, "inputs")
    with pytest.raises(ValueError, match="inputs"):
        list(Upload("set", matrix, [[1], [1]], "id"))
    for layers in ([matrix], *([] if isinstance(matrix, np.ndarray) else [matrix])):
        with pytest.raises(ValueError, match="weights"):
            layers_of(layers, [])


INEXACT: list[Any] = [
    2**53 + 1,
    -(2**64) + 1,
    10**400,
    np.int64(2**53 + 1),
    np.uint64(2**64 - 1),
    np.longdouble(1) + np.finfo(np.longdouble).eps,
]


@pytest.mark.parametrize("value", INEXACT, ids=repr)
def test_integers_that_a_float64_cannot_hold_are_refused_by_their_index(value: Any) -> None:
    for row in ([1.0, value], [np.nan, value]):
        with pytest.raises(ValueError, match=r"inputs\[0\]\[1\] is .* cannot hold exactly"):
            rows_of([row], "inputs")
        with pytest.raises(ValueError, match=r"targets\[0\]\[1\] is .* cannot hold exactly"):
            list(Upload("set", [[1]], [row], "id"))


def test_weights_with_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rows of weights\[0\] have different lengths"):
        layers_of([[[1, 2], [3]]], [])


@pytest.mark.parametrize("weights", [np.zeros((2, 2)), "12", {}], ids=repr)
def test_a_single_matrix_is_refused_as_weights_of_all_layers(weights: Any) -> None:
    with pytest.raises(ValueError, match="weights must be a sequence with a matrix for each layer"):
        layers_of(weights, [])


def test_parameters_are_arrays() -> None:
    state = State(StateMessage(layers=LAYERS))
    first, second = state.weights
    assert first.dtype == np.float64
    np.testing.assert_array_equal(first, [[1, 2, 3], [4, 5, 6]])
    assert second.shape == (1, 2)
    assert np.signbit(second[0, 1])
    assert [biases.tolist() for biases in state.biases] == [[7, 8], [0]]
    assert np.signbit(state.biases[1][0])


def test_parameters_are_lists_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearprop.values, "HAS_NUMPY", False)
    state = State(StateMessage(layers=LAYERS))
    assert repr(state.weights) == "[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[0.1, -0.0]]]"
    assert repr(state.biases) == "[[7.0, 8.0], [-0.0]]"


def test_a_network_without_biases_has_empty_ones() -> None:
    assert [list(each) for each in State(StateMessage(layers=WITHOUT_BIASES)).biases] == [[]]


def test_the_client_works_where_numpy_is_not_installed() -> None:
    code = """
import sys
sys.modules["numpy"] = None
import clearprop, clearprop.aio
from clearprop.v1.network_pb2 import LayerParameters
from clearprop.uploads import Upload
from clearprop.values import weights_of
assert weights_of([LayerParameters(units=1, inputs=2, weights=[1, 2])]) == [[[1.0, 2.0]]]
assert [len(message.examples) for message in Upload("s", [[1]], [[2]], "r")] == [1]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("layers", [LAYERS, WITHOUT_BIASES])
def test_parameters_are_sent_as_they_were_received(layers: list[LayerParameters]) -> None:
    state = State(StateMessage(layers=layers))
    biases = state.biases if any(map(len, state.biases)) else []
    assert layers_of(state.weights, biases) == layers


def test_biases_of_more_layers_than_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="weights for 1 layers and biases for 2"):
        layers_of([[[1.0]]], [[1.0], [2.0]])


def test_names_of_enums() -> None:
    assert enum_name(RunState, RunState.RUN_STATE_PAUSED) == "PAUSED"
    assert enum_name(RunState, RunState.ValueType(77)) == "77"
    with pytest.raises(ValueError, match=r"Unknown activation 'soft'\. Use one of sigmoid, tanh"):
        enum_value(Activation, "soft")


@pytest.mark.parametrize("enum", [Activation, CostFunction, InitializerKind, OptimizerKind])
def test_every_word_is_converted_back_to_its_value(enum: Any) -> None:
    words = [enum_word(enum, value) for value in enum.values()]
    assert [enum_value(enum, word) for word in words] == list(enum.values())
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", word) for word in words)
