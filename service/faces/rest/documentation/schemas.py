"""JSON Schemas of the contract's messages, by the rules of protobuf's JSON mapping."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from service.faces.rest.documentation.comments import comments
from service.faces.rest.documentation.prose import markdown

Schema: TypeAlias = dict[str, Any]

_LARGE = "Int64"
_REAL = "Double"

#: The schemas of types that JSON does not have.
_OWN_TYPES: Mapping[str, Schema] = {
    _LARGE: {
        "description": "A 64-bit integer. It is a string, because many JSON parsers would round "
        "the number. Requests can also contain a number.",
        "type": "string",
        "pattern": "^-?[0-9]{1,19}$",
        "examples": ["1"],
    },
    _REAL: {
        "description": "A float64 number. The decimals in a response parse to the same bits.",
        "anyOf": [
            {"type": "number"},
            {"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]},
        ],
    },
}

_SCALARS: Mapping[int, Schema] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
}

_OWN_TYPE_OF: Mapping[int, str] = {
    FieldDescriptor.TYPE_DOUBLE: _REAL,
    FieldDescriptor.TYPE_INT64: _LARGE,
}

#: Well-known types whose JSON is a string.
_AS_TEXT: Mapping[str, Schema] = {
    "google.protobuf.FieldMask": {"type": "string", "examples": ["labels"]},
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
}


class Schemas:
    """Generates the schemas of messages and enums, including all that they refer to.

    `requests` are the messages that are bodies of requests, with their fields that are in the path
    instead. In messages from clients, no field is required and unknown fields are not allowed. In
    messages that only the server sends, fields without presence are required.
    """

    def __init__(self, requests: Mapping[Descriptor, Iterable[str]]) -> None:
        self._elsewhere = {descriptor: set(names) for descriptor, names in requests.items()}
        self._from_clients = _reached_from(requests)
        self.generated: dict[str, Schema] = {}

    def ref(self, descriptor: Descriptor | EnumDescriptor) -> Schema:
        """Return a reference to the schema of a message or an enum."""
        if descriptor.name not in self.generated:
            self.generated[descriptor.name] = {}  # for messages that contain themselves
            self.generated[descriptor.name] = (
                self._of_message(descriptor)
                if isinstance(descriptor, Descriptor)
                else _of_enum(descriptor)
            )
        return _ref(descriptor.name)

    def of_field(self, field: FieldDescriptor) -> Schema:
        """Return the schema of a field, including its comment."""
        comment = comments()[f"{_owner(field).full_name}.{field.name}"]
        return {**self._of_values(field), "description": markdown(comment)}

    def _of_message(self, descriptor: Descriptor) -> Schema:
        fields = [
            field
            for field in descriptor.fields
            if field.name not in self._elsewhere.get(descriptor, ())
        ]
        schema = {
            "type": "object",
            "description": _description(descriptor),
            "properties": {field.json_name: self.of_field(field) for field in fields},
        }
        if descriptor in self._from_clients:
            return {**schema, "additionalProperties": False}
        always = [field.json_name for field in fields if not field.has_presence]
        return {**schema, "required": always} if always else schema

    def _of_values(self, field: FieldDescriptor) -> Schema:
        entry = field.message_type
        if entry is not None and entry.GetOptions().map_entry:
            key, value = entry.fields
            names = {} if key.type == key.TYPE_STRING else {"propertyNames": {"pattern": r"^\d+$"}}
            return {"type": "object", "additionalProperties": self._of_value(value), **names}
        if field.is_repeated:
            return {"type": "array", "items": self._of_value(field)}
        return self._of_value(field)

    def _of_value(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            as_text = _AS_TEXT.get(field.message_type.full_name)
            return self.ref(field.message_type) if as_text is None else as_text
        if field.enum_type is not None:
            return self.ref(field.enum_type)
        if own_type := _OWN_TYPE_OF.get(field.type):
            self.generated[own_type] = _OWN_TYPES[own_type]
            return _ref(own_type)
        return _SCALARS[field.type]


def is_text(field: FieldDescriptor) -> bool:
    """Return whether a field is not a message, or is one whose JSON is a string."""
    return field.message_type is None or field.message_type.full_name in _AS_TEXT


def _owner(field: FieldDescriptor) -> Descriptor:
    owner = field.containing_type
    assert owner is not None, "only extensions have no containing message"
    return owner


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _description(descriptor: Descriptor) -> str:
    """Return the comment of a message, and which of its fields are mutually exclusive."""
    choices = [
        f"One of {', '.join(f'`{field.json_name}`' for field in oneof.fields)} is present."
        for oneof in descriptor.oneofs
        if len(oneof.fields) > 1
    ]
    return "\n\n".join([markdown(comments()[descriptor.full_name]), *choices])


def _of_enum(enum: EnumDescriptor) -> Schema:
    values = [
        f"- `{value.name}`: {markdown(comments()[f'{enum.full_name}.{value.name}'])}"
        for value in enum.values
    ]
    description = markdown(comments()[enum.full_name])
    return {
        "type": "string",
        "description": "\n".join([description, "", *values]),
        "enum": [value.name for value in enum.values],
    }


def _reached_from(descriptors: Iterable[Descriptor]) -> set[Descriptor]:
    reached: set[Descriptor] = set()
    waiting = list(descriptors)
    while waiting:
        descriptor = waiting.pop()
        if descriptor not in reached:
            reached.add(descriptor)
            waiting.extend(_held_by(descriptor))
    return reached


def _held_by(descriptor: Descriptor) -> Iterator[Descriptor]:
    return (field.message_type for field in descriptor.fields if field.message_type is not None)
