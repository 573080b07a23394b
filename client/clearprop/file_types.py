"""Recognizes files of a wrong type by their first bytes, for error messages."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

_SIGNATURES: Final = {
    b"PK\x03\x04": "a ZIP archive, such as .npz, .xlsx or .keras",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x93NUMPY": "a NumPy array (.npy)",
    b"\x89HDF\r\n\x1a\n": "an HDF5 file (.h5)",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"FEA1": "a Feather file",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel workbook (.xls)",
    b"SQLite format 3\0": "an SQLite database",
    b"%PDF": "a PDF document",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x1f\x8b": "compressed with gzip",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    BOM_UTF16_LE: "UTF-16 text",
    BOM_UTF16_BE: "UTF-16 text",
}


def binary_type(content: bytes) -> str | None:
    """Return the type of content that is not UTF-8 text, for "this is …"; None if unknown."""
    return next(
        (name for signature, name in _SIGNATURES.items() if content.startswith(signature)), None
    )
