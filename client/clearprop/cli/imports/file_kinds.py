"""What a file is by its first bytes, and what to do with it where it cannot be read as it is."""

import re
import zipfile
from pathlib import Path

GZIP = b"\x1f\x8b"

ZIP = b"PK\x03\x04"

#: How many of the first bytes of a file are looked at.
HEAD = 64

_UNPACK = "Unpack it first; only gzip is unpacked while a file is read."
_AS_CSV = "Save the table as CSV."

#: First bytes, and what they are those of.
_SIGNATURES = {
    b"\x93NUMPY": "a single NumPy array (.npy). Save inputs and targets together with numpy.savez.",
    b"PAR1": f"a Parquet file. {_AS_CSV}",
    b"ARROW1": f"an Arrow file. {_AS_CSV}",
    b"FEA1": f"a Feather file. {_AS_CSV}",
    b"\x89HDF\r\n\x1a\n": f"an HDF5 file. {_AS_CSV}",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": f"an old Excel workbook (.xls). {_AS_CSV}",
    b"SQLite format 3\x00": f"an SQLite database. {_AS_CSV}",
    b"%PDF": f"a PDF document. {_AS_CSV}",
    b"\x80\x04\x95": f"a pickle of Python. {_AS_CSV}",
    b"\x80\x05\x95": f"a pickle of Python. {_AS_CSV}",
    b"BZh": f"compressed with bzip2. {_UNPACK}",
    b"\xfd7zXZ\x00": f"compressed with xz. {_UNPACK}",
    b"\x28\xb5\x2f\xfd": f"compressed with Zstandard. {_UNPACK}",
    b"7z\xbc\xaf\x27\x1c": f"a 7-Zip archive. {_UNPACK}",
    b"Rar!": f"a RAR archive. {_UNPACK}",
}

#: Names of columns may be in brackets as well, such as <OPEN> or [id].
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
    found = (what for signature, what in _SIGNATURES.items() if head.startswith(signature))
    return next(found, None)


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
