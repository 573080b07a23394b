"""How far a history is verified, and what was found."""

from clearprop.v1.training_service_pb2 import (
    DifferenceKind,
    HistoryDifference,
    VerifyHistoryResponse,
)
from clearprop.values import enum_name


class Difference:
    """The first place in a history that is not as it should be; `message` is its message."""

    __slots__ = ("message",)

    def __init__(self, message: HistoryDifference) -> None:
        self.message = message

    @property
    def kind(self) -> str:
        """How it is not: COST, KEYFRAME, DAMAGED or MISSING."""
        return enum_name(DifferenceKind, self.message.kind)

    @property
    def first_update(self) -> int:
        """The first update that is concerned."""
        return self.message.first_update

    @property
    def last_update(self) -> int:
        """The last one."""
        return self.message.last_update

    @property
    def text(self) -> str:
        """What is wrong, in a sentence."""
        return self.message.message

    @property
    def stored(self) -> float | None:
        """The number that is stored; None where the difference is not in one."""
        return self.message.stored if self.message.HasField("stored") else None

    @property
    def recomputed(self) -> float | None:
        """The number that comes of making the updates again; None where there is none."""
        return self.message.recomputed if self.message.HasField("recomputed") else None

    def __repr__(self) -> str:
        return f"<Difference {self.kind}: {self.text}>"


class Verification:
    """How far a verification has come; `message` is the contract's own message."""

    __slots__ = ("message",)

    def __init__(self, message: VerifyHistoryResponse) -> None:
        self.message = message

    @property
    def earliest_update(self) -> int:
        """The update that the history begins with."""
        return self.message.earliest_update

    @property
    def verified_update(self) -> int:
        """Up to this update everything is as it should be."""
        return self.message.verified_update

    @property
    def latest_update(self) -> int:
        """The latest update when the verification began."""
        return self.message.latest_update

    @property
    def keyframes(self) -> int:
        """How many stored states were compared."""
        return self.message.keyframes

    @property
    def done(self) -> bool:
        """Whether all of the history is verified, and as it should be."""
        return self.message.done

    @property
    def difference(self) -> Difference | None:
        """What was found; None where nothing was."""
        found = self.message.HasField("difference")
        return Difference(self.message.difference) if found else None

    def __repr__(self) -> str:
        found = f" {self.difference!r}" if self.difference else ""
        return f"<Verification up to {self.verified_update} of {self.latest_update}{found}>"
