"""Measurements of a network: how well it fits examples, and a check of its gradients."""

from typing import NamedTuple, Self

from google.protobuf.message import Message

from clearprop.parameter_results import ParameterResult
from clearprop.v1 import training_service_pb2 as pb


class OutputErrors(NamedTuple):
    """The errors of one output over all examples."""

    mae: float
    """The mean absolute error."""
    rmse: float
    """The root of the mean squared error."""
    r2: float | None
    """The coefficient of determination R²; None if all targets are equal."""


class WorstExample(NamedTuple):
    """An example with a large cost, or activation of a unit, and where its run trained on it."""

    example: int
    """Its index in the training set, from 0."""
    cost: float
    """Its cost."""
    trained_update: int | None
    """The latest update whose batch contains it, for `trace`; None if there is none."""
    trained_position: int
    """Its position in that batch, from 0."""
    true_class: int | None
    """Its class, from 0; None if the examples have no classes."""
    predicted_class: int | None
    """The class that the network predicts, from 0; None without one."""
    is_correct: bool | None
    """Whether it is correct; None if the targets are numbers."""
    activation: float | None = None
    """The activation of the unit whose examples were requested; None without one."""

    @classmethod
    def of(cls, message: pb.WorstExample) -> Self:
        """Convert the message of the contract."""
        return cls(
            message.example,
            message.cost,
            message.trained_update if message.HasField("trained_update") else None,
            message.trained_position,
            message.true_class if message.HasField("true_class") else None,
            message.predicted_class if message.HasField("predicted_class") else None,
            message.correct if message.HasField("correct") else None,
            message.activation if message.HasField("activation") else None,
        )


class AverageMeasures(NamedTuple):
    """Averages over the classes for which a measure is defined; None if it is for none."""

    precision: float | None
    """The average precision."""
    recall: float | None
    """The average recall."""
    f1: float | None
    """The average F1."""
    roc_auc: float | None
    """The average area under the ROC curve."""

    @classmethod
    def of(cls, message: pb.AverageMeasures) -> Self:
        """Convert the message of the contract."""
        return cls(*(_defined(message, name) for name in cls._fields))


class ClassMeasures:
    """How well one class or label is recognized; `message` is the message of the contract.

    A measure is None if it is undefined, for example the precision of a class that was never
    predicted.
    """

    __slots__ = ("message",)

    def __init__(self, message: pb.ClassMeasures) -> None:
        self.message = message

    @property
    def example_count(self) -> int:
        """The number of examples of the class."""
        return self.message.example_count

    @property
    def predicted_count(self) -> int:
        """The number of examples that were classified as it."""
        return self.message.predicted_count

    @property
    def correct_count(self) -> int:
        """The number of examples of the class that were classified as it."""
        return self.message.correct_count

    @property
    def precision(self) -> float | None:
        """`correct_count` / `predicted_count`."""
        return _defined(self.message, "precision")

    @property
    def recall(self) -> float | None:
        """`correct_count` / `example_count`."""
        return _defined(self.message, "recall")

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return _defined(self.message, "f1")

    @property
    def roc_auc(self) -> float | None:
        """The area under the ROC curve of the class against all others."""
        return _defined(self.message, "roc_auc")

    def __repr__(self) -> str:
        return f"<ClassMeasures: precision={self.precision!r} recall={self.recall!r}>"


class Classification:
    """How well examples are classified; `message` is the message of the contract."""

    __slots__ = ("message",)

    def __init__(self, message: pb.Classification) -> None:
        self.message = message

    @property
    def classes(self) -> list[ClassMeasures]:
        """The measures of each class, by the number of its output; of one output, 0 and 1."""
        return [ClassMeasures(each) for each in self.message.classes]

    @property
    def confusion(self) -> list[list[int]]:
        """The confusion matrix: `confusion[i][j]` examples of class i were classified as class j.

        Empty for more than 500 classes.
        """
        counts, classes = list(self.message.confusion), len(self.message.classes)
        return [counts[first : first + classes] for first in range(0, len(counts), classes)]

    @property
    def macro_average(self) -> AverageMeasures:
        """The averages over the classes, in which each class counts the same."""
        return AverageMeasures.of(self.message.macro_average)

    @property
    def weighted_average(self) -> AverageMeasures:
        """The averages over the classes, in which a class counts by its number of examples."""
        return AverageMeasures.of(self.message.weighted_average)

    @property
    def log_loss(self) -> float | None:
        """The mean of −ln p for the probability p of each example's class.

        None if the outputs are not probabilities.
        """
        return _defined(self.message, "log_loss")

    def top(self, count: int) -> int:
        """Return how many examples have their class among those with the `count` largest outputs.

        `count` is 1 to 10, and at most the number of classes, of which there are more than two.
        """
        return self.message.top_counts[count - 1]

    def __repr__(self) -> str:
        f1 = self.macro_average.f1
        return f"<Classification: {len(self.message.classes)} classes, macro F1 {f1!r}>"


class Evaluation:
    """How well a network fits a training set; `message` is the message of the contract."""

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
        return _defined(self.message, "accuracy")

    @property
    def classification(self) -> Classification | None:
        """The measures of each class; None unless each example belongs to one class."""
        if not self.message.HasField("classification"):
            return None
        return Classification(self.message.classification)

    @property
    def labels(self) -> list[ClassMeasures]:
        """The measures of the label of each output, if an example can have several; else empty."""
        return [ClassMeasures(each) for each in self.message.labels]

    @property
    def errors(self) -> list[OutputErrors]:
        """The errors of each output, if the targets are neither classes nor labels; else empty."""
        return [
            OutputErrors(each.mae, each.rmse, _defined(each, "r2")) for each in self.message.errors
        ]

    @property
    def worst_examples(self) -> list[WorstExample]:
        """The examples with the largest costs of those asked for, the largest first."""
        return [WorstExample.of(each) for each in self.message.worst_examples]

    @property
    def matching_count(self) -> int:
        """The number of examples of the class, or of the cell, that was asked for."""
        return self.message.matching_count

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


def _defined(message: Message, field: str) -> float | None:
    """Return a number that can be absent; then None."""
    value: float = getattr(message, field)
    return value if message.HasField(field) else None
