"""What a face makes of responses, once for all who are sent the same."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from service.faces.response_stream import Response, ResponseGroup
from service.reading.shared_values import SharedValues, Sized

#: Responses up to this size, in bytes, are encoded in less time than a thread takes to begin.
_SMALL_BYTES = 4_000

V = TypeVar("V", bound=Sized)


@dataclass(frozen=True, slots=True)
class EncodedGroup(Generic[V]):
    """What was made of the responses of a group, in order."""

    contents: tuple[V, ...]

    @property
    def nbytes(self) -> int:
        """How many bytes all of it takes."""
        return sum(content.nbytes for content in self.contents)


class SharedEncodings(Generic[V]):
    """Encodes responses as one face sends them; up to `nbytes` are kept. For one event loop.

    A group is encoded at once: a thread for each of its responses would take as long again.
    """

    def __init__(self, encode: Callable[[Response], V], nbytes: int) -> None:
        self._encode = encode
        self._shared: SharedValues[EncodedGroup[V]] = SharedValues(nbytes)

    async def of(self, group: ResponseGroup) -> tuple[V, ...]:
        """Return the encoded responses of a group."""
        key, encode = group.key, partial(self._encoded, group)
        if key is None:
            return encode().contents
        if group.nbytes <= _SMALL_BYTES:
            return self._shared.make_at_once(key, encode).contents
        kept = self._shared.kept(key)
        return (await self._shared.make(key, 0, encode) if kept is None else kept).contents

    def _encoded(self, group: ResponseGroup) -> EncodedGroup[V]:
        return EncodedGroup(tuple(map(self._encode, group.responses)))
