"""What a face makes of responses, once for all who are sent the same."""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from service.faces.response_stream import Response
from service.reading.shared_values import SharedValues, Sized

#: A response up to this size, in bytes, is encoded in less time than a thread takes to begin.
_SMALL_BYTES = 4_000

V = TypeVar("V", bound=Sized)


class SharedEncodings(Generic[V]):
    """Encodes responses as one face sends them; up to `nbytes` are kept. For one event loop."""

    def __init__(self, encode: Callable[[Response], V], nbytes: int) -> None:
        self._encode = encode
        self._shared: SharedValues[V] = SharedValues(nbytes)

    async def of(self, response: Response) -> V:
        """Return the encoded response."""
        key, encode = response.key, partial(self._encode, response)
        if key is None:
            return encode()
        if response.nbytes <= _SMALL_BYTES:
            return self._shared.make_at_once(key, encode)
        kept = self._shared.kept(key)
        return await self._shared.make(key, 0, encode) if kept is None else kept
