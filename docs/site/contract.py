"""The reference of the contract, as Markdown from the comments in its descriptors."""

import re
from collections.abc import Iterator, Sequence

from clearprop.v1 import training_service_pb2 as pb
from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor import (
    Descriptor,
    EnumDescriptor,
    FieldDescriptor,
    MethodDescriptor,
)

from service.faces.messages.scopes import required_scope
from service.faces.rest.documentation.comments import comments
from service.faces.rest.documentation.guide import TAGS
from service.faces.rest.documentation.prose import markdown

_PACKAGE = "clearprop.v1."
_INTRODUCTION = """
This page describes all calls of the service `clearprop.v1.TrainingService`, over gRPC and HTTP. It
is generated from the comments in `proto/clearprop/v1/`.
""".strip()
_SCALARS = {
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_UINT64: "uint64",
}
_VERBS = ("get", "post", "patch", "delete", "put")


def reference() -> str:
    """Return the page: the calls by subject, then all messages and enums in alphabetical order."""
    service = pb.DESCRIPTOR.services_by_name["TrainingService"]
    parts = [
        "# Contract",
        _INTRODUCTION,
        _comment(service.full_name),
        "## Calls",
    ]
    for subject, (_, names) in TAGS.items():
        parts.append(f"### {subject}")
        for name in names:
            parts += _call(service.methods_by_name[name])
    types = _types(service.methods)
    messages = [each for each in types if isinstance(each, Descriptor)]
    enums = [each for each in types if isinstance(each, EnumDescriptor)]
    parts.append("## Messages")
    for message in messages:
        parts += _message(message)
    parts.append("## Enums")
    for enum in enums:
        parts += _enum(enum)
    return "\n\n".join(part for part in parts if part) + "\n"


def _call(method: MethodDescriptor) -> Iterator[str]:
    request = ("stream " if method.client_streaming else "") + _link(method.input_type)
    response = ("stream " if method.server_streaming else "") + _link(method.output_type)
    yield f"#### {method.name}"
    yield f"{request} → {response}"
    rule: HttpRule = method.GetOptions().Extensions[annotations_pb2.http]  # type: ignore[index]
    routes = [
        f"`{verb.upper()} {getattr(binding, verb)}`"
        for binding in (rule, *rule.additional_bindings)
        for verb in _VERBS
        if getattr(binding, verb)
    ]
    yield f"HTTP: {', '.join(routes)}"
    yield f"Scope: `{required_scope(method).value}`"
    yield _comment(method.full_name)


def _message(message: Descriptor) -> Iterator[str]:
    yield f"### {message.name}"
    yield _comment(message.full_name)
    if message.fields:
        yield _table(
            "field | type | description",
            [
                (f"`{field.name}`", _type(field), _cell(_field_comment(field)))
                for field in message.fields
            ],
        )


def _enum(enum: EnumDescriptor) -> Iterator[str]:
    yield f"### {enum.name}"
    yield _comment(enum.full_name)
    yield _table(
        "value | number | description",
        [
            (f"`{value.name}`", str(value.number), _cell(f"{enum.full_name}.{value.name}"))
            for value in enum.values
        ],
    )


def _types(methods: Sequence[MethodDescriptor]) -> list[Descriptor | EnumDescriptor]:
    """Return the messages and enums of the contract that calls use, by name."""
    found: dict[str, Descriptor | EnumDescriptor] = {}
    waiting: list[Descriptor | EnumDescriptor] = [
        each for method in methods for each in (method.input_type, method.output_type)
    ]
    while waiting:
        current = waiting.pop()
        if not current.full_name.startswith(_PACKAGE) or current.full_name in found:
            continue
        found[current.full_name] = current
        if isinstance(current, Descriptor):
            waiting += [used for field in current.fields for used in _used_by(field)]
    shown = (each for each in found.values() if not _is_map(each))
    return sorted(shown, key=lambda each: each.name)


def _used_by(field: FieldDescriptor) -> Iterator[Descriptor | EnumDescriptor]:
    if field.message_type is not None:
        yield field.message_type
    if field.enum_type is not None:
        yield field.enum_type


def _is_map(type_: Descriptor | EnumDescriptor) -> bool:
    return isinstance(type_, Descriptor) and type_.GetOptions().map_entry


def _type(field: FieldDescriptor) -> str:
    if field.message_type is not None and _is_map(field.message_type):
        key, value = (field.message_type.fields_by_name[each] for each in ("key", "value"))
        return f"map of {_type(key)} to {_type(value)}"
    name = next(map(_link, _used_by(field)), None) or _SCALARS[field.type]
    if field.is_repeated:
        return f"repeated {name}"
    is_optional = field.has_presence and field.message_type is None
    return f"optional {name}" if is_optional else name


def _link(type_: Descriptor | EnumDescriptor) -> str:
    if not type_.full_name.startswith(_PACKAGE):
        return f"`{type_.full_name}`"
    return f"[{type_.name}](#{type_.name.lower()})"


def _comment(name: str) -> str:
    return _escaped(markdown(comments().get(name, "")))


def _field_comment(field: FieldDescriptor) -> str:
    message: Descriptor = field.containing_type  # type: ignore[assignment] # only extensions have none
    return f"{message.full_name}.{field.name}"


def _cell(name: str) -> str:
    return _comment(name).replace("|", r"\|").replace("\n\n", "<br><br>").replace("\n", "<br>")


def _table(head: str, rows: list[tuple[str, ...]]) -> str:
    columns = head.count("|") + 1
    lines = [f"| {head} |", "|" + " --- |" * columns]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _escaped(text: str) -> str:
    """Escape what Markdown would take for markup, outside of code."""
    parts = text.split("`")
    for index in range(0, len(parts), 2):
        text = parts[index].replace("<", "&lt;")
        parts[index] = re.sub(r"([_\[\]])", r"\\\1", text)
    return "`".join(parts)
