"""Use case: export a network or its history as a file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from service.reading.state_reader import StateReader
from service.reading.stored_updates import outline
from service.reading.update_numbers import chosen_update
from service.use_cases.exports.csv_lines import HEADER, csv_lines
from service.use_cases.exports.document import document
from service.use_cases.exports.moment import Moment
from service.use_cases.exports.npz import npz
from service.use_cases.exports.safetensors import safetensors
from service.use_cases.exports.source.c_source import c_source
from service.use_cases.exports.source.python_source import python_source
from training.errors import validating
from training.network import Network
from training.ports import Store

#: The maximum size of a chunk of a file, in bytes.
CHUNK_BYTES = 2**18

#: The number of updates that are read at once for CSV, so that reads are short.
_LINES_AT_ONCE = 10_000


class ExportFormat(StrEnum):
    """The format of a file."""

    JSON = "json"
    NPZ = "npz"
    ONNX = "onnx"
    CSV = "csv"
    SAFETENSORS = "safetensors"
    C = "c"
    PYTHON = "python"


#: The formats that can have numbers of 32 bits.
WITH_FLOAT32 = (ExportFormat.NPZ, ExportFormat.ONNX, ExportFormat.SAFETENSORS)


@dataclass(frozen=True, slots=True)
class Export:
    """A file: its name, its media type, and its content in chunks, which are produced lazily."""

    file_name: str
    media_type: str
    chunks: Iterator[bytes]


#: The media type of each format.
MEDIA_TYPES: Mapping[ExportFormat, str] = MappingProxyType(
    {
        ExportFormat.JSON: "application/json",
        ExportFormat.NPZ: "application/zip",
        ExportFormat.ONNX: "application/octet-stream",
        ExportFormat.CSV: "text/csv",
        ExportFormat.SAFETENSORS: "application/octet-stream",
        ExportFormat.C: "text/x-c",
        ExportFormat.PYTHON: "text/x-python",
    }
)


class Exports:
    """Exports networks and histories."""

    def __init__(self, store: Store, states: StateReader) -> None:
        self._store = store
        self._states = states

    def export(
        self,
        network_id: str,
        update: int | None,
        file_format: ExportFormat,
        *,
        float32: bool = False,
    ) -> Export:
        """Return a file of a network at one update, None for the latest; for CSV all up to it.

        With `float32`, its numbers are rounded to 32 bits.

        Raises InvalidFields, NetworkNotFound, UpdateOutOfRange, HistoryCompacted, DamagedHistory.
        Iterating over the chunks of a history can raise the last two too, and NetworkNotFound if
        the network is deleted.
        """
        with validating() as violations:
            violations.require(
                not float32 or file_format in WITH_FLOAT32,
                "float32",
                f"must not be set with {file_format.name}, whose numbers have 64 bits: only"
                f" {', '.join(each.name for each in WITH_FLOAT32)} have shorter ones",
            )
        with self._store.read() as reader:
            network = reader.network(network_id)
            head = reader.head(network.uid)
            number = chosen_update(network, head, update)
        if file_format is ExportFormat.CSV:
            what, pieces = "history-to", self._history(network, head.earliest_update, number)
        else:
            moment = self._moment(network, number, float32=float32)
            what, pieces = "update", _WRITERS[file_format](moment)
        return Export(
            _file_name(f"{network.id}-{what}-{number}", file_format),
            MEDIA_TYPES[file_format],
            chunked(pieces),
        )

    def _moment(self, network: Network, update: int, *, float32: bool) -> Moment:
        snapshot = self._states.snapshot(network, update)
        assert snapshot.last_state is not None  # it was recomputed
        run = snapshot.run.number if snapshot.run else None
        moment = Moment(network, snapshot.last_state, snapshot.kind, run, float32)
        with validating() as violations:
            violations.require(
                not (float32 and moment.is_beyond_float32),
                "float32",
                "must not be set: a parameter is too large for 32 bits",
            )
        return moment

    def _history(self, network: Network, begin: int, last: int) -> Iterator[bytes]:
        yield HEADER.encode()
        for first in range(begin, last + 1, _LINES_AT_ONCE):
            until = min(first + _LINES_AT_ONCE - 1, last)
            parts = outline(self._store, network, first, until)
            yield "".join(line for part in parts for line in csv_lines(part)).encode()


def chunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in chunks of 256 KiB; the last one may be smaller."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        yield bytes(waiting)


def _file_name(name: str, file_format: ExportFormat) -> str:
    """Return a name with the extension of the format; that of a Python module can be imported."""
    if file_format is ExportFormat.PYTHON:
        return f"{name.replace('-', '_')}.py"
    return f"{name}.{file_format}"


def _json(moment: Moment) -> Iterator[bytes]:
    return (piece.encode() for piece in document(moment))


def _npz(moment: Moment) -> Iterator[bytes]:
    yield npz(moment)


def _onnx(moment: Moment) -> Iterator[bytes]:
    # Its import takes a tenth of the start, and most servers never need it.
    from service.use_cases.exports.onnx_graph import model  # noqa: PLC0415

    yield model(moment).SerializeToString()


def _c(moment: Moment) -> Iterator[bytes]:
    return (piece.encode() for piece in c_source(moment))


def _python(moment: Moment) -> Iterator[bytes]:
    return (piece.encode() for piece in python_source(moment))


_WRITERS: Mapping[ExportFormat, Callable[[Moment], Iterator[bytes]]] = MappingProxyType(
    {
        ExportFormat.JSON: _json,
        ExportFormat.NPZ: _npz,
        ExportFormat.ONNX: _onnx,
        ExportFormat.SAFETENSORS: safetensors,
        ExportFormat.C: _c,
        ExportFormat.PYTHON: _python,
    }
)
