"""Serializes updates field by field, with numbers that are copied directly from memory."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

import numpy as np
from clearprop.v1 import training_service_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from service.faces.messages.encoding import FIXED64, LENGTH, VARINT, tag, varint, varints
from service.faces.messages.layer_bytes import layer_blocks
from service.faces.messages.update_fields import write_updates
from service.faces.messages.updates import updates
from service.reading.points import Part
from service.reading.selection import Selection
from training.cancellation import check_cancelled
from training.network import Array, Network

_BATCH = training_service_pb2.UpdateBatch.DESCRIPTOR.fields_by_name

#: Fewer updates take less time as message objects, unless their numbers, in bytes, are many.
_FEW_UPDATES, _FEW_BYTES = 4, 2**16

#: Rows of more bytes are copied once, not twice.
_SHORT_ROW = 2**12


def update_elements(
    network: Network, parts: Iterable[Part], selection: Selection
) -> Iterator[bytes]:
    """Yield updates as elements of an UpdateBatch or a ListUpdatesResponse, part by part."""
    for part in parts:
        if part.count < _FEW_UPDATES and part.nbytes < _FEW_BYTES:
            found = updates(network, [part], selection)
            yield training_service_pb2.UpdateBatch(updates=found).SerializeToString()
        else:
            fields = _Fields()
            write_updates(fields, network, part, selection)
            yield fields.elements(_BATCH["updates"], part.count)


class _Fields:
    """Serializes messages of one type; each of their fields is a column of pieces of bytes."""

    def __init__(self) -> None:
        self._columns: list[Iterable[bytes | memoryview]] = []
        self._various: list[list[bytes]] = []  # those whose pieces are not equally long
        self._size = 0  # of one piece of each of the others

    def same_number(self, field: FieldDescriptor, number: int) -> None:
        """Write an integer ≥ 0 or an enum that all messages share; 0 is omitted."""
        if number:
            self._constant(tag(field.number, VARINT) + varint(number))

    def numbers(self, field: FieldDescriptor, numbers: list[int]) -> None:
        """Write an integer ≥ 0 of each message; 0 is omitted."""
        if len(set(numbers)) == 1:
            self.same_number(field, numbers[0])
            return
        start = tag(field.number, VARINT)
        self._variable([start + each if each != b"\0" else b"" for each in varints(numbers)])

    def doubles(self, field: FieldDescriptor, values: Array) -> None:
        """Write an optional double (messages) that every message has."""
        self._constant(tag(field.number, FIXED64))
        self._rows(values.reshape(-1, 1))

    def lists(self, field: FieldDescriptor, values: Array | None) -> None:
        """Write a list of doubles of each message (messages, length); None: all are empty."""
        if values is not None:
            self._constant(tag(field.number, LENGTH) + varint(8 * values.shape[1]))
            self._rows(values)

    def layers(self, field: FieldDescriptor, network: Network, values: Array | None) -> None:
        """Write the layers of each message (messages, parameters); None: there are none."""
        if values is not None:
            for before, place in layer_blocks(field.number, network):
                self._constant(before)
                self._rows(values[:, place])

    def messages(self, field: FieldDescriptor, messages: Sequence[Message | None]) -> None:
        """Write a message within each message, or nothing."""
        start = tag(field.number, LENGTH)
        contents = [None if each is None else each.SerializeToString() for each in messages]
        self._variable(
            [b"" if each is None else start + varint(len(each)) + each for each in contents]
        )

    def elements(self, field: FieldDescriptor, count: int) -> bytes:
        """Return the messages as elements of a field."""
        various = (map(len, column) for column in self._various)
        sizes = list(map(sum, zip(repeat(self._size, count), *various, strict=False)))
        start = tag(field.number, LENGTH)
        heads = {size: start + varint(size) for size in set(sizes)}
        pieces = zip((heads[size] for size in sizes), *self._columns, strict=False)
        return b"".join(chain.from_iterable(pieces))

    def _constant(self, piece: bytes) -> None:
        self._columns.append(repeat(piece))
        self._size += len(piece)

    def _variable(self, pieces: list[bytes]) -> None:
        self._columns.append(pieces)
        self._various.append(pieces)

    def _rows(self, values: Array) -> None:
        """Write the numbers of each row of a matrix."""
        check_cancelled()
        little = np.ascontiguousarray(values, dtype="<f8")
        size = little.itemsize * little.shape[1]
        self._columns.append(_rows(little, size))
        self._size += size


def _rows(values: Array, size: int) -> Sequence[bytes | memoryview]:
    """Return the bytes of each row of a matrix, `size` long; long ones are not copied."""
    if size <= _SHORT_ROW:
        return values.view(f"V{size}").ravel().tolist()  # the fastest way, in Python too
    content = values.data.cast("B")
    return [content[begin : begin + size] for begin in range(0, len(content), size)]
