"""Everything that can be refused or go wrong, by name.

Each error says what is wrong and what to do in one sentence, for people, and carries a stable
reason and metadata, for programs. How an error looks on the wire is the service's affair.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar


class ClearpropError(Exception):
    """An error that a caller is told about.

    `reason` is a stable word for programs, `metadata` names the things concerned, `retry_after`
    is in seconds, where repeating the same call later can help.
    """

    reason: ClassVar[str]
    retry_after: ClassVar[float | None] = None

    def __init__(self, message: str, **metadata: object) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = {name: str(value) for name, value in metadata.items()}


# The kinds of error: what a caller can do about them.


class InvalidError(ClearpropError):
    """The request itself is wrong, whatever the state of the service."""


class NotFoundError(ClearpropError):
    """What the request names does not exist."""


class AlreadyExistsError(ClearpropError):
    """What the request wants to make exists already."""


class WrongStateError(ClearpropError):
    """The request is right, but not now; the message says what to call first."""


class StaleError(ClearpropError):
    """The caller decided on the grounds of something that has changed since."""


class OutOfRangeError(ClearpropError):
    """A number lies outside of what exists."""


class ExhaustedError(ClearpropError):
    """A limit is exceeded."""


class UnavailableError(ClearpropError):
    """The service cannot answer now; the same call may succeed later."""


class DataLossError(ClearpropError):
    """Stored history is damaged."""


# The errors.


@dataclass(frozen=True, slots=True)
class Violation:
    """One bad field: its path in the request, and what is wrong with it.

    The path is empty where the request as a whole is wrong.
    """

    field: str
    description: str

    def __str__(self) -> str:
        return f"{self.field}: {self.description}" if self.field else self.description


class InvalidFields(InvalidError):
    """One or more fields are bad; `violations` names every one of them."""

    reason = "INVALID_FIELDS"

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.violations = violations


class NetworkNotFound(NotFoundError):
    """There is no such network."""

    reason = "NETWORK_NOT_FOUND"


class TrainingSetNotFound(NotFoundError):
    """There is no such training set."""

    reason = "TRAINING_SET_NOT_FOUND"


class RunNotFound(NotFoundError):
    """The network has no run of this number."""

    reason = "RUN_NOT_FOUND"


class NetworkExists(AlreadyExistsError):
    """The id belongs to another network."""

    reason = "NETWORK_EXISTS"


class TrainingSetExists(AlreadyExistsError):
    """The id belongs to another training set."""

    reason = "TRAINING_SET_EXISTS"


class RequestIdReused(AlreadyExistsError):
    """The request id was used for another request."""

    reason = "REQUEST_ID_REUSED"


class RunNotOver(WrongStateError):
    """The network has a run that is not over."""

    reason = "RUN_NOT_OVER"


class RunOver(WrongStateError):
    """The run is in a final state."""

    reason = "RUN_OVER"


class NoPausedRun(WrongStateError):
    """There is no paused run to continue."""

    reason = "NO_PAUSED_RUN"


class NoNextUpdate(WrongStateError):
    """There is no run that would make another update."""

    reason = "NO_NEXT_UPDATE"


class NotGradient(WrongStateError):
    """No batch made the update: there is nothing inside to look at."""

    reason = "NOT_GRADIENT"


class TrainingSetInUse(WrongStateError):
    """A run that is not over trains on the set."""

    reason = "TRAINING_SET_IN_USE"


class TrainingSetBuiltIn(WrongStateError):
    """The set comes with the service and stays."""

    reason = "TRAINING_SET_BUILT_IN"


class NetworkReplaced(WrongStateError):
    """The id now belongs to another network than the one that is meant."""

    reason = "NETWORK_REPLACED"


class StaleEtag(StaleError):
    """The network has changed since the etag was given out."""

    reason = "STALE_ETAG"


class HeadMoved(StaleError):
    """The history has grown since the head was read: read it again and decide anew."""

    reason = "HEAD_MOVED"
    retry_after = 0.1


class UpdateOutOfRange(OutOfRangeError):
    """There is no update of this number (yet)."""

    reason = "UPDATE_OUT_OF_RANGE"


class HistoryCompacted(OutOfRangeError):
    """The update was made, but what lies before the earliest kept update was let go of."""

    reason = "HISTORY_COMPACTED"

    def __init__(self, network: str, update: int, earliest: int, latest: int) -> None:
        super().__init__(
            f"update {update} of {network} is no longer kept: "
            f"its history begins at update {earliest}; ask for one in {earliest}..{latest}",
            network=network,
            update=update,
            earliest_update=earliest,
            latest_update=latest,
        )


class LimitExceeded(ExhaustedError):
    """The request would exceed a limit of the service."""

    reason = "LIMIT_EXCEEDED"


class TooManyUploads(ExhaustedError):
    """As many uploads as the service takes at the same time are under way."""

    reason = "TOO_MANY_UPLOADS"
    retry_after = 1.0


class Draining(UnavailableError):
    """The server is stopping."""

    reason = "DRAINING"
    retry_after = 1.0


class WatcherTooSlow(UnavailableError):
    """A watcher could not be written to for too long."""

    reason = "WATCHER_TOO_SLOW"
    retry_after = 0.1


class UploadStalled(UnavailableError):
    """Nothing came of an upload for too long."""

    reason = "UPLOAD_STALLED"
    retry_after = 0.1


class StoreUnavailable(UnavailableError):
    """The store cannot be read or written now."""

    reason = "STORE_UNAVAILABLE"
    retry_after = 1.0


class StoreFull(ExhaustedError):
    """There is no room left where the store keeps its data."""

    reason = "STORE_FULL"
    retry_after = 10.0


class DamagedHistory(DataLossError):
    """Stored history does not read back as it was written, or does not replay to its keyframes."""

    reason = "DAMAGED_HISTORY"


class Violations:
    """Collects every bad field of a request, so that all are named at once.

    `unknown` are the fields whose values had no meaning when the request was read, such as the
    number of an activation that there is not. Each is named where the rules come to it, those that
    no rule comes to at the end. What the rules see in its place is a value that is valid.
    """

    def __init__(self, unknown: Iterable[Violation] = ()) -> None:
        self._unknown = {violation.field: violation for violation in unknown}
        self._found: list[Violation] = []

    def add(self, field: str, description: str) -> None:
        """Note that `field` is bad."""
        self._found.append(Violation(field, description))

    def require(self, holds: bool, field: str, description: str) -> bool:
        """Note that `field` is bad unless it `holds`; return whether it holds."""
        if not holds:
            self.add(field, description)
        return holds

    def known(self, field: str) -> bool:
        """Note that `field` is bad where its value is unknown; return whether it is known."""
        violation = self._unknown.get(field)
        if violation is not None and violation not in self._found:
            self._found.append(violation)
        return violation is None

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def found(self) -> list[Violation]:
        """All that was noted, in its order."""
        return [*self._found]

    def refuse(self) -> None:
        """Raise InvalidFields when any field was noted, or is unknown."""
        for field in self._unknown:
            self.known(field)
        if self._found:
            raise InvalidFields(self._found)


@contextmanager
def validating(unknown: Iterable[Violation] = ()) -> Iterator[Violations]:
    """Check a request: collect violations in the block, raise InvalidFields at its end if any."""
    violations = Violations(unknown)
    yield violations
    violations.refuse()
