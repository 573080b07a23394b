"""Exports of a network with a preparation answer the rows of a table as the service does."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clearprop.calls.weights import create_with_weights
from clearprop.v1.training_service_pb2 import CreateNetworkRequest
from clearprop.weights.reading import read_weights
from moments import compiled, moment
from onnx import checker
from onnx.reference import ReferenceEvaluator

from service.faces.messages.networks import new_network
from service.use_cases.exports.moment import Moment
from service.use_cases.exports.onnx_graph import model
from service.use_cases.exports.safetensors import safetensors
from service.use_cases.exports.source.python_source import python_source
from training.engine import activations
from training.errors import validating
from training.measures.answers import Answers, answers_of
from training.network import Array, initial_parameters
from training.numerics.activations import Activation
from training.tables.encoding import Column, encode_inputs
from training.tables.preparation import Preparation
from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Scaling,
    Table,
    TargetKind,
    Targets,
)

#: Columns with names that programs cannot have, and that exports use themselves.
COLUMNS = (
    InputColumn("outputs", has_missing=True),
    InputColumn(
        'the "job"?? \\ ü', ColumnKind.CATEGORY, ("clerk", 'a "b"\n??/ ü'), has_missing=True
    ),
    InputColumn("layer_1_weights"),
    InputColumn("class", ColumnKind.CATEGORY, ("x", "y", "z")),
)
CLASSES = Targets(TargetKind.CLASSES, ("kind",), ("no", "maybe ü", "yes"))
LABELS = Targets(TargetKind.LABELS, ("a", "b", "c"))
NUMBERS = Targets(TargetKind.NUMBERS, ("height", "weight", "age"))
INPUTS = 9

ROWS: list[dict[str, Any]] = [
    {"outputs": number, COLUMNS[1].name: job, "layer_1_weights": other, "class": letter}
    for number, job, other, letter in (
        (1.5, "clerk", 0.25, "x"),
        (nan, 'a "b"\n??/ ü', -7.125, "z"),
        (-3.3, "", nan, "y"),
        (1e-300, "clerk", 12345.678, "z"),
        (nan, "", 0.1, "x"),
    )
]


def prepared(targets: Targets, *, scales: bool = True) -> Moment:
    random = np.random.default_rng(3)
    table = Table(
        COLUMNS,
        targets,
        Scaling.STANDARDIZE if scales else Scaling.NONE,
        Filling(FillingKind.MEAN),
    )
    is_number = [unit.is_number for unit in table.input_units]

    def learned(least: float, unchanged: float) -> tuple[float, ...]:
        drawn = random.uniform(least, 2.0, INPUTS)
        return tuple(np.where(is_number, drawn, unchanged).tolist())

    back = scales and targets.kind is TargetKind.NUMBERS
    preparation = Preparation(
        table,
        fills=learned(-2.0, 0.0),
        offsets=learned(-2.0, 0.0) if scales else (),
        scales=learned(0.3, 1.0) if scales else (),
        target_offsets=(0.1, -2.0, 3.3) if back else (),
        target_scales=(0.7, 3.0, 1.1) if back else (),
    )
    last = {
        TargetKind.CLASSES: Activation.SOFTMAX,
        TargetKind.LABELS: Activation.SIGMOID,
        TargetKind.NUMBERS: Activation.IDENTITY,
    }[targets.kind]
    plain = moment((INPUTS, 5, 3), (Activation.TANH, last), random.standard_normal, bias=True)
    return replace(plain, network=replace(plain.network, preparation=preparation))


def answered(some: Moment, rows: Sequence[dict[str, Any]]) -> tuple[Array, Answers]:
    """Return the outputs and answers of the service."""
    preparation = some.network.preparation
    assert preparation is not None
    columns = [
        Column(each.name, np.array([]), [row[each.name] for row in rows])
        if each.categories
        else Column(each.name, np.array([row[each.name] for row in rows]))
        for each in COLUMNS
    ]
    with validating() as violations:
        encoded = encode_inputs(violations, preparation.table, columns)
    assert encoded is not None
    inputs = preparation.inputs(encoded)
    outputs = activations(some.network, some.state.parameters, inputs)[:, -3:]
    return outputs, answers_of(some.network, outputs)


def wanted_outputs(some: Moment) -> Array:
    outputs, answers = answered(some, ROWS)
    values: Array = np.array(answers.values)
    return values if values.size else outputs


EVERY = pytest.mark.parametrize("targets", [CLASSES, LABELS, NUMBERS])
SCALED = pytest.mark.parametrize("scales", [False, True])


@SCALED
@EVERY
def test_python_answers_rows_with_the_bits_of_the_service(targets: Targets, scales: bool) -> None:
    some = prepared(targets, scales=scales)
    module: dict[str, Any] = {}
    exec("".join(python_source(some)), module)  # noqa: S102 - it is the file to test
    outputs = np.array([module["predict"](row) for row in ROWS])
    assert outputs.tobytes() == wanted_outputs(some).tobytes()
    _, answers = answered(some, ROWS)
    if targets is CLASSES:
        assert [(module["predict_class"](row),) for row in ROWS] == answers.classes
    if targets is LABELS:
        assert [tuple(module["predict_labels"](row)) for row in ROWS] == answers.classes
    shuffled = dict(reversed(ROWS[0].items()))
    assert module["predict"](shuffled) == outputs[0].tolist()
    assert module["predict"](ROWS[4] | {"outputs": None}) == outputs[4].tolist()
    for change, message in (
        ({"age": 1}, "unknown column 'age'"),
        ({"class": "w"}, "the column 'class' has 'w', and not one of"),
        ({"class": None}, "the column 'class' has no value"),
        ({"outputs": "1"}, "the column 'outputs' has '1', which is not a finite number"),
        ({"outputs": float("inf")}, "which is not a finite number"),
    ):
        with pytest.raises(ValueError, match=message):
            module["predict"](ROWS[0] | change)
    with pytest.raises(ValueError, match="the column 'class' is not there"):
        module["predict"](
            {name: ROWS[0][name] for name in ("outputs", "layer_1_weights", COLUMNS[1].name)}
        )


@SCALED
@EVERY
def test_c_answers_rows_with_the_bits_of_the_service(
    targets: Targets, scales: bool, tmp_path: Path
) -> None:
    some = prepared(targets, scales=scales)
    library = compiled(some, tmp_path)
    library.category.restype = ctypes.c_double
    given = np.array([[*places(library, row)] for row in ROWS])
    outputs = np.empty((len(ROWS), 3))
    for row, found in zip(given, outputs, strict=True):
        assert library.predict(pointer(row), pointer(found)) == 0
    assert outputs.tobytes() == wanted_outputs(some).tobytes()
    _, answers = answered(some, ROWS)
    if targets is CLASSES:
        names = (ctypes.c_char_p * 3).in_dll(library, "class_names")
        best = [library.predicted_class(pointer(row)) for row in outputs]
        assert [(names[place].decode(),) for place in best] == answers.classes
        assert library.predicted_class(pointer(np.array([1.0, nan, 0.0]))) == -1
    if targets is LABELS:
        for row, labels in zip(outputs, answers.classes, strict=True):
            has = [library.has_label(pointer(row), place) for place in range(3)]
            assert has == [name in labels for name in targets.names]


def test_c_refuses_rows_that_do_not_fit(tmp_path: Path) -> None:
    library = compiled(prepared(CLASSES), tmp_path)
    library.category.restype = ctypes.c_double
    assert library.category(3, b"w") == -1.0
    outputs = np.empty(3)
    for column, value in ((3, nan), (3, -1.0), (3, 3.0), (3, 0.5), (0, np.inf), (1, 1e300)):
        wrong = np.array([*places(library, ROWS[0])])
        wrong[column] = value
        assert library.predict(pointer(wrong), pointer(outputs)) == column + 1


def test_columns_of_numbers_alone_need_no_fills_and_categories(tmp_path: Path) -> None:
    table = Table((InputColumn("a"), InputColumn("b")), Targets(TargetKind.NUMBERS, ("y",)))
    plain = moment((2, 1), (Activation.IDENTITY,), np.ones, bias=False)
    some = replace(plain, network=replace(plain.network, preparation=Preparation(table)))
    outputs, row = np.empty(1), np.array([0.25, 1.5])
    assert compiled(some, tmp_path).predict(pointer(row), pointer(outputs)) == 0
    module: dict[str, Any] = {}
    exec("".join(python_source(some)), module)  # noqa: S102 - it is the file to test
    assert module["predict"]({"b": 1.5, "a": 0.25}) == outputs.tolist() == [1.75]
    given = {"a": np.array([[0.25]]), "b": np.array([[1.5]])}
    assert np.array(ReferenceEvaluator(model(some)).run(None, given)).tolist() == [[[1.75]]]


def test_programs_take_only_true_and_false_where_the_network_knows_nothing_else(
    tmp_path: Path,
) -> None:
    table = Table((InputColumn("a", ColumnKind.BOOLEAN),), Targets(TargetKind.NUMBERS, ("y",)))
    plain = moment((1, 1), (Activation.IDENTITY,), np.ones, bias=False)
    some = replace(plain, network=replace(plain.network, preparation=Preparation(table)))
    library, outputs = compiled(some, tmp_path), np.empty(1)
    module: dict[str, Any] = {}
    exec("".join(python_source(some)), module)  # noqa: S102 - it is the file to test
    assert (module["predict"]({"a": True}), module["predict"]({"a": 0})) == ([1.0], [0.0])
    assert library.predict(pointer(np.array([1.0])), pointer(outputs)) == 0
    with pytest.raises(ValueError, match="'a' has 5, which is neither True nor False"):
        module["predict"]({"a": 5})
    assert library.predict(pointer(np.array([5.0])), pointer(outputs)) == 1


def places(library: ctypes.CDLL, row: dict[str, Any]) -> Iterator[float]:
    """Yield the numbers of a row, and the places of its categories."""
    for place, column in enumerate(COLUMNS):
        value = row[column.name]
        if column.categories:
            yield library.category(place, value.encode()) if value else nan
        else:
            yield value


def pointer(numbers: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(numbers.ctypes.data)


@SCALED
@EVERY
@pytest.mark.parametrize("short", [False, True])
def test_onnx_answers_rows_as_the_service(targets: Targets, scales: bool, short: bool) -> None:
    some = prepared(targets, scales=scales)
    made = model(replace(some, float32=short))
    checker.check_model(made, full_check=True)
    number = np.float32 if short else np.float64
    given = {
        column.name: np.array(
            [[row[column.name]] for row in ROWS], object if column.categories else number
        )
        for column in COLUMNS
    }
    found: Any = ReferenceEvaluator(made).run(None, given)
    outputs, *classes = found
    tolerance = 1e-3 if short else 1e-12
    np.testing.assert_allclose(outputs, wanted_outputs(some), rtol=tolerance, atol=tolerance)
    assert len(classes) == (targets is CLASSES)
    if classes:
        _, answers = answered(some, ROWS)
        assert [(each,) for each in classes[0].tolist()] == answers.classes


@SCALED
@EVERY
def test_a_preparation_is_imported_with_the_weights(
    targets: Targets, scales: bool, tmp_path: Path
) -> None:
    some = prepared(targets, scales=scales)
    (tmp_path / "net.onnx").write_bytes(model(some).SerializeToString())
    (tmp_path / "net.safetensors").write_bytes(b"".join(safetensors(some)))
    for name in ("net.onnx", "net.safetensors"):
        found = read_weights(tmp_path / name)
        request = create_with_weights("copy", found, "", "").request
        assert isinstance(request, CreateNetworkRequest)
        wanted = new_network(request)
        assert wanted.preparation == some.network.preparation
        assert wanted.activations == some.network.activations
        flat = initial_parameters(some.network, wanted.initial_parameters)
        assert flat.tobytes() == some.state.parameters.tobytes()
