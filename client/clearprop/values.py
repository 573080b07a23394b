"""Conversion of numbers and names between Python, with or without NumPy, and the contract."""

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from importlib.util import find_spec
from math import inf, isnan
from operator import index
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from clearprop.v1.network_pb2 import LayerParameters

HAS_NUMPY = find_spec("numpy") is not None

if TYPE_CHECKING:
    import numpy as np
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper
    from numpy.typing import NDArray

    #: A float64 array [rows, columns]; without NumPy a list of lists of float.
    Matrix: TypeAlias = NDArray[np.float64]
    #: A float64 array of numbers; without NumPy a list of float.
    Vector: TypeAlias = NDArray[np.float64]
    #: An array of numbers of any type.
    Numbers: TypeAlias = NDArray[Any]
else:
    Matrix = Vector = Numbers = Any

#: An argument that is a matrix: an array, or a sequence of sequences of numbers.
MatrixLike: TypeAlias = Numbers | Sequence[Sequence[float]]

#: An argument that is a vector: an array, or a sequence of numbers.
VectorLike: TypeAlias = Numbers | Sequence[float]

#: An argument that yields rows, one after the other: a matrix, or an iterable of vectors.
RowsLike: TypeAlias = Numbers | Iterable[VectorLike]

#: An argument that has a row of targets for each example, or a number where there is one target.
TargetMatrixLike: TypeAlias = Numbers | Sequence[Sequence[float] | float]

#: An argument that yields a row of targets for each example, or a number where there is one target.
TargetsLike: TypeAlias = Numbers | Iterable[VectorLike | float]

#: An argument that yields a weight for each example.
WeightsLike: TypeAlias = Numbers | Iterable[float]

EnumT = TypeVar("EnumT", bound=int)

#: Whether the rows of a layer's matrix are its units or its inputs.
LayoutName: TypeAlias = Literal["units-inputs", "inputs-units"]
LAYOUTS: tuple[LayoutName, LayoutName] = ("units-inputs", "inputs-units")

#: The dimensions of an array with a matrix for each layer.
_LAYERS_DIMENSIONS = 3

#: The smallest power of two that is larger than any float64.
_TOO_LARGE = 2**1024

#: Types that can be iterated over, but are not rows: text, and collections without an order.
_NO_ROWS = (str, bytes, bytearray, Mapping, AbstractSet)


def rows_of(matrix: RowsLike, name: str) -> list[list[float]]:
    """Return the rows of a matrix as lists of float.

    Raises ValueError, naming the argument, for anything but rows of numbers, and for an integer
    that a float64 cannot hold exactly.
    """
    try:
        rows = list(iterated(matrix))
        return [numbers_of(row, f"{name}[{place}]") for place, row in enumerate(rows)]
    except TypeError:
        raise ValueError(f"{name} must be rows of numbers, such as [[0, 1], [1, 0]].") from None


def target_rows_of(targets: TargetsLike) -> list[list[float]]:
    """Return the rows of targets as lists of float, as `rows_of` does: a number is a row of one."""
    try:
        rows: RowsLike = [target_row(row) for row in iterated(targets)]
    except TypeError:
        raise ValueError("targets must be rows of numbers, such as [[0], [1]].") from None
    return rows_of(rows, "targets")


def target_row(row: Any) -> Any:  # noqa: ANN401 - whatever a caller gives
    """Return a row of targets: a number is a row of one."""
    is_number = isinstance(row, int | float) or getattr(row, "ndim", None) == 0
    return [row] if is_number else row


def iterated(values: Any) -> Iterable[Any]:  # noqa: ANN401 - whatever a caller gives
    """Return an iterable of the rows of a matrix or data frame, or the items of a sequence.

    Raises TypeError for text, which is never iterated letter by letter, and for collections without
    an order.
    """
    if isinstance(values, _NO_ROWS):
        raise TypeError
    # Iterating over a data frame yields the names of its columns.
    items: Iterable[Any] = values.to_numpy() if hasattr(values, "to_numpy") else values
    iter(items)
    return items


