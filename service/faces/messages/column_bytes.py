"""Serializes columns of updates without message objects, copied directly from memory.

A test checks that the bytes are the same as those of the generated classes.
"""

from clearprop.v1 import training_service_pb2, update_pb2
from google.protobuf.descriptor import FieldDescriptor

from service.faces.messages.encoding import LENGTH, VARINT, packed, tag, varint, varints
from service.faces.messages.updates import UPDATE_KINDS
from service.reading.selection import ALL, Detail, Selection
from training.snapshots import Snapshots

_COLUMNS = update_pb2.UpdateColumns.DESCRIPTOR.fields_by_name
_RESPONSE = training_service_pb2.WatchUpdatesResponse.DESCRIPTOR.fields_by_name


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
        numbers = b"".join(varints(validations.updates.tolist()))
        columns += [
            tag(_COLUMNS["validation_updates"].number, LENGTH) + varint(len(numbers)) + numbers,
            *packed(_COLUMNS["validation_costs"].number, validations.costs),
            *packed(_COLUMNS["validation_accuracies"].number, validations.accuracies),
        ]
    size = sum(map(len, columns))
    return b"".join([tag(_RESPONSE["columns"].number, LENGTH), varint(size), *columns])


def _integer(field: FieldDescriptor, number: int) -> bytes:
    """Return a field with a number ≥ 0; 0 is omitted."""
    return tag(field.number, VARINT) + varint(number) if number else b""
