"""Opens the file of a table: its kind is that of its name, else that of its content."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from clearprop.tables.arff_files import ArffSource
from clearprop.tables.arrow_files import opened_arrow, opened_parquet
from clearprop.tables.bad_table import BadTable
from clearprop.tables.csv_files import CsvForm, CsvSource
from clearprop.tables.file_kinds import kind_of_content
from clearprop.tables.json_files import json_lines_source, json_source
from clearprop.tables.sources import Progress, Source, no_progress
from clearprop.tables.svm_files import SvmSource
from clearprop.tables.text_files import opened_text

#: The kind of a file by the end of its name.
KINDS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".npz": "npz",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".svm": "svm",
    ".libsvm": "svm",
    ".svmlight": "svm",
    ".arff": "arff",
}

_AS_IT_IS = CsvForm()


def kind_of(file: Path) -> str:
    """Return what a file is read as: csv, npz, parquet, arrow, json, jsonl, svm or arff."""
    suffixes = [each.lower() for each in file.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    return KINDS.get(suffixes[-1] if suffixes else "") or kind_of_content(file) or "csv"


@contextmanager
def opened_table(
    file: Path, form: CsvForm = _AS_IT_IS, progress: Progress = no_progress
) -> Iterator[Source]:
    """Yield the table of a file. Raises BadTable, also from within the block."""
    kind = kind_of(file)
    if kind != "csv" and form != _AS_IT_IS:
        raise BadTable(
            "The options --delimiter, --header, --no-header and --decimal-comma are for CSV files."
        )
    with _OPENERS[kind](file) if kind in _OPENERS else _text(file, kind, form, progress) as source:
        yield source


@contextmanager
def _text(file: Path, kind: str, form: CsvForm, progress: Progress) -> Iterator[Source]:
    with opened_text(file, kind) as (lines, position):
        if kind == "csv":
            yield CsvSource(lines, form, position, progress)
        else:
            yield _READERS[kind](lines)


@contextmanager
def _opened_npz(file: Path) -> Iterator[Source]:
    # Here, not above: all else works without NumPy.
    try:
        from clearprop.tables.npz_files import opened_npz  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadTable("NumPy is needed to read it: pip install 'clearprop[numpy]'.") from None

    with opened_npz(file) as source:
        yield source


_OPENERS: Final[dict[str, Callable[[Path], AbstractContextManager[Source]]]] = {
    "arrow": opened_arrow,
    "npz": _opened_npz,
    "parquet": opened_parquet,
}

_READERS: Final[dict[str, Callable[[Iterator[str]], Source]]] = {
    "arff": ArffSource,
    "json": json_source,
    "jsonl": json_lines_source,
    "svm": SvmSource,
}
