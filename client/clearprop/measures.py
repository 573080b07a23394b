"""What the service measures of a network: how good it is, and whether its gradients are right."""

from clearprop.places import OfParameter
from clearprop.v1 import training_service_pb2 as pb


class Evaluation:
    """How good a network is on a training set; `message` is the contract's own message."""

    __slots__ = ("message",)

    def __init__(self, message: pb.EvaluateResponse) -> None:
        self.message = message

    @property
    def update(self) -> int:
        """The number of the update whose parameters were used."""
        return self.message.update

    @property
    def cost(self) -> float:
        """The mean of the examples' costs."""
        return self.message.cost

    @property
    def example_count(self) -> int:
        """How many examples the set has."""
        return self.message.example_count

    @property
    def correct_count(self) -> int | None:
        """How many examples the network gets right; None where the targets are no classes."""
        return self.message.correct_count if self.message.HasField("correct_count") else None

    @property
    def accuracy(self) -> float | None:
        """Which part of the examples that is, 0 to 1; None where the targets are no classes."""
        return self.message.accuracy if self.message.HasField("accuracy") else None

    def __repr__(self) -> str:
        accuracy = "" if self.accuracy is None else f" accuracy={self.accuracy!r}"
        return f"<Evaluation at update {self.update}: cost={self.cost!r}{accuracy}>"


class GradientDifference(OfParameter[pb.GradientDifference]):
    """How far one parameter's gradient is from the slope of the cost; `message` is its message."""

    __slots__ = ()

    @property
    def analytic(self) -> float:
        """The gradient as training computes it."""
        return self.message.analytic

    @property
    def numeric(self) -> float:
        """The slope of the cost as measured with central differences."""
        return self.message.numeric

    @property
    def difference(self) -> float:
        """How far both are apart."""
        return self.message.difference

    @property
    def tolerance(self) -> float:
        """How far they may be apart."""
        return self.message.tolerance

    @property
    def step(self) -> float:
        """How far the parameter was moved to each side."""
        return self.message.step

    @property
    def is_kink(self) -> bool:
        """Whether the slope says nothing, because a relu unit changed sides on the way."""
        return self.message.kink

    @property
    def is_unmeasurable(self) -> bool:
        """Whether the gradient or the slope cannot be compared, because a number overflows."""
        return self.message.unmeasurable

    @property
    def passed(self) -> bool:
        """Whether the gradient is right, or cannot be compared."""
        return self.is_kink or self.is_unmeasurable or self.difference <= self.tolerance

    def __repr__(self) -> str:
        return f"<GradientDifference {self._place}: {self.analytic!r} {self.numeric!r}>"


class GradientCheck:
    """What a check of gradients found; `message` is the contract's own message."""

    __slots__ = ("message",)

    def __init__(self, message: pb.CheckGradientsResponse) -> None:
        self.message = message

    @property
    def update(self) -> int:
        """The number of the update whose parameters were used."""
        return self.message.update

    @property
    def example_count(self) -> int:
        """How many examples were used."""
        return self.message.example_count

    @property
    def parameter_count(self) -> int:
        """How many parameters were checked."""
        return self.message.parameter_count

    @property
    def passed(self) -> bool:
        """Whether no gradient is wrong."""
        return self.message.passed

    @property
    def failed_count(self) -> int:
        """How many gradients are wrong."""
        return self.message.failed_count

    @property
    def kink_count(self) -> int:
        """How many parameters lie at a kink, where nothing can be said."""
        return self.message.kink_count

    @property
    def unmeasurable_count(self) -> int:
        """How many parameters have a slope that cannot be measured, because a number overflows."""
        return self.message.unmeasurable_count

    @property
    def differences(self) -> list[GradientDifference]:
        """What was found for each parameter, the largest difference first."""
        return [GradientDifference(each) for each in self.message.differences]

    def __repr__(self) -> str:
        verdict = "passed" if self.passed else f"{self.failed_count} failed"
        return f"<GradientCheck of {self.parameter_count} parameters: {verdict}>"
