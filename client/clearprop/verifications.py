"""The progress and the result of verifying a history."""

from clearprop.v1.training_service_pb2 import (
    DifferenceKind,
    HistoryDifference,
    VerifyHistoryResponse,
)
from clearprop.values import enum_name


class Difference:
    """The first error found in a history; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: HistoryDifference) -> None:
        self.message = message

    @property
    def kind(self) -> str:
        """The kind of error: COST, KEYFRAME, DAMAGED or MISSING."""
        return enum_name(DifferenceKind, self.message.kind)

    @property
    def first_update(self) -> int:
        """The first update that it affects."""
        return self.message.first_update

    @property
    def last_update(self) -> int:
        """The last update that it affects."""
        return self.message.last_update

    @property
    def text(self) -> str:
        """A sentence that describes the error."""
        return self.message.message

    @property
    def stored(self) -> float | None:
        """The stored number, if the error is in a number."""
        return self.message.stored if self.message.HasField("stored") else None

    @property
    def recomputed(self) -> float | None:
        """The recomputed number, if the error is in a number."""
        return self.message.recomputed if self.message.HasField("recomputed") else None

    def __repr__(self) -> str:
        return f"<Difference {self.kind}: {self.text}>"


class Verification:
    """The progress of a verification; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: VerifyHistoryResponse) -> None:
        self.message = message

    @property
    def earliest_update(self) -> int:
        """The first update of the history."""
        return self.message.earliest_update

    @property
    def verified_update(self) -> int:
        """The last update that is verified."""
        return self.message.verified_update

    @property
    def latest_update(self) -> int:
        """The latest update when the verification started."""
        return self.message.latest_update

    @property
    def keyframes(self) -> int:
        """The number of stored states that were compared."""
        return self.message.keyframes

    @property
    def done(self) -> bool:
        """Whether the whole history is verified without an error."""
        return self.message.done

    @property
    def difference(self) -> Difference | None:
        """The first error; None if none was found."""
        found = self.message.HasField("difference")
        return Difference(self.message.difference) if found else None

    def __repr__(self) -> str:
        found = f" {self.difference!r}" if self.difference else ""
        return f"<Verification up to {self.verified_update} of {self.latest_update}{found}>"
