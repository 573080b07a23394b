"""Many updates as columns of numbers."""

from collections.abc import Sequence

from clearprop.v1.update_pb2 import UpdateColumns, UpdateKind
from clearprop.validations import Validation, validations_of
from clearprop.values import Matrix, Vector, enum_name, matrix_of, vector_of


class Columns:
    """Updates of one kind and one run, in order, as arrays with a row for each update.

    The updates are consecutive, or every `stride`-th one. `message` is the message of the contract;
    the properties leave out rows that were already read.
    """

    __slots__ = ("_passed", "message")

    def __init__(self, message: UpdateColumns, passed: int = 0) -> None:
        self.message = message
        self._passed = passed

    @property
    def numbers(self) -> range:
        """The numbers of the updates."""
        message = self.message
        first, stride = message.first_update, max(1, message.stride)
        return range(first, first + message.count * stride, stride)[self._passed :]

    @property
    def kind(self) -> str:
        """The kind of the updates: INITIAL, GRADIENT, EDIT, RESET or RESTORE."""
        return enum_name(UpdateKind, self.message.kind)

    @property
    def run(self) -> int | None:
        """The number of their run; None if they do not belong to a run."""
        return self.message.run or None

    @property
    def costs(self) -> Vector:
        """The mean cost of each batch before the update [n]; empty without a run."""
        return vector_of(self.message.costs)[self._passed :]

    @property
    def learning_rates(self) -> Vector:
        """The learning rate of each update [n]; empty without a run."""
        return vector_of(self.message.learning_rates)[self._passed :]

    @property
    def validations(self) -> list[Validation]:
        """The evaluations on held-out examples after some of the updates, in order."""
        numbers = self.numbers
        return [each for each in validations_of(self.message) if each.update in numbers]

    @property
    def parameters(self) -> Matrix:
        """The parameters after each update [n, parameters]; no rows if they were not requested.

        The order is layer by layer, the weights row by row, then the biases; or that of the
        `parameters` of the watch.
        """
        return self._matrix(self.message.parameters)

    @property
    def gradients(self) -> Matrix:
        """The mean gradient of each batch [n, parameters] in the same order, if requested."""
        return self._matrix(self.message.gradients)

    def _matrix(self, values: Sequence[float]) -> Matrix:
        return matrix_of(values, max(1, len(values) // self.message.count))[self._passed :]

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        return f"<Columns {self.kind} run={self.run} {self.numbers}>"
