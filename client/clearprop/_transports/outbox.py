"""A handover of messages from the thread that creates them to the thread that sends them."""

from threading import Condition
from typing import Self

from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest


class Outbox:
    """Hands over messages, one at a time, from the thread that creates them to a sending thread.

    gRPC iterates over the messages of a stream in its own thread. The caller's iterator is used in
    the caller's thread, where its exceptions can be caught, and to which it may be bound.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._message: UploadTrainingSetRequest | None = None
        self._finished = False
        self._abandoned = False

    def put(self, message: UploadTrainingSetRequest) -> bool:
        """Hand over a message after the previous one; return whether more are accepted."""
        with self._changed:
            self._changed.wait_for(lambda: self._message is None or self._abandoned)
            self._message = message
            self._changed.notify_all()
            return not self._abandoned

    def finish(self) -> None:
        """Signal that no more messages follow."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Signal that no more messages are accepted."""
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
