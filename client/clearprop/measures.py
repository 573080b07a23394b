"""Measurements of a network: its cost and accuracy, and a check of its gradients."""

from clearprop.parameter_results import ParameterResult
from clearprop.v1 import training_service_pb2 as pb


class Evaluation:
    """Cost and accuracy on a training set; `message` is the message of the contract."""

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
        """The number of examples of the set."""
        return self.message.example_count

    @property
    def correct_count(self) -> int | None:
        """The number of correctly classified examples; None if the targets are not classes."""
        return self.message.correct_count if self.message.HasField("correct_count") else None

    @property
    def accuracy(self) -> float | None:
        """The share of correctly classified examples; None if the targets are not classes."""
        return self.message.accuracy if self.message.HasField("accuracy") else None

    def __repr__(self) -> str:
        accuracy = "" if self.accuracy is None else f" accuracy={self.accuracy!r}"
        return f"<Evaluation at update {self.update}: cost={self.cost!r}{accuracy}>"


class GradientDifference(ParameterResult[pb.GradientDifference]):
    """A gradient and the measured slope; `message` is the message of the contract."""

    __slots__ = ()

    @property
    def analytic(self) -> float:
        """The gradient that training computes."""
        return self.message.analytic

    @property
    def numeric(self) -> float:
        """The slope of the cost, measured with central differences."""
        return self.message.numeric

    @property
    def difference(self) -> float:
        """The absolute difference between the two."""
        return self.message.difference

    @property
    def tolerance(self) -> float:
        """The largest difference that passes."""
        return self.message.tolerance

    @property
    def step(self) -> float:
        """How far the parameter was moved in each direction."""
        return self.message.step

    @property
    def is_kink(self) -> bool:
        """Whether a relu unit changed sides within the step, so that the slope is meaningless."""
        return self.message.kink

    @property
    def is_unmeasurable(self) -> bool:
        """Whether the gradient or the slope cannot be compared, because a number overflows."""
        return self.message.unmeasurable

    @property
    def passed(self) -> bool:
        """Whether the gradient is correct or cannot be compared."""
        return self.is_kink or self.is_unmeasurable or self.difference <= self.tolerance

    def __repr__(self) -> str:
        return f"<GradientDifference {self._place}: {self.analytic!r} {self.numeric!r}>"


class GradientCheck:
    """The result of a check of gradients; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.CheckGradientsResponse) -> None:
        self.message = message

    @property
    def update(self) -> int:
        """The number of the update whose parameters were used."""
        return self.message.update

    @property
    def example_count(self) -> int:
        """The number of examples used."""
        return self.message.example_count

    @property
    def parameter_count(self) -> int:
        """The number of parameters checked."""
        return self.message.parameter_count

    @property
    def passed(self) -> bool:
        """Whether no gradient is wrong."""
        return self.message.passed

    @property
    def failed_count(self) -> int:
        """The number of wrong gradients."""
        return self.message.failed_count

    @property
    def kink_count(self) -> int:
        """The number of parameters at a kink, where the slope cannot be compared."""
        return self.message.kink_count

    @property
    def unmeasurable_count(self) -> int:
        """The number of parameters whose slope cannot be measured, because a number overflows."""
        return self.message.unmeasurable_count

    @property
    def differences(self) -> list[GradientDifference]:
        """The result for each parameter, largest difference first."""
        return [GradientDifference(each) for each in self.message.differences]

    def __repr__(self) -> str:
        verdict = "passed" if self.passed else f"{self.failed_count} failed"
        return f"<GradientCheck of {self.parameter_count} parameters: {verdict}>"
