"""Examples as points of a plane."""

from clearprop.v1 import training_service_pb2 as pb
from clearprop.values import Matrix, matrix_of_rows


class Projection:
    """Examples as points of a plane; `message` is the message of the contract.

    All lists have an item for each projected example, in the order of the training set.
    """

    __slots__ = ("message",)

    def __init__(self, message: pb.ProjectExamplesResponse) -> None:
        self.message = message

    @property
    def update(self) -> int:
        """The number of the update whose parameters were used."""
        return self.message.update

    @property
    def axes_update(self) -> int:
        """The number of the update whose activations determined the axes."""
        return self.message.axes_update

    @property
    def variance_shares(self) -> tuple[float, float]:
        """The part of the variance along each axis, 0 to 1."""
        first, second = self.message.variance_shares
        return first, second

    @property
    def examples(self) -> list[int]:
        """The indices of the examples in the training set, from 0."""
        return [each.example for each in self.message.examples]

    @property
    def coordinates(self) -> Matrix:
        """The coordinates of the examples, a row [x, y] for each."""
        return matrix_of_rows((each.x, each.y) for each in self.message.examples)

    @property
    def true_classes(self) -> list[int | None]:
        """The classes of the examples, from 0; None if they have none."""
        return [
            each.true_class if each.HasField("true_class") else None
            for each in self.message.examples
        ]

    @property
    def predicted_classes(self) -> list[int | None]:
        """The classes that the network predicts, from 0; None if there is none."""
        return [
            each.predicted_class if each.HasField("predicted_class") else None
            for each in self.message.examples
        ]

    def __repr__(self) -> str:
        return f"<Projection at update {self.update}: {len(self.message.examples)} examples>"
