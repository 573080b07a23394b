"""Optional fields of requests."""

from typing import Any

from google.protobuf.message import Message


def optional(message: Message, field: str) -> Any:  # noqa: ANN401 - the type of the field
    """Return the value of a field, or None if it is absent."""
    return getattr(message, field) if message.HasField(field) else None
