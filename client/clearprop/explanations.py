"""Explanations of the change of a weight."""

from collections.abc import Sequence

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.explanation_pb2 import CostProfile, ExplainedLine


class Explanation:
    """The chain rule for one weight in one update; `message` is the message of the contract.

    Layers count from 1, the first after the inputs; units, inputs and positions in the batch count
    from 0. In names and symbols, everything counts from 1.
    """

    __slots__ = ("message",)

    def __init__(self, message: pb.ExplainWeightResponse) -> None:
        self.message = message

    @property
    def update(self) -> int:
        """The number of the update."""
        return self.message.explanation.update

    @property
    def run(self) -> int:
        """The number of the run that the update belongs to."""
        return self.message.explanation.run

    @property
    def name(self) -> str:
        """The name of the weight, such as `hidden 3 ← input 2`."""
        return self.message.explanation.name

    @property
    def before(self) -> float:
        """The weight before the update."""
        return self.message.explanation.before

    @property
    def after(self) -> float:
        """The weight after the update: before − step, bit for bit."""
        return self.message.explanation.after

    @property
    def gradient(self) -> float:
        """G/n: the mean of ∂C/∂w over the batch, without weight decay."""
        return self.message.explanation.gradient

    @property
    def step(self) -> float:
        """The step, which is subtracted from the weight."""
        return self.message.explanation.step

    @property
    def learning_rate(self) -> float:
        """The learning rate of the update, by the schedule of its run."""
        return self.message.explanation.learning_rate

    @property
    def sentences(self) -> list[str]:
        """The explanation in words."""
        return list(self.message.explanation.sentences)

    @property
    def examples(self) -> list[int]:
        """The indices in the set of the examples that have lines, in the order of the batch."""
        return list(self.message.explanation.examples)

    @property
    def lines(self) -> Sequence[ExplainedLine]:
        """The arithmetic, one operation per line, each as `text`, `latex` and `mathml`."""
        return self.message.explanation.lines

    @property
    def profile(self) -> CostProfile | None:
        """The cost of the batch as a function of the weight; None if it would take too long."""
        explanation = self.message.explanation
        return explanation.profile if explanation.HasField("profile") else None

    @property
    def next_position(self) -> int | None:
        """The position of the next example without lines; None if there is none."""
        return self.message.next_position or None

    def __repr__(self) -> str:
        return f"<Explanation of {self.name} at update {self.update}: {self.sentences[0]}>"
