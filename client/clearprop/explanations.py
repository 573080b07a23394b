"""Why a weight changed, as the service explains it."""

from collections.abc import Sequence

from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.explanation_pb2 import CostProfile, ExplainedLine


class Explanation:
    """The chain rule for one weight in one update; `message` is the contract's own message.

    Layers count from 1, the first after the inputs; units, inputs and places in the batch from 0.
    Names and symbols count from 1.
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
        """What the weight is called, such as `hidden 3 ← input 2`."""
        return self.message.explanation.name

    @property
    def before(self) -> float:
        """The weight before the update."""
        return self.message.explanation.before

    @property
    def after(self) -> float:
        """The weight after the update: before − step, to the bit."""
        return self.message.explanation.after

    @property
    def gradient(self) -> float:
        """G/n: the mean of ∂C/∂w over the batch, without weight decay."""
        return self.message.explanation.gradient

    @property
    def step(self) -> float:
        """What was taken from the weight."""
        return self.message.explanation.step

    @property
    def sentences(self) -> list[str]:
        """What happened and why, in words."""
        return list(self.message.explanation.sentences)

    @property
    def examples(self) -> list[int]:
        """The examples that have lines, by their numbers in the set, in the order of the batch."""
        return list(self.message.explanation.examples)

    @property
    def lines(self) -> Sequence[ExplainedLine]:
        """The arithmetic, one operation a line; `text`, `latex` and `mathml` are the whole line."""
        return self.message.explanation.lines

    @property
    def profile(self) -> CostProfile | None:
        """The batch's cost along the weight; None where it would take too long."""
        explanation = self.message.explanation
        return explanation.profile if explanation.HasField("profile") else None

    @property
    def next_position(self) -> int | None:
        """Where in the batch the examples go on that have no lines; None: all before have some."""
        return self.message.next_position or None

    def __repr__(self) -> str:
        return f"<Explanation of {self.name} at update {self.update}: {self.sentences[0]}>"
