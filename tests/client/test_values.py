"""Numbers go in as lists or arrays and come out as arrays, or as lists where there is no NumPy."""

import subprocess
import sys
from typing import Any

import clearprop.values
import numpy as np
import pytest
from clearprop import State
from clearprop.v1.network_pb2 import Activation, LayerParameters
from clearprop.v1.run_pb2 import RunState
from clearprop.v1.update_pb2 import State as StateMessage
from clearprop.values import enum_name, enum_value, layers_of, rows_of

LAYERS = [
    LayerParameters(units=2, inputs=3, weights=[1, 2, 3, 4, 5, 6]),
    LayerParameters(units=1, inputs=2, weights=[0.1, -0.0]),
]


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
def test_what_is_accepted_as_a_matrix(matrix: Any) -> None:
    assert rows_of(matrix, "inputs") == [[0.0, 1.5], [2.0, 3.0]]


@pytest.mark.parametrize("matrix", [[0, 1], 5, [["a", "b"]], [None], np.zeros((2, 2, 2))])
def test_what_is_no_matrix_is_refused_by_its_name(matrix: Any) -> None:
    with pytest.raises(ValueError, match="inputs must be rows of numbers"):
        rows_of(matrix, "inputs")


def test_parameters_are_arrays() -> None:
    first, second = State(StateMessage(layers=LAYERS)).parameters
    assert first.dtype == np.float64
    np.testing.assert_array_equal(first, [[1, 2, 3], [4, 5, 6]])
    assert second.shape == (1, 2)
    assert np.signbit(second[0, 1])


def test_parameters_are_lists_without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearprop.values, "HAS_NUMPY", False)
    parameters = State(StateMessage(layers=LAYERS)).parameters
    assert repr(parameters) == "[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[0.1, -0.0]]]"


def test_the_client_works_where_numpy_is_not_installed() -> None:
    code = """
import sys
sys.modules["numpy"] = None
import clearprop, clearprop.aio
from clearprop.v1.network_pb2 import LayerParameters
from clearprop.values import matrices_of
assert matrices_of([LayerParameters(units=1, inputs=2, weights=[1, 2])]) == [[[1.0, 2.0]]]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parameters_go_back_as_they_came() -> None:
    assert layers_of(clearprop.values.matrices_of(LAYERS), "initial_parameters") == LAYERS


def test_names_of_enums() -> None:
    assert enum_name(RunState, RunState.RUN_STATE_PAUSED) == "PAUSED"
    assert enum_name(RunState, RunState.ValueType(77)) == "77"
    assert enum_value(Activation, "sigmoid") == Activation.ACTIVATION_SIGMOID
    with pytest.raises(ValueError, match=r"there is no 'soft'.*sigmoid"):
        enum_value(Activation, "soft")
