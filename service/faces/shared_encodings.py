"""Encodes responses once for all streams that send the same ones."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from service.faces.response_stream import Response, ResponseGroup
from service.reading.shared_values import SharedValues, Sized
from service.threads import Threads

#: Encoding responses up to this size, in bytes, takes less time than starting a thread.
_SMALL_BYTES = 4_000

V = TypeVar("V", bound=Sized)


@dataclass(frozen=True, slots=True)
class EncodedGroup(Generic[V]):
    """The encoded responses of a group, in order."""

    contents: tuple[V, ...]

    @property
    def nbytes(self) -> int:
        """The total size in bytes."""
        return sum(content.nbytes for content in self.contents)


class SharedEncodings(Generic[V]):
    """Encodes responses for one face and caches up to `nbytes`. For one event loop.

    A group is encoded in a single step: one thread per response would take twice as long.
    """

    def __init__(self, encode: Callable[[Response], V], nbytes: int, threads: Threads) -> None:
        self._encode = encode
        self._shared: SharedValues[EncodedGroup[V]] = SharedValues(nbytes, threads)

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
