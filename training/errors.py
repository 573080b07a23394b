"""The errors that callers can get, by name.

Each error says what is wrong and what to do in one sentence, for people, and has a stable reason
and metadata, for programs. The service decides how an error is sent.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from training.error_kinds import (
    AlreadyExistsError,
    CancelledCallError,
    DataLossError,
    DeadlineError,
    DeniedError,
    ExhaustedError,
    InvalidError,
    NotFoundError,
    OutOfRangeError,
    StaleError,
    UnauthenticatedError,
    UnavailableError,
    WrongStateError,
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One invalid field: its path in the request, and what is wrong with it.

    The path is empty if the request as a whole is wrong.
    """

    field: str
    description: str

    def __str__(self) -> str:
        return f"{self.field}: {self.description}" if self.field else self.description


class InvalidFields(InvalidError):
    """One or more fields are invalid; `violations` names all of them."""

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
    """The network has no run with this number."""

    reason = "RUN_NOT_FOUND"


class NetworkExists(AlreadyExistsError):
    """The id is already in use by another network."""

    reason = "NETWORK_EXISTS"

    def __init__(self, network: str) -> None:
        super().__init__(
            f"network {network} already exists: use another id, or delete it first",
            network=network,
        )


class TrainingSetExists(AlreadyExistsError):
    """The id is already in use by another training set."""

    reason = "TRAINING_SET_EXISTS"

    def __init__(self, training_set: str) -> None:
        super().__init__(
            f"training set {training_set} already exists: use another id, or delete it first",
            training_set=training_set,
        )


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
    """The training set is built in and cannot be deleted."""

    reason = "TRAINING_SET_BUILT_IN"


class NetworkReplaced(WrongStateError):
    """The id now belongs to a network with another uid."""

    reason = "NETWORK_REPLACED"


class StaleEtag(StaleError):
    """The network has changed since the etag was issued."""

    reason = "STALE_ETAG"


class HeadMoved(StaleError):
    """The history has changed since the head was read: read it again and retry."""

    reason = "HEAD_MOVED"
    retry_after = 0.1


class UpdateOutOfRange(OutOfRangeError):
    """There is no update with this number, or not yet."""

    reason = "UPDATE_OUT_OF_RANGE"


class HistoryCompacted(OutOfRangeError):
    """The update existed, but updates before the earliest kept one were deleted."""

    reason = "HISTORY_COMPACTED"

    def __init__(self, network: str, update: int, earliest: int, latest: int) -> None:
        super().__init__(
            f"update {update} of network {network} was deleted: its history begins at update"
            f" {earliest}; use {earliest} to {latest}",
            network=network,
            update=update,
            earliest_update=earliest,
            latest_update=latest,
        )


class LimitExceeded(ExhaustedError):
    """The request would exceed a limit of the service."""

    reason = "LIMIT_EXCEEDED"


class TooManyUploads(ExhaustedError):
    """The maximum number of concurrent uploads is reached."""

    reason = "TOO_MANY_UPLOADS"
    retry_after = 1.0


class Draining(UnavailableError):
    """The server is stopping."""

    reason = "DRAINING"
    retry_after = 1.0


class WatcherTooSlow(UnavailableError):
    """The client of a watch did not read for too long."""

    reason = "WATCHER_TOO_SLOW"
    retry_after = 0.1


class UploadStalled(UnavailableError):
    """An upload sent no data for too long."""

    reason = "UPLOAD_STALLED"
    retry_after = 0.1


class StoreUnavailable(UnavailableError):
    """The store cannot be read or written now."""

    reason = "STORE_UNAVAILABLE"
    retry_after = 1.0


class StoreFull(ExhaustedError):
    """There is no space left where the store keeps its data."""

    reason = "STORE_FULL"
    retry_after = 10.0


class NoFileToCopy(WrongStateError):
    """The store is not in a file."""

    reason = "NO_FILE_TO_COPY"


class HistoryLost(DataLossError):
    """The database does not have updates any more that it had committed."""

    reason = "HISTORY_LOST"


class DamagedHistory(DataLossError):
    """Stored history is corrupt, or its replay does not lead to its keyframes."""

    reason = "DAMAGED_HISTORY"


#: A request can have more invalid fields than an error can name.
_MOST_VIOLATIONS = 1_000


class Violations:
    """Collects every invalid field of a request, so that one error names them all.

    `unknown` are the fields with values that were unknown when the request was read, such as the
    number of an unknown activation. Each is reported where the rules check it, the others at the
    end. The rules see a valid value in its place. Only the first 1,000 are kept.
    """

    def __init__(self, unknown: Iterable[Violation] = ()) -> None:
        self._unknown = {violation.field: violation for violation in unknown}
        self._found: dict[Violation, None] = {}

    def add(self, field: str, description: str) -> None:
        """Add an invalid field."""
        if len(self._found) < _MOST_VIOLATIONS:
            self._found[Violation(field, description)] = None

    def require(self, holds: bool, field: str, description: str) -> bool:
        """Add an invalid field unless the condition `holds`; return whether it holds."""
        if not holds:
            self.add(field, description)
        return holds

    def known(self, field: str) -> bool:
        """Add a field if its value is unknown; return whether it is known."""
        violation = self._unknown.get(field)
        if violation is not None:
            self.add(violation.field, violation.description)
        return violation is None

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def found(self) -> list[Violation]:
        """All violations, in the order in which they were added."""
        return [*self._found]

    def refuse(self) -> None:
        """Raise InvalidFields if any field is invalid or unknown."""
        for field in self._unknown:
            self.known(field)
        if self._found:
            raise InvalidFields(self.found)


@contextmanager
def validating(unknown: Iterable[Violation] = ()) -> Iterator[Violations]:
    """Collect violations in the block, and raise InvalidFields at its end if there are any."""
    violations = Violations(unknown)
    yield violations
    violations.refuse()


class TokenNotFound(NotFoundError):
    """No token has this name."""

    reason = "TOKEN_NOT_FOUND"


class TokenExists(AlreadyExistsError):
    """A token with this name exists."""

    reason = "TOKEN_EXISTS"


class Unauthenticated(UnauthenticatedError):
    """The credentials of a call are missing, invalid, expired or revoked."""

    reason = "UNAUTHENTICATED"


class ScopeRequired(DeniedError):
    """The scope of the caller does not allow the call; metadata: `scope`, the required one."""

    reason = "SCOPE_REQUIRED"


class CallCancelled(CancelledCallError):
    """The caller has cancelled the call or closed its connection."""

    reason = "CALL_CANCELLED"


class DeadlineExceeded(DeadlineError):
    """The deadline of the client or of the server has passed; the computation was stopped."""

    reason = "DEADLINE_EXCEEDED"


class TooManyCalls(ExhaustedError):
    """Too many calls wait, of this client or of all; the limit is in the metadata."""

    reason = "TOO_MANY_CALLS"
    retry_after = 1.0
