"""Reads examples from NumPy's .npz: an array of inputs and an array of targets."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from clearprop.cli.imports.columns import listed_names
from clearprop.cli.imports.file_kinds import HEAD, ZIP
from clearprop.cli.imports.labels import OneHot, label
from clearprop.cli.imports.rows import (
    BadFile,
    Imported,
    Matrix,
    check_quotient,
    check_weight,
)
from clearprop.file_types import binary_type

#: Integers up to this one are all float64 numbers.
_LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the arrays of inputs, targets and weights, if there are weights."""

    inputs: str
    targets: str
    weights: str = ""


@dataclass(frozen=True, slots=True)
class ArrayRows:
    """The rows of an array [examples, numbers] as float64, each number divided by `divisor`.

    They are converted one at a time: as a whole, images of bytes would take eight times the memory.
    """

    numbers: NDArray[Any]
    divisor: float = 1.0

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        for row in self.numbers:
            yield row.astype(np.float64) / self.divisor


def read_npz(file: Path, names: Names, *, one_hot: bool, divisor: float) -> Imported:
    """Read the arrays. The first dimension counts the examples; the others become one row.

    Raises BadFile, which names the array and the example.
    """
    inputs, *others = _load(file, names)
    for name, other in zip((names.targets, names.weights), others, strict=False):
        if len(inputs) != len(other):
            raise BadFile(
                f"{names.inputs} has {len(inputs):,} rows and {name} has {len(other):,}:"
                " each example needs a row in both."
            )
    targets = others[0]
    weights = _weights(names.weights, others[1]) if names.weights else None
    rows = ArrayRows(_numbers(names.inputs, inputs), divisor)
    check_quotient(_largest(rows.numbers), divisor)
    labels = OneHot(_labels(names.targets, targets)) if one_hot else None
    wanted: Matrix = labels or ArrayRows(_numbers(names.targets, targets, may_be_labels=True))
    classes = labels.classes if labels else None
    return Imported(rows, wanted, [], [names.targets], classes, weights)


def _largest(numbers: NDArray[Any]) -> float:
    """Return the largest absolute value."""
    return max(abs(float(numbers.max())), abs(float(numbers.min())))


def _weights(name: str, source: NDArray[Any]) -> list[float]:
    """Return the weights of the examples."""
    if source.size != len(source):
        raise BadFile(f"{name} must have one weight for each example.")
    weights: list[float] = _numbers(name, source).astype(np.float64).ravel().tolist()
    for number, weight in enumerate(weights, start=1):
        check_weight(f"Example {number} of {name}", weight)
    return weights


def _load(file: Path, names: Names) -> list[NDArray[Any]]:
    options = {"--inputs": names.inputs, "--targets": names.targets, "--weights": names.weights}
    try:
        with file.open("rb") as content:
            head = content.read(HEAD)
        if not head.startswith(ZIP):
            kind = binary_type(head) or "not an archive"
            raise BadFile(f"The file is {kind}. Write inputs and targets with numpy.savez.")
        with zipfile.ZipFile(file) as archive, np.load(file, allow_pickle=False) as arrays:
            return [
                _array(archive, arrays, name, option) for option, name in options.items() if name
            ]
    except (EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFile(f"The file is damaged: {error}. Write it again.") from None
    except OSError as error:
        raise BadFile(f"The file cannot be read: {error.strerror or error}.") from None


def _array(archive: zipfile.ZipFile, arrays: NpzFile, name: str, option: str) -> NDArray[Any]:
    if name not in arrays:
        there = listed_names(list(arrays)) or "none"
        raise BadFile(f"Unknown array {name!r}. Name one with {option}; the file has: {there}.")
    try:
        holds_objects = _holds_objects(archive, f"{name}.npy")
        found: object = None if holds_objects else arrays[name]
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged header raises what Python's parser does
        raise BadFile(f"{name} cannot be read: {error}. Write the file again.") from None
    if holds_objects:
        raise BadFile(_other_type(name, "Python objects"))
    if not isinstance(found, np.ndarray):
        raise BadFile(f"{name} is not an array.")
    if found.ndim == 0 or found.size == 0:
        raise BadFile(f"{name} has no rows.")
    return found


def _holds_objects(archive: zipfile.ZipFile, member: str) -> bool:
    if member not in archive.namelist():
        return False
    with archive.open(member) as content:
        is_first_version = read_magic(content) == (1, 0)
        read_header = read_array_header_1_0 if is_first_version else read_array_header_2_0
        _, _, dtype = read_header(content)
    return bool(dtype.hasobject)


def _other_type(name: str, kind: str) -> str:
    return (
        f"{name} holds {kind}. Save it as an array of numbers, or of text for labels, such as with"
        f" {name}.astype(float) or {name}.astype(str)."
    )


def _numbers(name: str, source: NDArray[Any], *, may_be_labels: bool = False) -> NDArray[Any]:
    """Return rows of numbers, all of which float64 can represent exactly."""
    if may_be_labels and source.dtype.kind in "SU":
        raise BadFile(f"{name} holds text. If it has labels, use --one-hot.")
    if source.dtype.kind not in "biuf":
        raise BadFile(_other_type(name, f"values of type {source.dtype}"))
    rows = source.reshape(len(source), -1)
    if source.dtype.kind == "f":
        _refuse(name, rows, ~np.isfinite(rows), "is not finite: replace it, or remove the example")
    _refuse(
        name,
        rows,
        _inexact(rows),
        f"of type {source.dtype} is not a float64 number: round it with {name}.astype(float)",
    )
    return rows


def _inexact(rows: NDArray[Any]) -> NDArray[np.bool]:
    """Return which numbers change when they become float64."""
    if rows.dtype.itemsize < np.dtype(np.float64).itemsize or rows.dtype == np.float64:
        return np.zeros(rows.shape, np.bool)
    if rows.dtype.kind == "f":
        with np.errstate(over="ignore"):
            changed: NDArray[np.bool] = rows.astype(np.float64).astype(rows.dtype) != rows
        return changed
    inexact = (rows > _LARGEST_EXACT) | (rows < -_LARGEST_EXACT)
    inexact[inexact] = [int(float(value)) != value for value in rows[inexact].tolist()]
    return inexact


def _refuse(name: str, rows: NDArray[Any], bad: NDArray[np.bool], problem: str) -> None:
    """Raise BadFile for the first number that is bad, if any is."""
    if not bad.any():
        return
    row, column = divmod(int(bad.argmax()), rows.shape[1])
    place = f"Example {row + 1} of {name}, number {column + 1}"
    raise BadFile(f"{place}: {rows[row, column]} {problem}.")


def _labels(name: str, source: NDArray[Any]) -> list[str]:
    if source.size != len(source):
        raise BadFile(f"{name} must have one label for each example for --one-hot.")
    if source.dtype.kind not in "biufSU":
        raise BadFile(_other_type(name, f"values of type {source.dtype}"))
    labels = []
    for number, value in enumerate(source.ravel().tolist(), start=1):
        try:
            labels.append(label(value.decode() if isinstance(value, bytes) else str(value)))
        except UnicodeDecodeError:
            raise BadFile(f"Example {number} of {name}: {value!r} is not UTF-8 text.") from None
        except ValueError as error:
            raise BadFile(f"Example {number} of {name}: {error}.") from None
    return labels
