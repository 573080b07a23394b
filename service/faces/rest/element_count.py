"""Counts the elements of a JSON text before anything is built from it."""

from training.errors import LimitExceeded

#: What an object usually has: its names and short texts, and its arrays of numbers.
_STRINGS_OF_OBJECT = 4
_ARRAYS_OF_OBJECT = 2


class ElementCount:
    """The number of elements in a text that arrives in parts: objects, and what exceeds them.

    Each object becomes a message. The arrays and strings of an ordinary object are part of it; more
    of them are elements, such as the strings of a map. Signs in strings are counted too, so that
    the number can be too large, but not too small.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._objects = 0
        self._arrays = 0
        self._quotes = 0

    def add(self, part: bytes | bytearray) -> None:
        """Count the next part. Raises LimitExceeded."""
        self._objects += part.count(b"{")
        self._arrays += part.count(b"[")
        self._quotes += part.count(b'"')
        arrays = max(0, self._arrays - _ARRAYS_OF_OBJECT * self._objects)
        strings = max(0, self._quotes // 2 - _STRINGS_OF_OBJECT * self._objects)
        elements = self._objects + arrays + strings
        if elements > self._most:
            raise LimitExceeded(
                f"the body, or a line of it, has at least {elements} elements, more than the limit"
                f" message_elements of {self._most}: send fewer objects per request or line",
                limit="message_elements",
                value=self._most,
            )
