"""Fields of requests that may be absent."""

from typing import Any

from google.protobuf.message import Message


def optional(message: Message, field: str) -> Any:  # noqa: ANN401 - its type is that of the field
    """Return what a field holds; None where it is absent."""
    return getattr(message, field) if message.HasField(field) else None
