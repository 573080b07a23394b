"""Sets fields of a request message from the path, the query and the headers."""

from collections.abc import Iterable, Mapping

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from service.faces.rest.from_json import (
    BadValue,
    fields_of,
    has_form_of_text,
    is_map,
    note,
    scalar,
    unknown,
)
from training.errors import Violations


def set_bound(violations: Violations, message: Message, bound: Mapping[str, str]) -> None:
    """Set the fields in the path. If the body has them too, their values must be the same."""
    for name, text in bound.items():
        set_also(violations, message, name, text, "the path")


def set_also(violations: Violations, message: Message, name: str, text: str, where: str) -> None:
    """Set a field from outside the body, or report that the body has another value."""
    field = message.DESCRIPTOR.fields_by_name[name]
    try:
        value = scalar(field)(text)
    except BadValue as bad:
        note(violations, field.name, f"{bad}, in {where}")
        return
    given = getattr(message, field.name)
    is_given = message.HasField(field.name) if field.has_presence else given != field.default_value
    if is_given and given != value:
        note(violations, field.name, f"is {given!r}, but {value!r} in {where}: omit one of them")
    setattr(message, field.name, value)


def set_query(
    violations: Violations, message: Message, parameters: Iterable[tuple[str, str]]
) -> None:
    """Set fields from a query: nested fields with dots, repeated fields by repetition."""
    given: dict[str, str] = {}
    for name, text in parameters:
        found = _found(violations, message, name)
        if found is None:
            continue
        owner, field, path = found
        if path in given and not (field.is_repeated and given[path] == name):
            note(violations, path, "occurs twice")
        else:
            given[path] = name
            _set(violations, owner, field, text, path)


def _found(
    violations: Violations, message: Message, name: str
) -> tuple[Message, FieldDescriptor, str] | None:
    """Return the field with a dotted name, the message that contains it, and its path."""
    *owners, last = name.split(".")
    path = ""
    for part in owners:
        field = fields_of(message.DESCRIPTOR).get(part)
        if field is None or field.message_type is None or field.is_repeated:
            note(violations, name, unknown(part, message))
            return None
        message = getattr(message, field.name)
        path += f"{field.name}."
    field = fields_of(message.DESCRIPTOR).get(last)
    if field is None:
        note(violations, name, unknown(last, message))
        return None
    return message, field, path + field.name


def _set(
    violations: Violations, owner: Message, field: FieldDescriptor, text: str, path: str
) -> None:
    if field.message_type is not None and (
        is_map(field) or field.is_repeated or not has_form_of_text(field.message_type)
    ):
        note(
            violations,
            path,
            "cannot be sent in a query: send its fields with dots, or send it in a body",
        )
        return
    try:
        if field.message_type is not None:
            getattr(owner, field.name).FromJsonString(text)
        elif field.is_repeated:
            getattr(owner, field.name).append(_scalar(field, text))
        else:
            setattr(owner, field.name, _scalar(field, text))
    except (BadValue, ValueError) as bad:
        note(violations, path, str(bad))


def _scalar(field: FieldDescriptor, text: str) -> object:
    if field.type == FieldDescriptor.TYPE_BOOL:
        if text not in {"true", "false"}:
            raise BadValue(f"must be true or false, not {text!r}")
        return text == "true"
    return scalar(field)(text)