def labels_of(labels: Any) -> dict[str, str]:  # noqa: ANN401 - whatever a caller gives
    """Return labels as a message takes them. Raises ValueError for what is not texts by name."""
    found = labels or {}
    if not isinstance(found, Mapping) or not all(
        isinstance(text, str) for pair in found.items() for text in pair
    ):
        raise ValueError("labels must be texts by name, such as {'team': 'vision'}.")
    return dict(found)


def numbers_of(row: VectorLike, name: str) -> list[float]:
    """Return the numbers of a row as a list of float.

    Raises TypeError for anything but numbers, and ValueError, naming the row, for an integer that a
    float64 cannot hold exactly.
    """
    if isinstance(row, _NO_ROWS):
        raise TypeError
    values: list[Any] = row.tolist() if hasattr(row, "tolist") else list(row)
    try:
        numbers = array("d", values).tolist()  # refuses text
    except OverflowError:
        numbers = [float(value) if abs(value) < _TOO_LARGE else inf for value in values]
    for place, value in enumerate(values):
        if type(value) is not float and _is_rounded(value, numbers[place]):
            raise ValueError(
                f"{name}[{place}] is {value}, which a float64 cannot hold exactly: convert it to a"
                " float first."
            )
    return numbers


def weights_of_examples(weights: VectorLike, name: str) -> list[float]:
    """Return weights as a list of float. Raises ValueError for anything but numbers."""
    try:
        return numbers_of(weights, name)
    except TypeError:
        raise ValueError(f"{name} must have numbers only, such as 1 and 0.5.") from None


def _is_rounded(value: Any, number: float) -> bool:  # noqa: ANN401 - whatever has a float
    if hasattr(value, "__index__"):
        return index(value) != number
    # NumPy's longdouble has more digits. A Decimal or a Fraction means the nearest float.
    return hasattr(value, "dtype") and not isnan(number) and bool(value != number)


def matrix_of(values: Sequence[float], columns: int) -> Matrix:
    """Return numbers in row-major order as a matrix [rows, columns]."""
    if HAS_NUMPY:
        return _array(values).reshape(-1, columns)
    return matrix_of_rows(
        values[start : start + columns] for start in range(0, len(values), columns)
    )


def matrix_of_rows(rows: Iterable[Iterable[float]]) -> Matrix:
    """Return rows of equal length as a matrix."""
    lists: Any = [list(row) for row in rows]
    return _array(lists) if HAS_NUMPY else lists


def weights_of(layers: Iterable[LayerParameters]) -> list[Matrix]:
    """Return the weights of each layer as a matrix [units, inputs]."""
    return [matrix_of(layer.weights, layer.inputs) for layer in layers]


def biases_of(layers: Iterable[LayerParameters]) -> list[Vector]:
    """Return the biases of each layer as a vector [units], empty if it has none."""
    return [vector_of(layer.biases) for layer in layers]


def vector_of(values: Iterable[float]) -> Vector:
    """Return numbers as a vector."""
    # NumPy reads the numbers of a message directly.
    numbers: Any = values if isinstance(values, Sequence) and HAS_NUMPY else list(values)
    return _array(numbers) if HAS_NUMPY else numbers


def _array(values: Any) -> "NDArray[np.float64]":  # noqa: ANN401 - as of NumPy itself
    # Here, not above: importing NumPy is a fifth of the start-up time of a command.
    import numpy as np  # noqa: PLC0415

    return np.array(values, dtype=np.float64)


