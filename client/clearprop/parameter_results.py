"""Results that belong to one parameter."""

from typing import Generic, TypeVar

from clearprop.v1.training_service_pb2 import GradientDifference, WeightChange

MessageT = TypeVar("MessageT", GradientDifference, WeightChange)


class ParameterResult(Generic[MessageT]):
    """A result for one weight or bias; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: MessageT) -> None:
        self.message: MessageT = message

    @property
    def layer(self) -> int:
        """The parameter's layer: 1 is the first after the inputs."""
        return self.message.layer

    @property
    def unit(self) -> int:
        """The unit in that layer, from 0."""
        return self.message.unit

    @property
    def input(self) -> int | None:
        """The input of the weight, from 0; None for the unit's bias."""
        return self.message.input if self.message.HasField("input") else None

    @property
    def _place(self) -> str:
        place = "bias" if self.input is None else f"input {self.input}"
        return f"layer {self.layer} unit {self.unit} {place}"
