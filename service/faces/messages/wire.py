"""Serializes pages of consecutive updates without message objects.

Creating a message object for each update takes longer than computing the update. The updates of a
page differ only in numbers at known positions. These are written column by column, and parameters
are copied directly from memory. A test checks that the bytes are the same as those of the generated
classes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from clearprop.v1 import training_service_pb2, update_pb2
from google.protobuf.descriptor import FieldDescriptor
from numpy.typing import NDArray

from service.faces.messages.encoding import FIXED64, LENGTH, VARINT, packed, tag, varint
from service.faces.messages.layer_bytes import layer_blocks
from service.faces.messages.updates import UPDATE_KINDS, updates
from service.reading.selection import ALL, Detail, Selection
from training.network import Array, Network
from training.snapshots import Snapshots
from training.update import UpdateKind

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

_UPDATE = update_pb2.Update.DESCRIPTOR.fields_by_name
_COLUMNS = update_pb2.UpdateColumns.DESCRIPTOR.fields_by_name
_RESULT = update_pb2.ValidationResult.DESCRIPTOR.fields_by_name
_BATCH = training_service_pb2.UpdateBatch.DESCRIPTOR.fields_by_name
_RESPONSE = training_service_pb2.WatchUpdatesResponse.DESCRIPTOR.fields_by_name

#: Fewer updates take less time with message objects, unless their numbers, in bytes, are many.
_FEW_UPDATES, _FEW_BYTES = 30, 2**16

#: The numbers from which a varint needs one more byte; 9 bytes suffice for any int64 ≥ 0.
_STEPS = np.array([1 << (7 * length) for length in range(1, 9)], dtype=np.int64)


def updates_response(
    network: Network, parts: Iterable[Snapshots], selection: Selection = ALL
) -> bytes:
    """Return a serialized WatchUpdatesResponse with updates of runs."""
    batch = b"".join(_updates(network, part, selection) for part in parts)
    return tag(_RESPONSE["updates"].number, LENGTH) + varint(len(batch)) + batch


def listed_updates(
    network: Network, parts: Iterable[Snapshots], selection: Selection
) -> Iterator[bytes]:
    """Yield the bytes of updates as elements of a ListUpdatesResponse."""
    for part in parts:
        is_short = part.count < _FEW_UPDATES and part.nbytes < _FEW_BYTES
        if not is_short and can_be_written([part]):
            yield _updates(network, part, selection)
        else:
            message = training_service_pb2.ListUpdatesResponse(
                updates=updates(network, [part], selection)
            )
            yield message.SerializeToString()


def columns_response(part: Snapshots, selection: Selection = ALL) -> bytes:
    """Return a serialized WatchUpdatesResponse with columns, copied directly from memory."""
    columns: list[bytes | memoryview] = [
        _integer(_COLUMNS["first_update"], part.first_update),
        _integer(_COLUMNS["stride"], part.stride),
        _integer(_COLUMNS["kind"], UPDATE_KINDS[part.kind]),
        _integer(_COLUMNS["run"], part.run.number if part.run else 0),
        _integer(_COLUMNS["run_index"], part.run_offset),
        _integer(_COLUMNS["count"], part.count),
        *packed(_COLUMNS["costs"].number, part.costs),
    ]
    if selection.detail is not Detail.COST:
        columns += packed(_COLUMNS["parameters"].number, part.parameters)
        if part.gradients is not None:
            columns += packed(_COLUMNS["gradients"].number, part.gradients)
    columns += packed(_COLUMNS["learning_rates"].number, part.learning_rates)
    validations = part.validations
    if len(validations):
        numbers = b"".join(map(varint, validations.updates.tolist()))
        columns += [
            tag(_COLUMNS["validation_updates"].number, LENGTH) + varint(len(numbers)) + numbers,
            *packed(_COLUMNS["validation_costs"].number, validations.costs),
            *packed(_COLUMNS["validation_accuracies"].number, validations.accuracies),
        ]
    size = sum(map(len, columns))
    return b"".join([tag(_RESPONSE["columns"].number, LENGTH), varint(size), *columns])


def can_be_written(parts: Sequence[Snapshots]) -> bool:
    """Return whether all updates have batches, and no validation a cost of 0.

    Others are rare and use message objects.
    """
    return all(
        part.kind is UpdateKind.GRADIENT and bool(part.validations.costs.all()) for part in parts
    )


def _updates(network: Network, part: Snapshots, selection: Selection) -> bytes:
    """Return the updates of a run as elements of an UpdateBatch or a ListUpdatesResponse."""
    run, count = part.run, part.count
    assert run is not None  # gradient updates have one
    if not count:
        return b""
    steps = np.arange(count, dtype=np.int64) * part.stride
    index = part.run_offset + steps
    batches = run.batches
    position = batches.positions(index)
    epochs, first = np.divmod(position, batches.epoch_examples)
    rows = _Rows(count)
    rows.integers(_UPDATE["update"].number, part.first_update + steps)
    rows.integers(_UPDATE["kind"].number, np.full(count, update_pb2.UPDATE_KIND_GRADIENT))
    rows.integers(_UPDATE["run"].number, np.full(count, run.number))
    rows.integers(_UPDATE["epoch"].number, epochs + 1)
    rows.integers(_UPDATE["first_example"].number, first)
    rows.integers(_UPDATE["example_count"].number, batches.example_counts(position))
    rows.constant(tag(_UPDATE["cost"].number, FIXED64))
    rows.doubles(part.costs.reshape(count, 1))
    if selection.parameters:
        rows.packed(_UPDATE["chosen"].number, part.parameters)
        if part.gradients is not None:
            rows.packed(_UPDATE["chosen_gradients"].number, part.gradients)
    elif selection.detail is not Detail.COST:
        _write_layers(rows, _UPDATE["layers"].number, network, part.parameters)
        if part.gradients is not None:
            _write_layers(rows, _UPDATE["gradients"].number, network, part.gradients)
    rows.constant(tag(_UPDATE["learning_rate"].number, FIXED64))
    rows.doubles(part.learning_rates.reshape(count, 1))
    if len(part.validations):
        _write_validations(rows, part)
    return rows.joined(tag(_BATCH["updates"].number, LENGTH))


def _write_validations(rows: "_Rows", part: Snapshots) -> None:
    """Write the validations after some of the updates; their costs are not 0."""
    found = part.validations
    field, cost_tag, accuracy_tag = (
        tag(_UPDATE["validation"].number, LENGTH),
        tag(_RESULT["cost"].number, FIXED64),
        tag(_RESULT["accuracy"].number, FIXED64),
    )
    content = np.zeros((part.count, len(field) + 19), dtype=np.uint8)
    lengths = np.zeros(part.count, dtype=np.int64)
    numbers = found.updates.tolist()
    for number, cost, accuracy in zip(numbers, found.costs, found.accuracies, strict=True):
        result = cost_tag + cost.astype("<f8").tobytes()
        if not np.isnan(accuracy):
            result += accuracy_tag + accuracy.astype("<f8").tobytes()
        row = field + varint(len(result)) + result
        index = (number - part.first_update) // part.stride
        content[index, : len(row)] = np.frombuffer(row, dtype=np.uint8)
        lengths[index] = len(row)
    rows.optional(content, lengths)


def _write_layers(rows: "_Rows", field: int, network: Network, parameters: Array) -> None:
    for before, place in layer_blocks(field, network):
        rows.constant(before)
        rows.doubles(parameters[:, place])


@dataclass(frozen=True, slots=True)
class _Column:
    """Some bytes of each row: `content` (rows, width), of which the first `lengths` are used."""

    content: Bytes
    lengths: Integers | None = None  # None: the full width in every row


class _Rows:
    """Serializes many messages of one type at once, field by field."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._columns: list[_Column] = []

    def constant(self, content: bytes) -> None:
        """Write the same bytes in every row."""
        row = np.frombuffer(content, dtype=np.uint8)
        self._columns.append(_Column(np.broadcast_to(row, (self._count, len(content)))))

    def doubles(self, values: Array) -> None:
        """Write the numbers of each row, copied directly from memory."""
        little = np.ascontiguousarray(values, dtype="<f8")
        self._columns.append(_Column(little.view(np.uint8).reshape(self._count, -1)))

    def packed(self, field: int, values: Array) -> None:
        """Write a packed field with the numbers of each row, at least one."""
        self.constant(tag(field, LENGTH) + varint(8 * values.shape[1]))
        self.doubles(values)

    def integers(self, field: int, values: NDArray[np.integer]) -> None:
        """Write a field with a number ≥ 0; 0 is omitted."""
        numbers = values.astype(np.int64)
        lengths = 1 + np.searchsorted(_STEPS, numbers, side="right")
        width = int(lengths.max(initial=1))
        start = np.frombuffer(tag(field, VARINT), dtype=np.uint8)
        content = np.empty((self._count, len(start) + width), dtype=np.uint8)
        content[:, : len(start)] = start
        for index in range(width):
            more = (lengths > index + 1).astype(np.uint8) << 7
            bits = ((numbers >> (7 * index)) & 0x7F).astype(np.uint8)
            content[:, len(start) + index] = bits | more
        used = np.where(numbers == 0, 0, len(start) + lengths)
        self._columns.append(_Column(content, used.astype(np.int64)))

    def optional(self, content: Bytes, lengths: Integers) -> None:
        """Write the first `lengths` bytes of each row of `content`, which may be none."""
        self._columns.append(_Column(content, lengths))

    def joined(self, element: bytes) -> bytes:
        """Return all rows as elements of a repeated field with this tag."""
        sizes = np.zeros(self._count, dtype=np.int64)
        for column in self._columns:
            sizes += column.content.shape[1] if column.lengths is None else column.lengths
        # Rows have the same layout if their numbers have the same lengths.
        keys = [column.lengths for column in self._columns if column.lengths is not None]
        layouts, which = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
        heads = [element + varint(size) for size in self._sizes_of(layouts)]
        if len(layouts) == 1:
            parts = self._parts(slice(None), layouts[0], heads[0])
            if self._count == 1:  # it may be large, and is copied once
                return b"".join(np.ascontiguousarray(part).data for part in parts)
            return np.concatenate(parts, axis=1).tobytes()
        whole = sizes + np.array([len(head) for head in heads])[which]
        ends = np.cumsum(whole)
        written = np.empty(int(ends[-1]), dtype=np.uint8)
        for number, (layout, head) in enumerate(zip(layouts, heads, strict=True)):
            rows = np.flatnonzero(which == number)
            block = np.concatenate(self._parts(rows, layout, head), axis=1)
            starts = ends[rows] - whole[rows]
            written[starts[:, None] + np.arange(block.shape[1])] = block
        return written.tobytes()

    def _sizes_of(self, layouts: NDArray[np.int64]) -> list[int]:
        """Return the size of the rows of each layout, in bytes."""
        fixed = sum(each.content.shape[1] for each in self._columns if each.lengths is None)
        return [fixed + int(layout.sum()) for layout in layouts]

    def _parts(self, rows: NDArray[np.intp] | slice, layout: Integers, head: bytes) -> list[Bytes]:
        """Return the columns (rows, bytes) of some rows of the same layout."""
        lengths = iter(layout.tolist())
        start = np.frombuffer(head, dtype=np.uint8)
        parts = [np.broadcast_to(start, (self._count, len(head)))[rows]]
        for column in self._columns:
            width = column.content.shape[1] if column.lengths is None else next(lengths)
            parts.append(column.content[rows, :width])
        return parts


def _integer(field: FieldDescriptor, number: int) -> bytes:
    """Return a field with a number ≥ 0; 0 is omitted."""
    return tag(field.number, VARINT) + varint(number) if number else b""
