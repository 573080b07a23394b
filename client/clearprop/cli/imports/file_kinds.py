"""What a file that is not a table is, by its first bytes, and what to do with it."""

import re
import zipfile
from pathlib import Path

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


def described(file: Path, head: bytes) -> str | None:
    """Return what a file is and what to do, as the end of a sentence; None for what may be text."""
    if head.startswith(ZIP):
        return _described_zip(file)
    if head.startswith(GZIP):
        return "compressed with gzip. Unpack it first."
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _MARKUP.match(text):
        return f"an HTML or XML document. {_AS_CSV}"
    if _JSON.match(text):
        return f"a JSON document. {_AS_CSV}"
    kind = binary_type(head)
    if kind is None:
        return None
    return f"{kind}. {_UNPACK if _ARCHIVE.search(kind) else _AS_CSV}"


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
    if names and all(name.endswith(".npy") for name in names):
        return "an archive of NumPy arrays. Give it a name that ends with .npz."
    return f"a ZIP archive. {_UNPACK}"
