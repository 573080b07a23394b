"""Reading examples from NumPy's .npz: an array of inputs and one of targets."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.cli.importing.rows import BadFile, Imported, Numbers, OneHot, Rows


@dataclass(frozen=True, slots=True)
class Names:
    """Which arrays of a file are which."""

    inputs: str
    targets: str


def read_npz(file: Path, names: Names, *, one_hot: bool, divisor: float) -> Imported:
    """Read both arrays; one with more than two dimensions has a row for each of the first.

    Raises BadFile, which says what is wrong with which array.
    """
    inputs, targets = _load(file, names)
    if len(inputs) != len(targets):
        raise BadFile(
            f"{names.inputs} has {len(inputs):,} rows and {names.targets} {len(targets):,}:"
            " each example needs one of both"
        )
    wanted = _labels(names.targets, targets) if one_hot else Rows(_numbers(names.targets, targets))
    return Imported(Rows(_numbers(names.inputs, inputs), divisor), wanted, [names.targets])


def _load(file: Path, names: Names) -> tuple[NDArray[Any], NDArray[Any]]:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            for name, option in ((names.inputs, "--inputs"), (names.targets, "--targets")):
                if name not in arrays:
                    there = ", ".join(arrays) or "none"
                    raise BadFile(f"has no array {name!r}: name one of {there} with {option}")
            found = arrays[names.inputs], arrays[names.targets]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadFile(f"cannot be read as .npz: {error}") from None
    for name, each in zip((names.inputs, names.targets), found, strict=True):
        if each.ndim == 0 or each.size == 0:
            raise BadFile(f"{name} has no rows")
    return found


def _numbers(name: str, source: NDArray[Any]) -> Numbers:
    if source.dtype.kind not in "biuf":
        raise BadFile(
            f"{name} has no real numbers but {source.dtype}; labels become numbers with --one-hot"
        )
    rows = source.reshape(len(source), -1)
    bad = np.argwhere(~np.isfinite(rows))
    if len(bad):
        row, column = bad[0]
        raise BadFile(f"{name}[{row}], number {column}: {rows[row, column]} is not finite")
    return rows


def _labels(name: str, source: NDArray[Any]) -> OneHot:
    if source.size != len(source):
        raise BadFile(f"{name} must have one label for each example for --one-hot")
    return OneHot([str(label) for label in source.ravel().tolist()])
