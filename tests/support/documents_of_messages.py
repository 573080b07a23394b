"""The places in a message's JSON, each with the field that it is of and what is wrong there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from hypothesis import strategies as st

from service.faces.rest.from_json import fields_of, has_form_of_text, is_map

_REFUSED_BY_KIND: Mapping[int, list[Any]] = {
    FieldDescriptor.CPPTYPE_INT32: [2**31, -(2**31) - 1, 0.5, "", "x", "1 ", True, {}, [1]],
    FieldDescriptor.CPPTYPE_INT64: [2**63, "9223372036854775808", 1e300, "1,0", False, [], {}],
    FieldDescriptor.CPPTYPE_DOUBLE: ["", "x", "1.", ".5", "0x1", 10**400, "1e400", True, [], {}],
    FieldDescriptor.CPPTYPE_BOOL: ["true", "", 0, 1, 1.0, [], {}],
    FieldDescriptor.CPPTYPE_STRING: [0, 1.5, True, [], {}, "\ud800"],
    FieldDescriptor.CPPTYPE_ENUM: ["NO_SUCH", "", 0.5, 2**31, True, [], {}],
}


@dataclass(frozen=True)
class Place:
    """Something that can be replaced: where it is, under which path it is named, what it is of.

    `field` is None for a name that there is not yet; `is_element`: one of the many of its field.
    """

    holder: Any
    key: Any
    path: str
    field: FieldDescriptor | None
    is_element: bool = False

    def refused(self) -> st.SearchStrategy[Any]:
        """Return a strategy for what cannot stand here, all of it wrong in this very place."""
        if self.field is None:
            return st.just(0)
        if not self.is_element and (self.field.is_repeated or is_map(self.field)):
            return st.sampled_from([0, "", True, [] if is_map(self.field) else {}])
        if self.field.message_type is None:
            return st.sampled_from(_REFUSED_BY_KIND[self.field.cpp_type])
        form_of_text = has_form_of_text(self.field.message_type)
        return st.sampled_from([{}, 0, "no_camel"] if form_of_text else [0, "", False, []])


def places(descriptor: Any, document: dict[str, Any], path: str = "") -> Iterator[Place]:
    """Yield the places in a message's JSON that lie in no other."""
    yield Place(document, "noSuchField", f"{path}noSuchField", None)
    for name, value in document.items():
        field = fields_of(descriptor)[name]
        yield from _within(field, value, Place(document, name, path + field.name, field))


def _within(field: FieldDescriptor, value: Any, place: Place) -> Iterator[Place]:
    if is_map(field) and value:
        of_value = field.message_type.fields_by_name["value"]  # type: ignore[union-attr]
        for key, each in value.items():
            where = f"{place.path}[{key}]"
            yield from _of_one(Place(value, key, where, of_value, is_element=True), each)
    elif field.is_repeated and not is_map(field) and value:
        for index, each in enumerate(value):
            where = f"{place.path}[{index}]"
            yield from _of_one(Place(value, index, where, field, is_element=True), each)
    else:
        yield from _of_one(place, value)


def _of_one(place: Place, value: Any) -> Iterator[Place]:
    assert place.field is not None
    if place.field.message_type is not None and isinstance(value, dict) and value:
        yield from places(place.field.message_type, value, f"{place.path}.")
    else:
        yield place
