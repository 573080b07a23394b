"""What a file is, by its first bytes, and what to do with one that is not what its name says."""

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from clearprop.file_types import binary_type

GZIP = b"\x1f\x8b"

ZIP = b"PK\x03\x04"

#: The number of first bytes of a file that are examined.
HEAD = 64

_UNPACK = "Unpack it first; only gzip is unpacked while a file is read."
_AS_CSV = "Save the table as CSV."
_ARCHIVE = re.compile("compressed|archive")

#: Column names may be in brackets too, such as <OPEN> or [id].
_MARKUP = re.compile(rb"<(!|\?xml|html|table)", re.IGNORECASE)
_JSON = re.compile(rb'[\[{]\s*(["\[{\d-]|$)')
_ARFF = re.compile(rb"@(relation|attribute)\s", re.IGNORECASE)

_SIGNATURES: Final = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"\xff\xff\xff\xff": "arrow",
}

#: The end of the name of each kind of file that can be read although its name says otherwise.
_NAMES: Final = {
    "parquet": "a Parquet file",
    "arrow": "an Arrow file",
    "json": "a JSON document",
    "arff": "an ARFF file",
    "npz": "an archive of NumPy arrays",
}


def kind_of_content(file: Path) -> str | None:
    """Return the kind of table that a file without a known name is; None if it may be CSV."""
    try:
        with file.open("rb") as source:
            head = source.read(HEAD)
        if head.startswith(GZIP):
            with gzip.open(file) as unpacked:
                head = unpacked.read(HEAD)
    except (OSError, EOFError, zlib.error):
        return None  # reading it says why
    return "npz" if head.startswith(ZIP) and _is_npz(file) else _kind(head)


def described(file: Path, head: bytes, kind: str) -> str | None:
    """Return what a file is and what to do, as the end of a sentence; None for what may be text.

    `kind` is what the name of the file says that it is.
    """
    found = "npz" if head.startswith(ZIP) and _is_npz(file) else _kind(head)
    if found is not None and found != kind and not (found == "json" and kind == "jsonl"):
        return f"{_NAMES[found]}. Give it a name that ends with .{found}."
    if head.startswith(ZIP):
        return _described_zip(file)
    if head.startswith(GZIP):
        return "compressed with gzip. Unpack it first."
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _MARKUP.match(text):
        return f"an HTML or XML document. {_AS_CSV}"
    binary = binary_type(head)
    if binary is None:
        return None
    return f"{binary}. {_UNPACK if _ARCHIVE.search(binary) else _AS_CSV}"


def _kind(head: bytes) -> str | None:
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _JSON.match(text):
        return "json"
    return "arff" if _ARFF.match(text) else None


def _is_npz(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def _described_zip(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return "a damaged ZIP archive. Create or download it again."
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return f"an Excel workbook. {_AS_CSV}"
    if "content.xml" in names and "mimetype" in names:
        return f"an OpenDocument spreadsheet. {_AS_CSV}"
    return f"a ZIP archive. {_UNPACK}"
