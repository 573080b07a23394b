"""Vectors of the same length are read at once, with the same bits as one by one."""

from typing import Any

import numpy as np
import pytest
from clearprop.v1 import network_pb2, training_set_pb2
from clearprop.v1 import training_service_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import tries

from service.faces.messages.training_sets import example_rows
from service.faces.messages.uniform_rows import uniform_rows
from training.training_set import Examples

ids = st.text(max_size=200)
widths = st.integers(1, 40)
counts = st.integers(64, 200)


def numbers(count: int, width: int) -> Any:
    # Any bits, with NaNs.
    return np.random.default_rng(count).bytes(8 * count * width)


@settings(max_examples=tries(15))
@given(ids, st.none() | st.integers(0, 2**40), st.booleans(), counts, widths)
def test_inputs_have_the_same_bits(
    network: str, update: int | None, activations: bool, count: int, width: int
) -> None:
    matrix = np.frombuffer(numbers(count, width)).reshape(count, width)
    request = pb.PredictRequest(
        network=network,
        update=update,
        inputs=[network_pb2.Vector(values=row) for row in matrix],
        activations=activations,
    )
    uniform = uniform_rows(request, "inputs", ("values",))
    assert uniform is not None
    assert uniform[0].tobytes() == matrix.tobytes()
    assert uniform[0].flags.aligned


@settings(max_examples=tries(15))
@given(ids, ids, counts, widths, widths)
def test_examples_have_the_same_bits(
    training_set: str, request_id: str, count: int, inputs: int, targets: int
) -> None:
    matrix = np.frombuffer(numbers(count, inputs + targets)).reshape(count, -1)
    examples = [
        training_set_pb2.Example(inputs=row[:inputs], targets=row[inputs:]) for row in matrix
    ]
    for kind in (pb.CreateTrainingSetRequest, pb.UploadTrainingSetRequest):
        request = kind(training_set=training_set, request_id=request_id, examples=examples)
        uniform = uniform_rows(request, "examples", ("inputs", "targets"))
        assert uniform is not None
        assert np.hstack(uniform).tobytes() == matrix.tobytes()


@settings(max_examples=tries(15))
@given(counts, widths, widths)
def test_weights_of_examples_have_the_same_bits(count: int, inputs: int, targets: int) -> None:
    matrix = np.frombuffer(numbers(count, inputs + targets + 1)).reshape(count, -1)
    examples = [
        training_set_pb2.Example(
            inputs=row[:inputs], targets=row[inputs:-1], weight=row[-1] if index else 0.0
        )
        for index, row in enumerate(matrix)
    ]
    request = pb.CreateTrainingSetRequest(examples=examples)
    found = example_rows(request)
    assert isinstance(found, Examples)
    assert found.weights is not None
    assert found.weights[0] == 0.0
    assert found.weights[1:].tobytes() == matrix[1:, -1].tobytes()
    assert found.inputs.tobytes() == matrix[:, :inputs].tobytes()
    request.examples[-1].ClearField("weight")
    rows = example_rows(request)
    assert isinstance(rows, list)
    assert rows[-1][2] == 1.0
    assert [row[2] for row in rows[:-1]] == pytest.approx(found.weights[:-1].tolist(), nan_ok=True)


@pytest.mark.parametrize(
    "vectors",
    [
        [],
        [[1.0]] * 63,
        [[]] * 100,
        [*[[1.0]] * 99, [1.0, 2.0]],
        [[1.0, 2.0], *[[1.0]] * 99],
        [*[[1.0]] * 50, [], [1.0, 2.0], *[[1.0]] * 50],
    ],
)
def test_vectors_that_differ_or_are_few_are_not_read_at_once(vectors: list[list[float]]) -> None:
    request = pb.PredictRequest(
        network="net", inputs=[network_pb2.Vector(values=each) for each in vectors]
    )
    assert uniform_rows(request, "inputs", ("values",)) is None


def test_unknown_fields_do_not_mislead() -> None:
    request = pb.PredictRequest(inputs=[network_pb2.Vector(values=[1.0, 2.0])] * 100)
    unknown = b"\xaa\x06\x03abc"  # field 101
    for content in (
        request.SerializeToString() + unknown,
        unknown + request.SerializeToString(),
        request.SerializeToString() + b"\x1a\x18\x0a\x10" + bytes(16) + unknown,
    ):
        parsed = pb.PredictRequest.FromString(content)
        uniform = uniform_rows(parsed, "inputs", ("values",))
        expected = np.array([each.values for each in parsed.inputs])
        assert uniform is None or uniform[0].tobytes() == expected.tobytes()
