"""Parses long JSON texts in chunks, so that other threads can run in between.

Python's parser does not release the interpreter while it parses an array of numbers. Here it gets
one window of a text at a time. Its state depends only on what precedes: what it parses as a whole
value, or as whole elements of an array, is the same in the whole text.
"""

import json
import re
from array import array
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

#: How much is parsed at a time, in characters.
WINDOW = 64 * 2**10

#: How much is decoded at a time, in bytes.
_PART_BYTES = 2**20

#: Containers that exceed a window can be nested this deeply; messages are less deep.
_DEEPEST = 16

#: Up to this, float64 holds every integer.
_EXACT = 2**53

_SPACE = re.compile(r"[ \t\n\r]*")


class TooDeep(Exception):
    """Containers that exceed a window are nested too deeply."""


@dataclass(frozen=True, slots=True)
class LongArray:
    """An array that exceeds a window, in chunks.

    Chunks of numbers are compact. Chunks of others are parsed again when they are needed: as
    objects, they would take much memory and time of the garbage collector.
    """

    chunks: list[Sequence[Any]]
    decoder: json.JSONDecoder

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for chunk in self.chunks:
            yield self.decoder.decode(chunk) if isinstance(chunk, str) else chunk


def decoded(content: bytes) -> str:
    """Decode UTF-8 in chunks, so that other threads run in between. Raises UnicodeDecodeError."""
    if len(content) <= _PART_BYTES:
        return content.decode()
    decoder, parts = getincrementaldecoder("utf-8")(), list[str]()
    view = memoryview(content)
    for first in range(0, len(content), _PART_BYTES):
        part = view[first : first + _PART_BYTES]
        pending = len(decoder.getstate()[0])
        try:
            parts.append(decoder.decode(part, final=first + _PART_BYTES >= len(content)))
        except UnicodeDecodeError as error:
            where = first - pending + error.start
            raise UnicodeDecodeError(
                error.encoding, content, where, where + 1, error.reason
            ) from None
    return "".join(parts)


def parse_long(text: str, decoder: json.JSONDecoder) -> Any:  # noqa: ANN401 (any JSON value)
    """Parse a JSON text like `decoder.decode`, except that long arrays are a `LongArray`.

    The decoder must have an `object_pairs_hook`.

    Raises JSONDecodeError, TooDeep, and what the hooks of the decoder raise.
    """
    reader = _Reader(text, decoder)
    value, end = reader.value(reader.after_space(0), 0)
    end = reader.after_space(end)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value


class _Reader:
    def __init__(self, text: str, decoder: json.JSONDecoder) -> None:
        self._text = text
        self._decoder = decoder

    def after_space(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        assert match is not None
        return match.end()

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """Return the value at a position, and the position after it."""
        sign = self._text[at : at + 1]
        if sign not in ("{", "["):
            return self._decoder.raw_decode(self._text, at)
        try:
            value, length = self._decoder.raw_decode(self._text[at : at + WINDOW])
        except json.JSONDecodeError:
            if depth >= _DEEPEST:
                raise TooDeep from None
            return (self._object if sign == "{" else self._array)(at + 1, depth + 1)
        return value, at + length

    def _object(self, at: int, depth: int) -> tuple[Any, int]:
        pairs: list[tuple[str, Any]] = []
        at = self.after_space(at)
        if self._text[at : at + 1] == "}":
            return self._decoder.object_pairs_hook(pairs), at + 1
        while True:
            if self._text[at : at + 1] != '"':
                raise self._expected("property name enclosed in double quotes", at)
            name, at = self._decoder.raw_decode(self._text, at)
            at = self.after_space(at)
            if self._text[at : at + 1] != ":":
                raise self._expected("':' delimiter", at)
            value, at = self.value(self.after_space(at + 1), depth)
            pairs.append((name, value))
            at = self.after_space(at)
            if self._text[at : at + 1] == "}":
                return self._decoder.object_pairs_hook(pairs), at + 1
            if self._text[at : at + 1] != ",":
                raise self._expected("',' delimiter", at)
            at = self.after_space(at + 1)

    def _array(self, at: int, depth: int) -> tuple[LongArray, int]:
        chunks: list[Sequence[Any]] = []
        single: list[Any] = []
        try_from = at
        at = self.after_space(at)
        if self._text[at : at + 1] == "]":
            return LongArray(chunks, self._decoder), at + 1
        while True:
            if at >= try_from:
                chunk, end = self._chunk(at)
                if chunk:
                    chunks.append(chunk)
                    at = self.after_space(end)
                    continue
                try_from = at + WINDOW
                single = []
                chunks.append(single)
            value, at = self.value(at, depth)
            single.append(value)
            at = self.after_space(at)
            if self._text[at : at + 1] == "]":
                return LongArray(chunks, self._decoder), at + 1
            if self._text[at : at + 1] != ",":
                raise self._expected("',' delimiter", at)
            at = self.after_space(at + 1)

    def _chunk(self, at: int) -> tuple[Sequence[Any], int]:
        """Return the elements in the next window, and the position after the comma that follows.

        There are none if the window does not end the way these elements usually do.
        """
        last = {"{": "}", "[": "]"}.get(self._text[at : at + 1], "")
        end = self._text.rfind(last or ",", at, at + WINDOW) + len(last)
        comma = self.after_space(end)
        if end <= at or self._text[comma : comma + 1] != ",":
            return [], at
        text = f"[{self._text[at:end]}]"
        try:
            chunk = self._decoder.decode(text)
        except json.JSONDecodeError:
            return [], at
        return _compact(chunk) or text, comma + 1

    def _expected(self, what: str, at: int) -> json.JSONDecodeError:
        return json.JSONDecodeError(f"Expecting {what}", self._text, at)


def _compact(chunk: list[Any]) -> Sequence[float]:
    """Return a chunk in less memory if it consists of finite numbers, otherwise nothing.

    Integers that float64 cannot hold are left as they are: the field may be an integer.
    """
    kinds = set(map(type, chunk))
    try:
        if not kinds <= {int, float} or not isfinite(sum(chunk)):
            return ()
    except OverflowError:
        return ()
    if int in kinds and not -_EXACT <= min(chunk) <= max(chunk) <= _EXACT:
        return ()
    return array("d", chunk)
