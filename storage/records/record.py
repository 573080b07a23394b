"""The base of all records: a version, JSON, and fields of later versions that are preserved."""

from enum import StrEnum
from inspect import isclass
from typing import Any, ClassVar, Generic, TypeVar, get_args

import msgspec
from msgspec import UNSET, UnsetType

from storage.codec import NotAsWritten

R = TypeVar("R", bound="Record")
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a record. Its fields have the stored names; new ones have defaults."""


class Record(Part, frozen=True, kw_only=True):
    """A whole document; without a version it has version 1.

    Fields can be added without a new version. A change in the meaning of a field needs one.
    """

    latest: ClassVar[int] = 1

    version: int = 1


class Documents(Generic[R]):
    """Writes and reads the documents of one kind of record."""

    def __init__(self, kind: type[R]) -> None:
        self._kind = kind
        self._decoder = msgspec.json.Decoder(kind)
        self._encoder = msgspec.json.Encoder()

    def write(self, record: R, extra: bytes = b"") -> bytes:
        """Return a record as a document; `extra` are the unknown fields from `read`."""
        if not extra:
            return self._encoder.encode(record)
        known = msgspec.to_builtins(record)
        return self._encoder.encode(_merged(known, msgspec.json.decode(extra)))

    def read(self, document: bytes) -> tuple[R, bytes]:
        """Return the record of a document, and its unknown fields.

        Raises NotAsWritten for an invalid record, or one of a later version.
        """
        try:
            extra = b""
            try:
                record = self._decoder.decode(document)
            except msgspec.ValidationError:  # rare: a later version has written it
                known, unknown = _divided(msgspec.json.decode(document), self._kind)
                record = msgspec.convert(known, self._kind)
                extra = self._encoder.encode(unknown)
        except (msgspec.DecodeError, UnicodeDecodeError, AttributeError) as error:
            raise NotAsWritten from error
        if record.version > self._kind.latest:
            raise NotAsWritten
        return record, extra


def _divided(document: dict[str, Any], kind: type[Part]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the known and the unknown fields of a document, at every depth."""
    parts = {field.encode_name: _part(field.type) for field in msgspec.structs.fields(kind)}
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, value in document.items():
        if name not in parts:
            unknown[name] = value
            continue
        part = parts[name]
        if part is None or not isinstance(value, dict):
            known[name] = value
            continue
        known[name], below = _divided(value, part)
        if below:
            unknown[name] = below
    return known, unknown


def _part(type_: Any) -> type[Part] | None:  # noqa: ANN401 (a type as it is annotated)
    """Return the part of a record that is the type of a field, optional or not."""
    for each in (type_, *get_args(type_)):
        if isclass(each) and issubclass(each, Part):
            return each
    return None


def _merged(known: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    """Return both as one document. A part that is absent now loses its unknown fields too."""
    merged = dict(known)
    for name, value in unknown.items():
        below = known.get(name)
        if name not in known:
            merged[name] = value
        elif isinstance(below, dict) and isinstance(value, dict):
            merged[name] = _merged(below, value)
    return merged


def unless(default: T, value: T) -> T | UnsetType:
    """Return the value of a field that documents of earlier versions lack, UNSET for its default.

    Such a field is not written, so that a document without it stays the same.
    """
    return UNSET if value == default else value


def given(default: T, value: T | UnsetType) -> T:
    """Return the value of such a field as it was read."""
    return default if isinstance(value, UnsetType) else value


def named(kind: type[E], name: str) -> E:
    """Return the member of a table with this name. Raises NotAsWritten if there is none."""
    try:
        return kind(name)
    except ValueError as error:
        raise NotAsWritten from error
