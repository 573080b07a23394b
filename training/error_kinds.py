"""The kinds of errors that callers can get: what a caller can do about them."""

import copyreg
from typing import Any, ClassVar


class ClearpropError(Exception):
    """An error that is reported to a caller.

    `reason` is a stable word for programs, `metadata` names what the error is about, `retry_after`
    is in seconds, if repeating the same call later can help.
    """

    reason: ClassVar[str]
    retry_after: ClassVar[float | None] = None

    def __init__(self, message: str, **metadata: object) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = {name: str(value) for name, value in metadata.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to unpickle it: Python would pass its message alone to the constructor."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class InvalidError(ClearpropError):
    """The request is invalid in any state of the service."""


class NotFoundError(ClearpropError):
    """Something that the request names does not exist."""


class AlreadyExistsError(ClearpropError):
    """The request would create something that exists already."""


class WrongStateError(ClearpropError):
    """The request is valid, but not in this state; the message says what to call first."""


class StaleError(ClearpropError):
    """The request is based on a state that has changed since."""


class OutOfRangeError(ClearpropError):
    """A number is outside the range that exists."""


class ExhaustedError(ClearpropError):
    """A limit is exceeded."""


class UnavailableError(ClearpropError):
    """The service cannot answer now; the same call may succeed later."""


class DataLossError(ClearpropError):
    """Stored history is damaged, or a part of it was lost."""


class CancelledCallError(ClearpropError):
    """The caller does not wait for the result any more."""


class UnauthenticatedError(ClearpropError):
    """The caller must prove who it is."""


class DeniedError(ClearpropError):
    """The caller is known, and is not allowed to do this."""


class DeadlineError(ClearpropError):
    """The call took longer than it may."""
