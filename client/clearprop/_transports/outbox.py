"""A way for messages from the thread that makes them to the one that sends them."""

from threading import Condition
from typing import Self

from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest


class Outbox:
    """Hands messages, one at a time, from the thread that makes them to the one that sends them.

    gRPC iterates over a stream's messages in a thread of its own. A caller's iterator is better
    used in the caller's, where what it raises can be caught, and where it may be bound to.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._message: UploadTrainingSetRequest | None = None
        self._finished = False
        self._abandoned = False

    def put(self, message: UploadTrainingSetRequest) -> bool:
        """Hand over a message when the one before is taken; return whether anyone takes more."""
        with self._changed:
            self._changed.wait_for(lambda: self._message is None or self._abandoned)
            self._message = message
            self._changed.notify_all()
            return not self._abandoned

    def finish(self) -> None:
        """Say that no message follows."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Say that no message is taken any more."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> UploadTrainingSetRequest:
        with self._changed:
            self._changed.wait_for(
                lambda: self._message is not None or self._finished or self._abandoned
            )
            message, self._message = self._message, None
            if message is None or self._abandoned:
                raise StopIteration
            self._changed.notify_all()
            return message
