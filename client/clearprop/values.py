"""Numbers on their way in and out: rows of floats, and matrices as NumPy arrays if it is there."""

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from clearprop.v1.network_pb2 import LayerParameters

HAS_NUMPY = find_spec("numpy") is not None

if TYPE_CHECKING or HAS_NUMPY:
    import numpy as np

if TYPE_CHECKING:
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

#: What is accepted where a matrix is wanted: an array, or a sequence of sequences of numbers.
MatrixLike: TypeAlias = Numbers | Sequence[Sequence[float]]

#: What is accepted where a vector is wanted: an array, or a sequence of numbers.
VectorLike: TypeAlias = Numbers | Sequence[float]

#: What is accepted where rows may come one after the other: a matrix, or whatever yields rows.
RowsLike: TypeAlias = Numbers | Iterable[VectorLike]

EnumT = TypeVar("EnumT", bound=int)


def rows_of(matrix: RowsLike, name: str) -> list[list[float]]:
    """Return the rows of a matrix as lists of float.

    Raises ValueError, naming the argument, for what is not a sequence of sequences of numbers.
    """
    try:
        return [[float(value) for value in row] for row in matrix]
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be rows of numbers, such as [[0, 1], [1, 0]]") from None


def matrix_of(values: Sequence[float], columns: int) -> Matrix:
    """Return numbers given row after row as a matrix [rows, columns]."""
    if HAS_NUMPY:
        return np.array(values, dtype=np.float64).reshape(-1, columns)
    return matrix_of_rows(
        values[start : start + columns] for start in range(0, len(values), columns)
    )


def matrix_of_rows(rows: Iterable[Iterable[float]]) -> Matrix:
    """Return rows of equal length as a matrix."""
    lists: Any = [list(row) for row in rows]
    return np.array(lists, dtype=np.float64) if HAS_NUMPY else lists


def weights_of(layers: Iterable[LayerParameters]) -> list[Matrix]:
    """Return the weights of each layer as a matrix [units, inputs]."""
    return [matrix_of(layer.weights, layer.inputs) for layer in layers]


def biases_of(layers: Iterable[LayerParameters]) -> list[Vector]:
    """Return the biases of each layer as a vector [units], empty where it has none."""
    return [vector_of(layer.biases) for layer in layers]


def vector_of(values: Iterable[float]) -> Vector:
    """Return numbers as a vector."""
    # Of a message's numbers NumPy takes the memory as it is.
    numbers: Any = values if isinstance(values, Sequence) and HAS_NUMPY else list(values)
    return np.array(numbers, dtype=np.float64) if HAS_NUMPY else numbers


def layers_of(
    weights: Iterable[MatrixLike], biases: Iterable[VectorLike], prefix: str = ""
) -> list[LayerParameters]:
    """Return matrices [units, inputs] and vectors [units], if any, as the contract has them.

    Raises ValueError for what are no numbers, and for biases that are not as many as the weights;
    the arguments are called `weights` and `biases`, with `prefix` before them.
    """
    matrices = [rows_of(matrix, f"{prefix}weights") for matrix in weights]
    vectors = rows_of(biases, f"{prefix}biases")
    if vectors and len(vectors) != len(matrices):
        raise ValueError(
            f"there are {prefix}weights of {len(matrices)} layers and {prefix}biases of"
            f" {len(vectors)}: each layer needs one of both"
        )
    return [
        LayerParameters(
            units=len(rows),
            inputs=len(rows[0]) if rows else 0,
            weights=[value for row in rows for value in row],
            biases=vectors[index] if vectors else (),
        )
        for index, rows in enumerate(matrices)
    ]


def enum_name(enum: "_EnumTypeWrapper[EnumT]", value: EnumT) -> str:
    """Return what an enum's value is called, without the enum's own name, such as RUNNING.

    A value that a newer service sends and this client does not know is its number.
    """
    known = enum.DESCRIPTOR.values_by_number.get(value)
    return str(value) if known is None else known.name.removeprefix(_prefix(enum))


def enum_word(enum: "_EnumTypeWrapper[EnumT]", value: EnumT) -> str:
    """Return the word that stands for an enum's value in calls and commands: `leaky-relu`."""
    return _word(enum_name(enum, value))


def enum_value(enum: "_EnumTypeWrapper[EnumT]", name: str) -> EnumT:
    """Return the value of an enum by its name, such as `sigmoid` or `cross-entropy`.

    Raises ValueError, with the names that there are, for another.
    """
    full_name = _prefix(enum) + name.upper().replace("-", "_")
    names = enum.keys()
    if full_name not in names:
        choice = ", ".join(_word(each.removeprefix(_prefix(enum))) for each in names[1:])
        raise ValueError(f"there is no {name!r}: choose one of {choice}")
    return enum.Value(full_name)


def _word(name: str) -> str:
    return name.lower().replace("_", "-")


def _prefix(enum: "_EnumTypeWrapper[EnumT]") -> str:
    """Return what the names of an enum's values begin with: `RUN_STATE_` for RunState."""
    return enum.keys()[0].removesuffix("UNSPECIFIED")
