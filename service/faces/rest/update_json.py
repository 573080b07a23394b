"""Converts updates to JSON field by field, without message objects.

The result is what `to_json` makes of their messages, which takes ten times as long.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from service.faces.messages.update_fields import write_updates
from service.faces.messages.update_lists import UpdatesResponse
from service.faces.messages.watches import WatchedUpdatesResponse
from service.faces.rest.to_json import PART_VALUES, rows_to_json, to_json, value_to_json
from service.reading.points import Part
from service.reading.selection import Selection
from training.cancellation import check_cancelled
from training.network import Array, Network


def list_to_json(response: UpdatesResponse) -> list[bytes]:
    """Return a response with a list of updates, in parts."""
    span = response.content
    before, after = to_json(response.rest()).split(b"[]", 1)
    elements = updates_to_json(span.network, span.parts, span.selection)
    return [before + b"[", elements, b"]" + after]


def watched_to_json(response: WatchedUpdatesResponse) -> bytes:
    """Return a response of a watch with updates."""
    content = response.content
    elements = updates_to_json(content.network, content.updates, content.selection)
    return b'{"updates":{"updates":[%b]}}' % elements


def updates_to_json(network: Network, parts: Iterable[Part], selection: Selection) -> bytes:
    """Return updates as elements of an array."""
    elements = []
    for part in parts:
        if part.count:
            fields = _Fields()
            write_updates(fields, network, part, selection)
            elements.append(fields.elements())
    return b",".join(elements)


class _Fields:
    """Converts messages of one type to JSON; each of their fields is a column of texts."""

    def __init__(self) -> None:
        self._columns: list[Iterable[bytes]] = []
        self._constant = b"{"  # what follows the last column

    def same_number(self, field: FieldDescriptor, number: int) -> None:
        """Write an integer ≥ 0 or an enum that all messages share."""
        self._name(field)
        self._constant += value_to_json(field, number)

    def numbers(self, field: FieldDescriptor, numbers: list[int]) -> None:
        """Write an integer ≥ 0 of each message."""
        quote, _, _ = value_to_json(field, 0).partition(b"0")  # 64-bit integers have one
        self._name(field)
        self._constant += quote
        self._column(_texts(numbers))
        self._constant += quote

    def doubles(self, field: FieldDescriptor, values: Array) -> None:
        """Write an optional double (messages) that every message has."""
        self._name(field)
        self._column(_texts(values.tolist()))

    def lists(self, field: FieldDescriptor, values: Array | None) -> None:
        """Write a list of doubles of each message (messages, length); None: all are empty."""
        self._name(field)
        self._constant += b"["
        if values is not None:
            self._rows(values)
        self._constant += b"]"

    def layers(self, field: FieldDescriptor, network: Network, values: Array | None) -> None:
        """Write the layers of each message (messages, parameters); None: there are none."""
        self._name(field)
        self._constant += b"["
        if values is not None:
            for index, shape in enumerate(network.shapes):
                size = b'{"units":%d,"inputs":%d' % (shape.units, shape.inputs)
                self._constant += b"," * bool(index) + size + b',"weights":['
                self._rows(values[:, shape.weights])
                self._constant += b'],"biases":['
                if shape.bias:
                    self._rows(values[:, shape.biases])
                self._constant += b"]}"
        self._constant += b"]"

    def messages(self, field: FieldDescriptor, messages: Sequence[Message | None]) -> None:
        """Write a message within each message, or nothing."""
        name = b',"%b":' % field.json_name.encode()
        self._column([b"" if each is None else name + to_json(each) for each in messages])

    def elements(self) -> bytes:
        """Return the messages as elements of an array; one of their fields is a column."""
        commas = chain((b"",), repeat(b","))
        pieces = zip(commas, *self._columns, repeat(self._constant + b"}"), strict=False)
        return b"".join(chain.from_iterable(pieces))

    def _name(self, field: FieldDescriptor) -> None:
        comma = b"" if self._constant == b"{" else b","
        self._constant += b'%b"%b":' % (comma, field.json_name.encode())

    def _column(self, texts: Sequence[bytes]) -> None:
        self._columns += [repeat(self._constant), texts]
        self._constant = b""

    def _rows(self, values: Array) -> None:
        """Write the numbers of each row of a matrix."""
        self._column(_rows(values))


def _texts(numbers: Sequence[float]) -> list[bytes]:
    return rows_to_json([numbers])[0].split(b",")


def _rows(values: Array) -> list[bytes]:
    """Return the numbers of each row, encoded in parts, so that other threads run in between."""
    width = values.shape[1]
    if width > PART_VALUES:
        starts = range(0, width, PART_VALUES)
        return [
            b",".join(
                text for start in starts for text in _rows(row[None, start : start + PART_VALUES])
            )
            for row in values
        ]
    texts = []
    for first in range(0, len(values), PART_VALUES // width):
        check_cancelled()
        texts += rows_to_json(values[first : first + PART_VALUES // width].tolist())
    return texts
