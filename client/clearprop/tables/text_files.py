"""Opens the text of a table: UTF-8, or UTF-16 with a byte order mark, as it is or in gzip."""

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO, cast

from clearprop.tables.bad_table import BadTable
from clearprop.tables.file_kinds import GZIP, HEAD, described

#: Byte order marks and their encodings. That of UTF-32 comes first, since it starts as UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@contextmanager
def opened_text(file: Path, kind: str) -> Iterator[tuple[Iterator[str], Callable[[], int]]]:
    """Yield the lines of a file, and a function that returns the number of bytes read so far.

    `kind` is what the name of the file says that it is.
    Raises BadTable for a file that cannot be read or holds no text, also from within the block.
    """
    encoding = "utf-8"
    try:
        with file.open("rb") as source:
            content = _unpacked(file, source)
            head = content.peek(HEAD)[:HEAD]
            encoding = _encoding(file, head, kind)
            yield TextIOWrapper(content, encoding=encoding, newline=""), source.tell
    except UnicodeDecodeError:
        raise BadTable(_undecodable(file, encoding)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadTable("The gzip file is damaged: create or download it again.") from None
    except OSError as error:
        raise BadTable(f"The file cannot be read: {error.strerror or error}.") from None


def _unpacked(file: Path, source: IO[bytes]) -> BufferedReader:
    head = source.read(len(GZIP))
    source.seek(0)
    packed = head == GZIP
    if head and not packed and file.suffix.lower() == ".gz":
        raise BadTable(
            "The file is not compressed with gzip, as its name says: create or download it again,"
            " or give it a name without .gz."
        )
    if packed:
        return BufferedReader(cast("BufferedReader", gzip.GzipFile(fileobj=source)))
    return cast("BufferedReader", source)


def _encoding(file: Path, head: bytes, kind: str) -> str:
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    what = described(file, head, kind)
    if what is not None:
        raise BadTable(f"The file is {what}")
    if b"\0" in head:
        raise BadTable("The file is not text. Save the table as CSV, encoded in UTF-8.")
    return "utf-8"


def _undecodable(file: Path, encoding: str) -> str:
    """Return the line of the first byte that the encoding does not allow, and what to do."""
    advice = "Save it as UTF-8, which Excel calls CSV UTF-8."
    if not encoding.startswith("utf-8"):
        return f"The file is not {encoding.upper()} text, as its byte order mark says. {advice}"
    with file.open("rb") as source:
        for number, line in enumerate(_unpacked(file, source), start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                byte = line[error.start]
                return f"Line {number}: byte 0x{byte:02x} is not UTF-8 text. {advice}"
    return f"The file is not UTF-8 text. {advice}"