def layers_of(
    weights: Iterable[MatrixLike],
    biases: Iterable[VectorLike],
    prefix: str = "",
    layout: str = "units-inputs",
) -> list[LayerParameters]:
    """Return matrices in a layout, and vectors [units] if any, as messages of the contract.

    Raises ValueError for values that are not numbers, for rows of different lengths, for an unknown
    layout, and for weights and biases of different numbers of layers. Its messages name the
    arguments `weights` and `biases`, with `prefix` before them.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"Unknown layout {layout!r}. Use one of {', '.join(LAYOUTS)}.")
    matrices = [
        _weights_of(matrix, f"{prefix}weights[{place}]", layout)
        for place, matrix in enumerate(_layers(weights, f"{prefix}weights"))
    ]
    vectors = rows_of(biases, f"{prefix}biases")
    if vectors and len(vectors) != len(matrices):
        raise ValueError(
            f"There are {prefix}weights for {len(matrices)} layers and {prefix}biases for"
            f" {len(vectors)}: give both for every layer."
        )
    return [
        LayerParameters(
            units=len(rows),
            inputs=len(rows[0]) if rows else 0,
            weights=[value for row in rows for value in row],
            biases=vectors[place] if vectors else (),
        )
        for place, rows in enumerate(matrices)
    ]


def _layers(weights: Iterable[MatrixLike], name: str) -> Iterable[MatrixLike]:
    """Return an iterable of a matrix for each layer. Raises ValueError for a single matrix."""
    try:
        if getattr(weights, "ndim", _LAYERS_DIMENSIONS) == _LAYERS_DIMENSIONS:
            return iterated(weights)
    except TypeError:
        pass
    raise ValueError(f"{name} must be a sequence with a matrix for each layer.")


def _weights_of(matrix: MatrixLike, name: str, layout: str) -> list[list[float]]:
    """Return the weights of a layer as rows [units, inputs]."""
    rows = rows_of(matrix, name)
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"The rows of {name} have different lengths.")
    return [list(column) for column in zip(*rows, strict=True)] if layout == LAYOUTS[1] else rows


def enum_name(enum: "_EnumTypeWrapper[EnumT]", value: EnumT) -> str:
    """Return the name of an enum's value without the name of the enum, such as RUNNING.

    The name of an unknown value, of a newer service, is its number.
    """
    known = enum.DESCRIPTOR.values_by_number.get(value)
    return str(value) if known is None else known.name.removeprefix(_prefix(enum))


def enum_word(enum: "_EnumTypeWrapper[EnumT]", value: EnumT) -> str:
    """Return the word for an enum's value in calls and commands, such as `leaky-relu`."""
    return _word(enum_name(enum, value))


def enum_value(enum: "_EnumTypeWrapper[EnumT]", name: str) -> EnumT:
    """Return the value of an enum by its name, such as `sigmoid` or `cross-entropy`.

    Raises ValueError for an unknown name, with the known ones.
    """
    full_name = _prefix(enum) + str(name).upper().replace("-", "_")
    names = enum.keys()
    if full_name not in names:
        raise ValueError(
            f"Unknown {_title(enum)} {name!r}. Use one of {', '.join(enum_choices(enum))}."
        )
    return enum.Value(full_name)


def enum_choices(enum: "_EnumTypeWrapper[EnumT]") -> list[str]:
    """Return the words for the values that a request can have."""
    words = [enum_word(enum, value) for value in enum.values()[1:]]
    # A request sets explicit parameters themselves, not the name.
    return [word for word in words if word != "explicit"]


def _title(enum: "_EnumTypeWrapper[EnumT]") -> str:
    """Return the name of an enum for sentences: `cost function` for CostFunction."""
    words = re.findall("[A-Z][a-z]+", enum.DESCRIPTOR.name.removesuffix("Kind"))
    return " ".join(words).lower()


def _word(name: str) -> str:
    return name.lower().replace("_", "-")


def _prefix(enum: "_EnumTypeWrapper[EnumT]") -> str:
    """Return the prefix of the names of an enum's values: `RUN_STATE_` for RunState."""
    return enum.keys()[0].removesuffix("UNSPECIFIED")
