"""Reads tables from NumPy's .npz: the numbers of an array [rows, …] are columns."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from clearprop.file_types import binary_type
from clearprop.tables.bad_table import BadTable
from clearprop.tables.file_kinds import HEAD, ZIP
from clearprop.tables.sources import Source
from clearprop.tables.table import Kind, Table
from clearprop.tables.values import ValuesSource, other_type

_INPUTS, _TARGETS = "inputs", "targets"


class NpzSource(Source):
    """An archive of arrays. The columns of an array `images` are `images.1`, `images.2`, ….

    An array with one number for each row is a column with its own name.
    """

    noun = "array"

    def __init__(self, archive: zipfile.ZipFile, arrays: NpzFile) -> None:
        self._archive, self._arrays = archive, arrays
        self._read: dict[str, NDArray[Any]] = {}
        self._columns: list[tuple[str, int]] = []
        self.names = names = list[str]()
        self.groups = groups = dict[str, list[int]]()
        for name in arrays:
            width = max(1, prod(_header(name, archive)[0][1:]))
            groups[name] = list(range(len(names), len(names) + width))
            names += [name] if width == 1 else [f"{name}.{n}" for n in range(1, width + 1)]
            self._columns += [(name, column) for column in range(width)]
        self.default_inputs = [_INPUTS] if _INPUTS in groups else []
        self.default_targets = [_TARGETS]

    def read(self, wanted: Mapping[int, Kind]) -> Table:
        """Read the columns at some places."""
        columns = []
        for place in wanted:
            name, column = self._columns[place]
            columns.append((self.names[place], self._array(name)[:, column]))
        values = ValuesSource(columns, lambda row: f"Example {row + 1}")
        return values.read(dict(enumerate(wanted.values())))

    def _array(self, name: str) -> NDArray[Any]:
        """Return an array as rows."""
        if name not in self._read:
            _check_type(name, self._archive)
            with _damages(name):
                found: object = self._arrays[name]
            if not isinstance(found, np.ndarray) or found.ndim == 0 or found.size == 0:
                raise BadTable(f"{name} has no rows.")
            self._read[name] = found.reshape(len(found), -1)
        return self._read[name]


@contextmanager
def opened_npz(file: Path) -> Iterator[NpzSource]:
    """Yield the arrays of a file. Raises BadTable, also from within the block."""
    try:
        with file.open("rb") as content:
            head = content.read(HEAD)
        if not head.startswith(ZIP):
            kind = binary_type(head) or "not an archive"
            raise BadTable(f"The file is {kind}. Write inputs and targets with numpy.savez.")
        with zipfile.ZipFile(file) as archive, np.load(file, allow_pickle=False) as arrays:
            yield NpzSource(archive, arrays)
    except (EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise BadTable(f"The file is damaged: {error}. Write it again.") from None
    except OSError as error:
        raise BadTable(f"The file cannot be read: {error.strerror or error}.") from None


@contextmanager
def _damages(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError):
        raise
    except Exception as error:  # noqa: BLE001 - a damaged header raises what Python's parser does
        raise BadTable(f"{name} cannot be read: {error}. Write the file again.") from None


def _header(name: str, archive: zipfile.ZipFile) -> tuple[tuple[int, ...], np.dtype[Any] | None]:
    """Return the shape and type of an array; no type if it is not one."""
    member = f"{name}.npy"
    if member not in archive.namelist():
        return (), None
    with archive.open(member) as content, _damages(name):
        is_first_version = read_magic(content) == (1, 0)
        read_header = read_array_header_1_0 if is_first_version else read_array_header_2_0
        shape, _, dtype = read_header(content)
        return shape, dtype


def _check_type(name: str, archive: zipfile.ZipFile) -> None:
    """Raise BadTable for what is not an array of numbers or texts."""
    _, dtype = _header(name, archive)
    if dtype is None:
        raise BadTable(f"{name} is not an array.")
    if dtype.hasobject:
        raise BadTable(other_type(name, "Python objects"))
    if dtype.kind not in "biufSU":
        raise BadTable(other_type(name, f"values of type {dtype}"))
